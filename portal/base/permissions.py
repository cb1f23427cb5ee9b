"""Who may open a page: every view says so with one mark, and a test reads the marks of every URL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

View = TypeVar("View", bound=Callable[..., Any])
ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True, slots=True)
class Access:
    """`public`: anyone. `signed_in`: any account. Else the roles, as text, of which one is needed."""

    kind: str
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.kind if not self.roles else ",".join(sorted(self.roles))


PUBLIC = Access("public")
SIGNED_IN = Access("signed_in")


def access(rule: Access) -> Callable[[View], View]:
    """Mark a view. The accounts room's middleware enforces the mark before the view runs."""

    def mark(view: View) -> View:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return mark


public = access(PUBLIC)
signed_in = access(SIGNED_IN)


def roles(*names: str) -> Callable[[View], View]:
    """One of these roles, with two-factor sign-in; everybody else is told that the page is missing."""
    return access(Access("roles", frozenset(names)))


def get_or_404(rows: QuerySet[ModelT], **lookup: Any) -> ModelT:
    """One row among those the reader may see; a stranger's row and a missing one look the same."""
    row = rows.filter(**lookup).first()
    if row is None:
        raise Http404
    return row
