from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.base.errors import Missing
from trade.models import Release
from trade.permissions import OPEN


def releases(dataset: str | None = None) -> QuerySet[Release]:
    """Releases that are or were published, the newest first."""
    rows = Release.objects.select_related("dataset", "run").filter(state__in=OPEN)
    return rows.filter(dataset__code=dataset) if dataset else rows


def release_get(number: int) -> Release:
    """One that is or was published. Raises Missing."""
    found = releases().filter(number=number).first()
    if found is None:
        raise Missing(_("There is no release %(number)s.") % {"number": number})
    return found


def published_release(dataset_code: str) -> Release | None:
    """What readers of the dataset see now."""
    return releases().filter(dataset__code=dataset_code, state=Release.State.PUBLISHED).first()
