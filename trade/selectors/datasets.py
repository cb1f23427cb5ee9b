from django.db.models import QuerySet

from trade.models import Dataset


def datasets() -> QuerySet[Dataset]:
    """Every dataset with the release that readers see."""
    return Dataset.objects.select_related("published")
