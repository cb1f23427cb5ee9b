"""The script that "Explore" loads on a click: Vega and its kin, carried by vl-convert."""

from pathlib import Path

from portal.base.bundle import MadeFinder
from trade.charts import engine


class ExploreFinder(MadeFinder):
    """Made again when vl-convert brings another version: its first line names it."""

    name = "js/vega.js"

    def stale(self, path: Path) -> bool:
        with path.open(encoding="utf-8") as file:
            return file.readline() != notice()

    def made(self) -> str:
        return notice() + engine.bundle()


def notice() -> str:
    versions = ", ".join(f"{name} {version}" for name, version in engine.versions().items())
    return (
        f"/*! {versions}. BSD 3-Clause, University of Washington Interactive Data Lab and contributors. */\n"
    )
