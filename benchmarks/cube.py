"""How long the cube takes to answer at 20 million rows: pages' questions from cells, any question from the files.

Cells: those of 60 months with their quarters, years and rolling years, some 40,000 a month, as a clearance leaves them.
Files: two years of 10 million rows each, shaped like BACI. The reference is a bare statement that reads the same rows.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROUNDS = 15
MEDIAN, TAIL, FILES = 3.0, 10.0, 100.0  # milliseconds
ROWS_A_YEAR = 10_000_000
CUSTOMS, OPEN = "bench-customs", "bench-open"
SECTIONS = [f"S{number:02d}" for number in range(1, 22)]
REGIONS = [*(f"MA-{number:02d}" for number in range(1, 13)), "_U"]
RUNGS = {"": 6, "markets": 2, "regional_markets": 0, **dict.fromkeys(REGIONS, 1), "MA-06": 4, "MA-04": 2}
# What pages ask of the national dataset: tiles, trends, tables, a map.
PAGES = [
    "by=period,flow&level=0&flow=X,M&order=period",
    "by=period&flow=X&period=2020-01:2024-12&order=period",
    "by=period&flow=X&period=2020-12-R12:2024-12-R12&order=period",
    "by=region&flow=X&level=0&period=2024&order=-value&derive=share,rank",
    "by=region,period&flow=X&level=0&order=-value",
    "by=product&region=MA-08&level=1&flow=X&period=2024&order=-value&measures=value,firms",
    "by=product,period&region=MA-06&level=1&flow=X&order=-value",
    "by=period,flow&product={hs6}&level=6&flow=X,M&order=period&measures=value,net_kg,unit_value,firms",
    "by=period&product={hs6}&flow=X&period=2023-01:2024-12&order=period",
    "by=product&product={chapter}&level=6&flow=X&period=2024&order=-value&limit=20",
    "by=product&level=2&flow=X&period=2024&top=10&derive=share,growth",
    "by=partner&flow=X&level=0&period=2024&top=10&derive=share",
    "by=period,flow&partner={partner}&level=0&flow=X,M&order=period",
    "by=product&partner={partner}&level=1&flow=X&period=2024&order=-value",
    "by=partner&product={chapter}&level=2&flow=X&period=2024&order=-value&limit=20",
    "by=partner&region=MA-06&flow=X&level=0&period=2024&order=-value&limit=10",
    "flow=X&period=2024-Q4",
]
# What is asked of a very large open dataset beyond its declared sums.
QUESTIONS = [
    "by=partner&reporter=MA&product={hs6}&flow=X&period=2021&order=-value&measures=value,net_kg",
    "by=reporter&partner=MA&product={chapter}&flow=X&period=2021&order=-value&limit=20",
    "by=product&reporter=MA&partner=FR&level=2&flow=X&order=-value",
    "by=product&reporter=MA&partner=FR&level=6&flow=X&period=2021&top=20&derive=share",
    "by=reporter,period&product={hs6}&partner=FR&flow=X&measures=value,net_kg,quantity,unit_value",
    "by=partner,period&reporter=FR&product={heading}&flow=X&order=-value&limit=50",
    "by=period&reporter=MA&product={hs6}&flow=X&derive=growth&measures=value,quantity",
    "by=product&reporter=CN&partner=MA&level=4&flow=X&period=2022&order=-value&limit=50",
    "by=reporter&product={heading}&flow=X&period=2022&measures=quantity,value&order=-value&limit=20",
    "by=continent&reporter=MA&product={chapter}&flow=X&period=2022",
]


def measure() -> Iterator[dict[str, Any]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import override_settings

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        storages = {
            **settings.STORAGES,
            "private": {
                "BACKEND": "portal.base.storage.PrivateFiles",
                "OPTIONS": {"location": f"{folder}/private"},
            },
        }
        with override_settings(STORAGES=storages, QAFILA_HOME=Path(folder)):
            clear()
            try:
                yield from pages()
                if not os.environ.get("BENCH_PAGES"):
                    yield from files()
            finally:
                clear()


def spent(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begun)


def line(bench: str, ours: float, reference: float, target: float) -> dict[str, Any]:
    return {
        "bench": bench,
        "ours": round(ours, 2),
        "reference": round(reference, 2),
        "ratio": round(ours / reference, 2),
        "unit": "ms",
        "target": target,
        "ok": ours <= target,
    }


def pages() -> Iterator[dict[str, Any]]:
    from django.db import connection

    from trade.cube import Query, answer, catalogue

    codes = cells_make()
    queries = [
        Query.parse(
            dict(pair.split("=", 1) for pair in f"dataset={CUSTOMS}&{text.format(**codes)}".split("&"))
        )
        for text in PAGES
    ]
    from trade.models import Rollup

    # A page finds its release once and asks many questions of it.
    release = catalogue.release_for(queries[0])
    years = list(
        Rollup.objects.filter(dataset__code=CUSTOMS, period__regex="^....$").values_list("pk", flat=True)
    )
    bare = (
        "SELECT rollup_id, flow, value, status FROM trade_cell WHERE rollup_id = ANY(%s) AND level = 0"
        " AND region = '' AND partner = 'W'"
    )

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(bare, [years])
            cursor.fetchall()

    for query in queries:
        answer(query)
    ours: list[float] = []
    reference: list[float] = []
    for _round in range(ROUNDS):
        for query in queries:
            ours.append(spent(lambda query=query: answer(query, release)))  # type: ignore[misc]
            reference.append(spent(plain))
    tails = [statistics.quantiles(found, n=20)[18] for found in (ours, reference)]
    yield line("cube_page_median", statistics.median(ours), statistics.median(reference), MEDIAN)
    yield line("cube_page_p95", *tails, TAIL)


def cells_make() -> dict[str, str]:
    """The release and its cells; returns codes that they have."""
    from trade.models import Rollup

    codes = reference_codes()
    release = release_make(CUSTOMS, "customs", has_companies=True)
    draw = np.random.default_rng(1)
    for period, months, rolling in grains():
        frame = period_cells(draw, codes, rolling=rolling)
        rollup = Rollup.objects.create(
            dataset=release.dataset, table="cleared", period=period, digest=f"{period:0>64}", months=months,
            exact={"rungs": {"": 2, "markets": 0, **dict.fromkeys(REGIONS, 1)} if rolling else RUNGS},
            cells_count=frame.height,
        )  # fmt: skip
        cells_copy(rollup.pk, frame)
        release.rollups.add(rollup)
    publish(release)
    analyze()
    return {
        "hs6": codes["hs6"][1000], "chapter": codes["hs6"][1000][:2], "heading": codes["hs6"][1000][:4],
        "partner": "FR",
    }  # fmt: skip


def cells_copy(rollup: int, frame: pl.DataFrame) -> None:
    from django.db import connection

    columns = ", ".join(frame.columns)
    text = frame.write_csv(include_header=False, quote_style="non_numeric").encode()
    command = f"COPY trade_cell (rollup_id, {columns}) FROM STDIN WITH (FORMAT csv, NULL '')"
    numbered = b"\n".join(str(rollup).encode() + b"," + row for row in text.splitlines())
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(numbered)


def grains() -> Iterator[tuple[str, int, bool]]:
    for year in range(2020, 2025):
        yield str(year), 12, False
        yield from ((f"{year}-Q{quarter}", 3, False) for quarter in range(1, 5))
        yield from ((f"{year}-{month:02d}", 1, False) for month in range(1, 13))
        yield from (
            (f"{year}-{month:02d}-R12", 12, True) for month in range(1, 13) if (year, month) > (2020, 11)
        )


def reference_codes() -> dict[str, list[str]]:
    from reference import selectors as reference

    hs6 = sorted(code for code in reference.product_codes("HS2022") if len(code) == 6)
    countries = sorted(code for code in reference.country_codes() if len(code) == 2 and code != "MA")
    first = [code for code in ("FR", "ES", "CN", "US", "DE", "IT") if code in countries]
    return {"hs6": hs6, "countries": [*first, *(code for code in countries if code not in first)]}


def period_cells(draw: np.random.Generator, codes: dict[str, list[str]], *, rolling: bool) -> pl.DataFrame:
    """Cells of one period in the columns of `trade_cell`: both flows, every shape of the lattice, a fifth hidden."""
    hs6 = codes["hs6"]
    products = {
        0: ["TOTAL"], 1: SECTIONS, 2: sorted({code[:2] for code in hs6}), 4: sorted({code[:4] for code in hs6}),
        6: hs6,
    }  # fmt: skip
    partners = codes["countries"][:150]
    deep = (0, 1, 2) if rolling else (0, 1, 2, 4, 6)
    frames = [shape(products, deep, [""], ["W"])]
    frames.append(shape(products, (0,) if rolling else (0, 1, 2), [""], partners))
    frames.append(shape(products, (0, 1) if rolling else (0, 1, 2, 4), REGIONS, ["W"]))
    if not rolling:
        frames.append(shape(products, (0,), REGIONS, partners))
    frame = pl.concat(frames)
    # Not everything is traded everywhere: what is small is there in one period of three.
    keep = (
        (draw.random(frame.height) < 0.35)
        | (frame["level"].to_numpy() < 2)
        | ((frame["region"].to_numpy() == "") & (frame["partner"].to_numpy() == "W"))
    )
    frame = frame.filter(pl.Series(keep))
    count = frame.height
    hidden = pl.Series("hidden", (draw.random(count) < 0.2) & (frame["level"].to_numpy() > 0))
    amounts = {name: pl.Series(name, draw.integers(1, 10**10, count)) for name in ("value", "net_kg")}
    firms = pl.Series("firms", draw.integers(1, 40, count) * 5)
    blank = pl.lit(None, dtype=pl.Int64)
    return frame.with_columns(
        reporter=pl.lit("MA"), edition=pl.lit("HS2022"), is_total=pl.col("partner") == "W",
        value=pl.when(hidden).then(blank).otherwise(amounts["value"]),
        net_kg=pl.when(hidden).then(blank).otherwise(amounts["net_kg"]),
        firms=pl.when(hidden).then(blank).otherwise(firms),
        quantity=blank, unit=pl.lit(""), weighed=~hidden,
        status=pl.when(hidden).then(pl.lit("c")).otherwise(pl.lit("")),
    ).sort("level", "region", "partner", "flow", "product")  # fmt: skip


def shape(
    products: dict[int, list[str]], levels: tuple[int, ...], regions: list[str], partners: list[str]
) -> pl.DataFrame:
    codes = [(code, level) for level in levels for code in products[level]]
    frame = pl.DataFrame(codes, schema={"product": pl.String, "level": pl.Int16}, orient="row")
    for name, values in {"region": regions, "partner": partners, "flow": ["X", "M"]}.items():
        frame = frame.join(pl.DataFrame({name: values}, schema={name: pl.String}), how="cross")
    return frame


def files() -> Iterator[dict[str, Any]]:
    from trade.cube import Query, answer, catalogue, duck, rollups
    from trade.cube import files as stored

    codes = facts_make(rollups)
    queries = [
        Query.parse(dict(pair.split("=", 1) for pair in f"dataset={OPEN}&{text.format(**codes)}".split("&")))
        for text in QUESTIONS
    ]
    release = catalogue.release_for(queries[0])
    listed = stored.listed(catalogue.parts_of(release))

    def plain() -> None:
        with duck.place() as cursor:
            cursor.execute(
                f"SELECT sum(value) FROM read_parquet([{listed}]) WHERE flow = 'X' AND level = 6 AND product = ?",
                [codes["hs6"]],
            ).fetchall()

    for query in queries:
        answer(query)
    ours: list[float] = []
    reference: list[float] = []
    for _round in range(5):
        for query in queries:
            ours.append(spent(lambda query=query: answer(query)))  # type: ignore[misc]
            reference.append(spent(plain))
    yield line("cube_files_median", statistics.median(ours), statistics.median(reference), FILES)


def facts_make(rollups: Any) -> dict[str, str]:
    """Two parts of ten million rows and their declared sums."""
    from portal.base import storage
    from trade.canonical import FACTS, SORT
    from trade.imports import parts
    from trade.models import Part, ReleasePart

    codes = reference_codes()
    release = release_make(OPEN, "baci", has_companies=False)
    draw = np.random.default_rng(2)
    areas = ["MA", *codes["countries"]]
    for year in ("2021", "2022"):
        count = ROWS_A_YEAR
        # A few countries and products make most of the trade; a key stands once.
        keys = np.unique(
            (np.minimum(draw.exponential(30, count * 2).astype(np.int64), len(areas) - 1) * 300
             + np.minimum(draw.exponential(60, count * 2).astype(np.int64), len(areas) - 1)) * 10_000
            + draw.integers(0, len(codes["hs6"]), count * 2)
        )  # fmt: skip
        keys = np.sort(draw.permutation(keys)[:count])
        names, products = np.array(areas), np.array(codes["hs6"])
        frame = pl.DataFrame({
            "product": products[keys % 10_000],
            "reporter": names[keys // 10_000 // 300],
            "partner": names[keys // 10_000 % 300],
            "value": draw.integers(1, 10**9, keys.size),
            "net_kg": draw.integers(1, 10**8, keys.size),
        }).filter(pl.col("reporter") != pl.col("partner"))  # fmt: skip
        fixed = {
            "period": year,
            "freq": "A",
            "flow": "X",
            "edition": "HS2022",
            "currency": "USD",
            "status": "F",
        }
        frame = frame.with_columns(
            level=pl.lit(6), is_total=pl.lit(False), **{name: pl.lit(text) for name, text in fixed.items()}
        )
        missing = [
            pl.lit(None, dtype=kind).alias(name) for name, kind in FACTS.items() if name not in frame.columns
        ]
        frame = frame.with_columns(missing).select([pl.col(name).cast(kind) for name, kind in FACTS.items()])
        keyed = [name for name in SORT if name in {"flow", "level", "product", "reporter", "partner"}]
        path = Path(tempfile.mkdtemp()) / "part.parquet"
        frame.sort(keyed).write_parquet(
            path, compression="zstd", compression_level=3, row_group_size=parts.ROW_GROUP, statistics=True
        )
        name, checksum = storage.put(path, folder="parts", suffix=".parquet")
        size = path.stat().st_size
        path.unlink()
        part = Part.objects.create(
            dataset=release.dataset, period=year, sha256=checksum, stored_as=name, rows=frame.height, bytes=size,
            demonstration=True,
        )  # fmt: skip
        ReleasePart.objects.create(release=release, part=part)
        del frame
    rollups.build(release)
    publish(release)
    analyze()
    middle = codes["hs6"][2500]
    return {"hs6": middle, "heading": middle[:4], "chapter": middle[:2]}


def release_make(code: str, source: str, *, has_companies: bool) -> Any:
    from django.db.models import Max

    from trade.models import Dataset, Release, Run

    texts = ("name", "provider", "licence")
    named = {f"{name}_{language}": "Benchmark" for name in texts for language in ("fr", "ar", "en")}
    dataset = Dataset.objects.create(
        code=code, source_code=source, currency="MAD", valuation="FOB_CIF", exports_hold_reexports=False,
        has_companies=has_companies, **named,
    )  # fmt: skip
    numbers = [model.objects.aggregate(last=Max("number"))["last"] or 0 for model in (Release, Run)]
    number = max(numbers) + 1
    run = Run.objects.create(
        number=number, dataset=dataset, source_code=source, fingerprint=f"bench{number:059d}"
    )
    return Release.objects.create(number=number, dataset=dataset, run=run, demonstration=True)


def publish(release: Any) -> None:
    from django.utils import timezone

    release.state, release.published_at = "published", timezone.now()
    release.save()
    release.dataset.published = release
    release.dataset.save()


def analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE trade_cell")


def clear() -> None:
    """Takes away what an earlier one left."""
    from django.db import connection

    from trade.models import Dataset, Part, Release, ReleasePart, ReleaseRollup, Rollup, Run

    datasets = Dataset.objects.filter(code__in=(CUSTOMS, OPEN))
    datasets.update(published=None)
    for model in (ReleaseRollup, ReleasePart):
        model.objects.filter(release__dataset__in=datasets).delete()
    Release.objects.filter(dataset__in=datasets).delete()
    Run.objects.filter(dataset__in=datasets).delete()
    with connection.cursor() as cursor:
        rollups = list(Rollup.objects.filter(dataset__in=datasets).values_list("pk", flat=True))
        cursor.execute("DELETE FROM trade_cell WHERE rollup_id = ANY(%s)", [rollups])
    Rollup.objects.filter(dataset__in=datasets).delete()
    Part.objects.filter(dataset__in=datasets).delete()
    datasets.delete()
