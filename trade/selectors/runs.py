import csv
import io
from collections.abc import Iterator
from typing import Any

import polars as pl
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts.models import User
from portal.base import storage
from portal.base.errors import Missing
from portal.base.i18n import current
from trade.models import Run
from trade.permissions import runs_visible_to
from trade.sources.reasons import log_text, row_text

BLOCK = 5_000
# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def run_get(number: int, *, user: User | AnonymousUser) -> Run:
    """One run among those the person may see. Raises Missing."""
    found = runs_visible_to(user).filter(number=number).first()
    if found is None:
        raise Missing(_("There is no run %(number)s.") % {"number": number})
    return found


def run_reason(run: Run, language: str | None = None) -> str:
    """Why a run was refused or failed, "" where it was not."""
    # A run that ended before a language was added has no words in it.
    return str(run.reason.get(language or current()) or run.reason.get(settings.LANGUAGE_CODE, ""))


def run_log(run: Run) -> list[str]:
    """What is good to know of a run, in the active language."""
    return [log_text(line["code"], line["params"]) for line in run.log]


def _rejects(run: Run) -> pl.LazyFrame:
    return pl.scan_parquet(storage.local_path(run.rejects_name), glob=False)


def rejects_head(run: Run, limit: int = 50) -> list[dict[str, Any]]:
    """The first faults: `file`, `line`, `column`, `value`, and `reason` in the active language."""
    if not run.rejects_name:
        return []
    names = dict(run.files.values_list("position", "name"))
    rows = _rejects(run).head(limit).collect().to_dicts()
    return [
        {**row, "file": names.get(row["file"], ""), "reason": row_text(row["code"], row["detail"])}
        for row in rows
    ]


def rejects_csv(run: Run, language: str) -> Iterator[str]:
    """The reject list as CSV text, block by block: a line for each fault, its reason in `language`.

    It begins with a byte order mark, without which a spreadsheet does not read Arabic.
    """
    with override(language):
        header = [_("File"), _("Line"), _("Column"), _("Value"), _("Code"), _("Reason")]
    yield "\ufeff" + _csv([header])
    if not run.rejects_name:
        return
    names = dict(run.files.values_list("position", "name"))
    rows = _rejects(run).collect()
    for start in range(0, rows.height, BLOCK):
        # The language is put on for each block only: a generator's caller may render other things in between.
        with override(language):
            text = _csv(
                [
                    names.get(row["file"], ""),
                    row["line"],
                    row["column"],
                    row["value"],
                    row["code"],
                    row_text(row["code"], row["detail"]),
                ]
                for row in rows[start : start + BLOCK].iter_rows(named=True)
            )
        yield text


def _csv(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue()


def neutral(cell: Any) -> Any:
    """The cell as text that no spreadsheet runs as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
