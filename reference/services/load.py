"""Load the whole vocabulary, in one transaction: readers see the old lists or the new ones."""

from django.db import transaction

from portal.base.models import SearchEntry
from reference.selectors import CURRENT_EDITION
from reference.services import index
from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load, sectors_load
from reference.services.sync import Count

# Which lists, when a row of theirs was written, make a kind of the search index stale.
FEEDS = {
    "region": {"regions"},
    "province": {"regions", "provinces"},
    "country": {"countries"},
    "product": {"chapters", "headings", "subheadings"},
}


@transaction.atomic
def reference_load(edition: str = CURRENT_EDITION, *, reindex: bool = False) -> list[Count]:
    """Territory, countries, editions, one edition's products, sectors, search index; what was written of each.

    Safe to run at every start: only rows that differ from the files are written, rows that a person has changed are
    kept, and the index is written anew only where its rows were (or on `reindex`). Raises errors.Invalid for an
    edition without a list.
    """
    counts = [
        *territory_load(),
        *countries_load(),
        *editions_load(),
        *products_load(edition),
        *sectors_load(),
    ]
    written = {count.kind for count in counts if count.written}
    for kind, lists in FEEDS.items():
        if reindex or lists & written or not SearchEntry.objects.filter(kind=kind).exists():
            entries = index.index_refresh(kind)
            counts.append(Count(f"search: {kind}", entries, entries, 0))
    return counts
