"""Numbers for people: runs and releases each count from 1 without gaps that a roll-back could leave."""

from django.db import connection
from django.db.models import Max

from trade.models import Release, Run

# Key of the transaction-long lock under which a number is drawn.
_LOCK = 7_201_001


def next_number(model: type[Run] | type[Release]) -> int:
    """The next free number. The caller's transaction holds it against others until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return (model.objects.aggregate(last=Max("number"))["last"] or 0) + 1
