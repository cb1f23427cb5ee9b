"""EH is Morocco's: its rows are renamed, and summed with the row of the same key where there is one."""

from collections.abc import Sequence

import polars as pl

from trade.canonical import CANONICAL, MEASURES, MOROCCO, NOTE_FOLDED, WESTERN_SAHARA
from trade.imports.validate import add_note
from trade.sources.coded import texts


def fold(good: pl.DataFrame, key: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """The rows with EH folded into MA and noted, and how many rows were EH's."""
    ours = (pl.col("partner") == WESTERN_SAHARA) | (pl.col("reporter") == WESTERN_SAHARA)
    folded = int(good.select(ours.sum()).item() or 0)
    if not folded:
        return good, 0
    good = (
        texts(good)
        .with_columns(add_note(NOTE_FOLDED, ours))
        .with_columns(pl.col("partner", "reporter").replace(WESTERN_SAHARA, MOROCCO))
    )
    touched = good.filter(pl.col("notes").str.contains(NOTE_FOLDED, literal=True)).select(key).unique()
    rest = good.join(touched, on=list(key), how="anti", nulls_equal=True, maintain_order="left")
    summed = good.join(touched, on=list(key), how="semi", nulls_equal=True, maintain_order="left")
    return pl.concat([rest, _summed(summed, key)]), folded


def _summed(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """One row a key. Quantities of different units have no sum."""
    amounts: dict[str, pl.Expr] = {
        name: pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()) for name in MEASURES
    }
    one_unit = pl.col("unit").n_unique() == 1
    amounts["quantity"] = pl.when(one_unit).then(amounts["quantity"])
    amounts["unit"] = pl.when(one_unit).then(pl.col("unit").first())
    amounts["notes"] = (
        pl.col("notes").drop_nulls().str.split(" ").list.explode().unique().sort().str.join(" ")
    )
    others = {name: pl.col(name).first() for name in CANONICAL if name not in amounts and name not in key}
    return (
        rows.group_by(list(key), maintain_order=True)
        .agg(**others, **amounts)
        .select(pl.col(name).cast(kind) for name, kind in CANONICAL.items())
    )
