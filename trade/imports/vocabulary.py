"""The codes that rows are checked against, read once a run."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from reference.selectors import CURRENT_EDITION, country_codes, product_codes, region_codes
from trade.canonical import WESTERN_SAHARA, WORLD

# Comtrade's "commodities not specified", at each level; no list of an edition has them.
NOT_SPECIFIED = ("99", "9999", "999999")


@dataclass(slots=True)
class Vocabulary:
    """`products`: codes of levels 2, 4 and 6 by edition; an edition whose list is not loaded has none."""

    areas: pl.Series
    regions: pl.Series
    chapters: pl.Series
    products: dict[str, pl.Series] = field(default_factory=dict)

    def of_editions(self, editions: Iterable[str]) -> dict[str, pl.Series]:
        for edition in editions:
            if edition not in self.products:
                self.products[edition] = listed(product_codes(edition))
        return self.products


def listed(codes: Iterable[str]) -> pl.Series:
    """Codes as a rule asks for them: one value, which holds them all."""
    return pl.Series([[*codes]], dtype=pl.List(pl.String))


def load() -> Vocabulary:
    return Vocabulary(
        areas=listed(country_codes() | {WESTERN_SAHARA, WORLD, "_X"}),
        regions=listed(region_codes() | {"_U"}),
        chapters=listed(code for code in product_codes(CURRENT_EDITION) if len(code) == 2),
    )
