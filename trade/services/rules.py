"""The rules of a dataset that staff set: what is refused, what publishes by itself, what is kept."""

from collections.abc import Mapping
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Conflict, Invalid, Missing
from trade.models import Dataset

RULES = (
    "max_rejected", "trusted", "needs_consent", "needs_every_month", "outlier_bound", "keep_releases", "keep_months",
)  # fmt: skip


def dataset_settle(code: str, *, acting_user: User, rules: Mapping[str, Any], reason: str) -> list[str]:
    """Write the rules that differ; their names. They hold for runs that begin afterwards.

    Raises Missing, Invalid, and Conflict where somebody who is no operator takes the second person's consent away:
    nobody frees their own release.
    """
    if unknown := set(rules) - set(RULES):
        raise Invalid(_("There is no rule “%(rule)s”.") % {"rule": ", ".join(sorted(unknown))})
    with pghistory.context(user=str(acting_user.pk), why=reason), transaction.atomic():
        dataset = Dataset.objects.select_for_update().filter(code=code).first()
        if dataset is None:
            raise Missing(_("There is no dataset “%(dataset)s”.") % {"dataset": code})
        changed = [name for name, value in rules.items() if getattr(dataset, name) != value]
        if dataset.needs_consent and "needs_consent" in changed and not acting_user.is_operator:
            raise Conflict(
                _("Only an operator may take away that a second person must consent."),
                hint=_("Ask an operator; everything else can be changed here."),
            )
        for name in changed:
            setattr(dataset, name, rules[name])
        try:
            dataset.full_clean()
        except ValidationError as error:
            raise Invalid(" ".join(error.messages)) from error
        if changed:
            dataset.save(update_fields=[*changed, "updated_at"])
    return changed
