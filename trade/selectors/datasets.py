from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.base.errors import Missing
from trade.models import Dataset


def datasets() -> QuerySet[Dataset]:
    """Every dataset with the release that readers see."""
    return Dataset.objects.select_related("published")


def dataset_get(code: str) -> Dataset:
    """Raises Missing."""
    found = datasets().filter(code=code).first()
    if found is None:
        raise Missing(
            _("There is no dataset “%(dataset)s”.") % {"dataset": code},
            hint=_("Known datasets: %(known)s.")
            % {"known": ", ".join(Dataset.objects.values_list("code", flat=True))},
        )
    return found
