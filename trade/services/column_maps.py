"""The dataset that a column map feeds: one that is there, or the one that the map describes."""

from django.utils.translation import gettext as _

from portal.base.errors import Conflict, Invalid
from trade.models import Dataset
from trade.sources.column_map import DATASET_TEXTS, ColumnMap, parse

# The only format that a map widens.
SOURCE = "customs"


def mapped_dataset(source: str, text: str, code: str | None) -> Dataset:
    """The dataset `code`, or the one of the map's [dataset], made if it is not there. Raises Invalid, Conflict.

    A map knows no companies, so it never feeds a dataset whose facts carry them; what is written of a dataset that is
    there already must be the same in the map, so that no map changes what readers are told.
    """
    if source != SOURCE:
        raise Invalid(
            _("A column map belongs to the format %(source)s only.") % {"source": SOURCE},
            hint=_("Choose that format, or leave the map out."),
        )
    found = parse(text)
    named = found.dataset.get("code")
    if code and named and code != named:
        raise Invalid(
            _("The column map describes the dataset “%(named)s”, not “%(dataset)s”.")
            % {"named": named, "dataset": code},
            hint=_("Leave one of the two out."),
        )
    wanted = code or named
    if not wanted:
        raise Invalid(
            _("Neither the column map nor the command says which dataset to feed."),
            hint=_("Name it (--dataset), or describe it in the map's section [dataset]."),
        )
    dataset = Dataset.objects.filter(code=wanted).first()
    if dataset is None:
        dataset = _made(wanted, found)
    _fits(dataset, found)
    return dataset


def _made(code: str, found: ColumnMap) -> Dataset:
    if not found.dataset:
        raise Invalid(
            _("There is no dataset “%(dataset)s”.") % {"dataset": code},
            hint=_("Describe it in the map's section [dataset], and it is made."),
        )
    dataset, _created = Dataset.objects.get_or_create(code=code, defaults=_fields(found))
    return dataset


def _fields(found: ColumnMap) -> dict[str, object]:
    texts = {name: found.dataset[name] for name in (*DATASET_TEXTS, "licence_url", "valuation")}
    return {
        **texts,
        "source_code": SOURCE,
        "currency": found.constants["currency"],
        "exports_hold_reexports": found.dataset["exports_hold_reexports"],
        "has_companies": False,
    }


def _fits(dataset: Dataset, found: ColumnMap) -> None:
    if dataset.source_code != SOURCE or dataset.has_companies:
        raise Invalid(
            _("The dataset “%(dataset)s” is not fed by column maps.") % {"dataset": dataset.code},
            hint=_("Name another one, or describe a new one in the map's section [dataset]."),
        )
    if dataset.currency != found.constants["currency"]:
        raise Conflict(
            _("The dataset “%(dataset)s” counts in %(currency)s.")
            % {"dataset": dataset.code, "currency": dataset.currency},
            hint=_('Write currency = "%(currency)s" under [constants], or feed another dataset.')
            % {"currency": dataset.currency},
        )
    for name, value in _fields(found).items() if found.dataset else ():
        if getattr(dataset, name) != value:
            raise Conflict(
                _(
                    "The dataset “%(dataset)s” is there already, with another “%(name)s” than the map's: %(value)s."
                )
                % {"dataset": dataset.code, "name": name, "value": getattr(dataset, name)},
                hint=_("Write the same, or leave the section [dataset] out."),
            )
