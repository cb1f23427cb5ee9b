"""What other rooms read of the shared vocabulary."""

from reference.selectors.files import outlines, outlines_viewbox, region_names
from reference.selectors.groups import Link, Membership, continents, customs_unions, hs_links
from reference.selectors.labels import labels
from reference.selectors.places import (
    codes_of_alpha3,
    codes_of_un,
    countries,
    country_codes,
    country_get,
    region_codes,
    region_get,
    regions,
)
from reference.selectors.products import (
    CURRENT_EDITION,
    edition_at,
    editions,
    product_codes,
    product_get,
    products,
    section_of,
    sector_rules,
)
from reference.selectors.searching import ranked

__all__ = [
    "CURRENT_EDITION",
    "Link",
    "Membership",
    "codes_of_alpha3",
    "codes_of_un",
    "continents",
    "countries",
    "country_codes",
    "country_get",
    "customs_unions",
    "edition_at",
    "editions",
    "hs_links",
    "labels",
    "outlines",
    "outlines_viewbox",
    "product_codes",
    "product_get",
    "products",
    "ranked",
    "region_codes",
    "region_get",
    "region_names",
    "regions",
    "section_of",
    "sector_rules",
]
