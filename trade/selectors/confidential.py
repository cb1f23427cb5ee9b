"""Who read the file of an enterprise: for the company's own page and for those who watch over it."""

from django.db.models import QuerySet

from trade.models import ConfidentialReading


def readings_of(enterprise: str) -> QuerySet[ConfidentialReading]:
    """Every call that named or answered this enterprise (nine digits), refused ones too, newest first.

    Of the rows, show who, when, for which purpose and with which outcome; the other enterprises of a call are no
    business of this one.
    """
    rows = ConfidentialReading.objects.filter(enterprises__contains=[enterprise])
    return rows.select_related("acting_user").defer("enterprises").order_by("-at")
