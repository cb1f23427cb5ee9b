"""Make rows like their files, writing only what differs, and never over a person's hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Field, Model, QuerySet

ModelT = TypeVar("ModelT", bound=Model)
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """What one list's loading did: rows in the file, rows written, rows left alone since a person changed them."""

    kind: str
    rows: int
    created: int
    changed: int
    kept: int = 0

    @property
    def written(self) -> int:
        return self.created + self.changed


def by_hand(model: type[Model]) -> set[str]:
    """Keys of the rows that a signed-in person has ever written: the audit trail knows."""
    history: Any = model.pgh_event_model  # type: ignore[attr-defined]  # pghistory adds it
    touched = history.objects.filter(pgh_context__metadata__user__isnull=False)
    return {str(key) for key in touched.values_list("pgh_obj_id", flat=True).distinct()}


def sync(
    kind: str,
    rows: Iterable[ModelT],
    present: QuerySet[ModelT],
    *,
    keys: tuple[str, ...] = ("pk",),
) -> Count:
    """Insert what is new, update what differs. Rows that the file does not have stay: other rooms keep their codes.

    `present` are the rows to compare with, of a model with an audit trail; `keys` the attributes by which a row is
    found again.
    """

    def key_of(row: ModelT) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in keys)

    wanted = list(rows)
    fields = present.model._meta.concrete_fields  # noqa: SLF001  Django documents it
    columns = [field for field in fields if not field.primary_key and field.attname not in keys]
    found = {key_of(row): row for row in present}
    hands = by_hand(present.model) if found else set()
    created, changed, kept = [], [], 0
    for row in wanted:
        old = found.get(key_of(row))
        if old is None:
            created.append(row)
        elif not differ(old, row, columns):
            continue
        elif str(old.pk) in hands:
            kept += 1
        else:
            row.pk = old.pk
            changed.append(row)
    present.bulk_create(created, batch_size=BATCH)
    if changed:
        present.bulk_update(changed, [column.name for column in columns], batch_size=BATCH)
    return Count(kind, len(wanted), len(created), len(changed), kept)


def differ(old: Model, new: Model, columns: "Sequence[Field[Any, Any]]") -> bool:
    return any(getattr(old, column.attname) != getattr(new, column.attname) for column in columns)
