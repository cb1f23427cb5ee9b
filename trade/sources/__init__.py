"""One module a format. Each turns bytes into the canonical table and knows its format, nothing else."""

from collections.abc import Mapping

from trade.sources import baci, comtrade_csv, comtrade_json, customs, mapped, sdmx, workbook
from trade.sources.base import Batch, Rule, Source, SourceFile
from trade.sources.reasons import Refusal

SOURCES: dict[str, Source] = {
    source.code: source
    for source in (
        customs.SOURCE,
        comtrade_json.SOURCE,
        comtrade_csv.SOURCE,
        baci.SOURCE,
        workbook.SOURCE,
        sdmx.SOURCE,
    )
}


def source_of(code: str, options: Mapping[str, str]) -> Source:
    """The format, or what the run's column map makes of it."""
    return mapped.source(options["map"]) if options.get("map") else SOURCES[code]


__all__ = ["SOURCES", "Batch", "Refusal", "Rule", "Source", "SourceFile", "source_of"]
