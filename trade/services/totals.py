"""Totals that others published: entered, corrected and removed by staff, each time with a reason."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Conflict, Invalid, Missing
from trade.models import Dataset, PublishedTotal

FIELDS = ("flow", "period", "value", "tolerance", "source")
# Thousandths that a 64-bit integer holds, with room for sums.
LARGEST = 10**18


@contextmanager
def _audited(acting_user: User | None, reason: str) -> Iterator[None]:
    """Raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid(_("Say why the total is entered, corrected or removed."))
    user = str(acting_user.pk) if acting_user else None
    with pghistory.context(user=user, why=reason.strip()), transaction.atomic():
        yield


def total_add(
    *, acting_user: User | None, dataset: str, fields: Mapping[str, Any], reason: str
) -> PublishedTotal:
    """Enter a total, `value` in thousandths of the dataset's currency. Raises Missing, Invalid, Conflict.

    Releases are compared with it from the next check on; those that are published stay published.
    """
    with _audited(acting_user, reason):
        of = Dataset.objects.filter(code=dataset).first()
        if of is None:
            raise Missing(_("There is no dataset “%(dataset)s”.") % {"dataset": dataset})
        return _written(PublishedTotal(dataset=of), fields)


def total_correct(
    total_id: uuid.UUID | str, *, acting_user: User | None, fields: Mapping[str, Any], reason: str
) -> PublishedTotal:
    """Write what differs. Raises Missing, Invalid, Conflict."""
    with _audited(acting_user, reason):
        return _written(_locked(total_id), fields)


def total_remove(total_id: uuid.UUID | str, *, acting_user: User | None, reason: str) -> None:
    """Compare no release with it any more; its history stays. Raises Missing, Invalid."""
    with _audited(acting_user, reason):
        _locked(total_id).delete()


def _locked(total_id: uuid.UUID | str) -> PublishedTotal:
    found = PublishedTotal.objects.select_for_update().filter(pk=total_id).first()
    if found is None:
        raise Missing(_("There is no such published total."))
    return found


def _written(total: PublishedTotal, fields: Mapping[str, Any]) -> PublishedTotal:
    if unknown := set(fields) - set(FIELDS):
        raise ValueError(f"no fields of a published total: {sorted(unknown)}")
    for name, value in fields.items():
        setattr(total, name, value)
    if total.value > LARGEST:
        raise Invalid(_("This total is too large."), hint=_("Check the unit in which it is written."))
    # One at a time: of two that enter the same total at once the second is told so.
    Dataset.objects.select_for_update().get(pk=total.dataset_id)
    same = PublishedTotal.objects.filter(dataset=total.dataset, flow=total.flow, period=total.period)
    if same.exclude(pk=total.pk).exists():
        raise Conflict(
            _("There is a published total of %(flow)s in %(period)s already.")
            % {"flow": total.flow, "period": total.period},
            hint=_("Correct that one."),
        )
    try:
        total.full_clean()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    total.save()
    return total
