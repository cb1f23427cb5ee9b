"""One module a format. Each turns bytes into the canonical table and knows its format, nothing else."""

from trade.sources import comtrade_csv, comtrade_json, customs
from trade.sources.base import Batch, Rule, Source, SourceFile
from trade.sources.reasons import Refusal

SOURCES: dict[str, Source] = {
    source.code: source for source in (customs.SOURCE, comtrade_json.SOURCE, comtrade_csv.SOURCE)
}

__all__ = ["SOURCES", "Batch", "Refusal", "Rule", "Source", "SourceFile"]
