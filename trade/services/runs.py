"""The ledger of imports: hand in, execute, take up again what a dead worker left."""

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pghistory
import psycopg
import structlog
from celery import current_app
from django.conf import settings
from django.core.files import File
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base import storage
from portal.base.errors import DomainError, Invalid, Unavailable
from portal.base.locks import try_lock
from reference.selectors import editions
from trade.imports.reading import work_folders
from trade.models import Dataset, Run, RunFile
from trade.services.column_maps import mapped_dataset
from trade.services.datasets import datasets_load
from trade.services.execution import execute
from trade.services.numbers import next_number
from trade.services.state import Superseded, run_end
from trade.sources import SOURCES, Refusal
from trade.sources.reasons import file_text, in_all_languages, plain, reason_of

log = structlog.get_logger(__name__)
ATTEMPTS = 3
# Seconds after which what lies in the folder for scratch files is nobody's.
SCRATCH_KEPT = 86_400
ABANDONED_AFTER = dt.timedelta(seconds=10)
# What passes: the database is away, a file system too. Django hands on what COPY raises as it is.
INTERRUPTIONS = (
    OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, OSError,
)  # fmt: skip
HandedIn = Path | File  # type: ignore[type-arg]


def run_create(
    *,
    acting_user: User | None,
    source: str,
    files: Sequence[HandedIn],
    dataset: str | None = None,
    options: Mapping[str, str] | None = None,
    publish: bool = False,
    corrects: int | None = None,
) -> Run:
    """Keep the files, write the ledger row and queue the work after commit. Raises Invalid.

    `corrects`: the number of a run of the same format and dataset whose rejected rows the files bring corrected; what
    is good of them is added to its release and replaces nothing.
    """
    if source not in SOURCES:
        raise Invalid(
            _("There is no source format “%(source)s”.") % {"source": source},
            hint=_("Choose one of: %(known)s.") % {"known": ", ".join(SOURCES)},
        )
    if not files:
        raise Invalid(_("No file was handed in."), hint=_("Choose at least one file."))
    options = dict(options or {})
    _check_edition(options.get("edition"))
    if options.get("map"):
        into = mapped_dataset(source, options["map"], dataset)
    else:
        into = _dataset(dataset or SOURCES[source].dataset, source)
    completed = _corrected(corrects, source, into) if corrects is not None else None
    kept = [_keep(file) for file in files]
    with pghistory.context(user=str(acting_user.pk) if acting_user else None, why="run_create"):
        with transaction.atomic():
            run = Run.objects.create(
                number=next_number(Run),
                dataset=into,
                source_code=source,
                options=options,
                corrects=completed,
                fingerprint=_fingerprint(source, into, kept, options, corrects),
                publish=publish,
                acting_user=acting_user,
            )
            RunFile.objects.bulk_create(
                RunFile(run=run, position=position, **fields) for position, fields in enumerate(kept)
            )
            transaction.on_commit(lambda: _queue(run.pk), robust=True)
    return run


def _corrected(number: int, source: str, dataset: Dataset) -> Run:
    """The run that is completed. Raises Invalid where its rejects cannot be handed in alone."""
    run = Run.objects.filter(number=number).first()
    if run is None:
        raise Invalid(_("There is no run %(number)s.") % {"number": number})
    names = {"number": number, "source": run.source_code, "dataset": run.dataset.code}
    if run.source_code != source or run.dataset_id != dataset.pk:
        raise Invalid(
            _("Run %(number)s is of the format %(source)s and the dataset %(dataset)s.") % names,
            hint=_("Hand its corrected rows in with the same."),
        )
    if run.state not in (Run.State.STAGED, Run.State.PUBLISHED):
        raise Invalid(
            _("Run %(number)s has no release that could be completed.") % names,
            hint=_("Wait for its end; where it was refused, hand in the whole files again."),
        )
    return run


def _check_edition(edition: str | None) -> None:
    known = sorted(editions().values_list("code", flat=True))
    if edition is not None and edition not in known:
        raise Invalid(
            _("There is no edition “%(edition)s” of the Harmonized System.") % {"edition": edition},
            hint=_("Choose one of: %(known)s.") % {"known": ", ".join(known)},
        )


def _dataset(code: str, source: str) -> Dataset:
    datasets_load()
    found = Dataset.objects.filter(code=code).first()
    if found is None:
        raise Invalid(
            _("There is no dataset “%(dataset)s”.") % {"dataset": code},
            hint=_("Known datasets: %(known)s.")
            % {"known": ", ".join(Dataset.objects.values_list("code", flat=True))},
        )
    # Facts of companies never come into a dataset that is public as it is: those of customs without are maps'.
    fed_by_map = source == "customs" and not found.has_companies
    if fed_by_map or (SOURCES[source].dataset != found.code and found.source_code != source):
        raise Invalid(
            _("The dataset “%(dataset)s” is not fed by the format %(source)s.")
            % {"dataset": code, "source": source},
            hint=_("Choose the dataset that belongs to the format."),
        )
    return found


def _queue(run_id: uuid.UUID) -> None:
    current_app.send_task("trade.tasks.run_execute", args=[str(run_id)])


@contextmanager
def _local(file: HandedIn) -> Iterator[Path]:
    """A path to the handed-in file; an upload held in memory is written out first."""
    if isinstance(file, Path):
        yield file
        return
    # A large upload lies on the disk already.
    if on_disk := getattr(file, "temporary_file_path", None):
        yield Path(on_disk())
        return
    with tempfile.NamedTemporaryFile(prefix="qafila-") as copy:
        for block in file.chunks():
            copy.write(block)
        copy.flush()
        yield Path(copy.name)


def _keep(file: HandedIn) -> dict[str, object]:
    name = _name(file)
    try:
        with _local(file) as path:
            # Anything else, a pipe or a device, might never end.
            if path.exists() and not path.is_file():
                raise IsADirectoryError
            stored, checksum = storage.put(path, folder="uploads")
            return {"name": name, "sha256": checksum, "stored_as": stored, "size": storage.size(stored)}
    except OSError as error:
        if storage.no_space(error):
            raise Unavailable(file_text("no_space", {})) from error
        raise Invalid(
            _("%(file)s cannot be opened.") % {"file": plain(str(file)) if isinstance(file, Path) else name},
            hint=_("Check the path and that the file may be read."),
        ) from error


def _name(file: HandedIn) -> str:
    """The file's own name as text that the database and a line of a message can hold, its end kept."""
    return plain(os.fsencode(Path(file.name or "file").name).decode(errors="replace"))


def _fingerprint(
    source: str,
    dataset: Dataset,
    kept: Sequence[Mapping[str, object]],
    options: Mapping[str, str],
    corrects: int | None = None,
) -> str:
    """What makes two runs the same: format, dataset, options, and the files whatever their order."""
    sums = sorted(str(file["sha256"]) for file in kept)
    told = [source, dataset.code, sums, options, *([corrects] if corrects is not None else [])]
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def run_execute(run_id: uuid.UUID | str) -> bool:
    """Do a run's work while holding its lock; False where somebody else does or it has ended. Safe to call twice.

    An error that passes leaves the run for the sweep, three attempts in all; any other ends it.
    """
    with try_lock(f"run:{run_id}") as held:
        run = Run.objects.select_related("dataset", "acting_user").filter(pk=run_id).first() if held else None
        if run is None or run.state in Run.ENDED:
            return False
        user = str(run.acting_user_id) if run.acting_user_id else None
        with pghistory.context(user=user, why="run_execute", run=run.number):
            _attempt(run)
    return True


def _attempt(run: Run) -> None:
    if run.attempts >= ATTEMPTS:
        params = {"attempts": str(run.attempts), "phase": run.phase or "-"}
        run_end(run, Run.State.FAILED, reason=in_all_languages("gave_up", params))
        return
    run.state, run.attempts, run.started_at = (
        Run.State.RUNNING,
        run.attempts + 1,
        run.started_at or timezone.now(),
    )
    run.save(update_fields=["state", "attempts", "started_at", "updated_at"])
    log.info("run_started", run=run.number, attempt=run.attempts)
    try:
        execute(run)
    except Refusal as refusal:
        run_end(run, Run.State.REFUSED, reason=refusal.reason())
    except DomainError as error:
        run_end(run, Run.State.REFUSED, reason=reason_of(error))
    except Superseded:
        log.warning("run_superseded", run=run.number, attempt=run.attempts)
        return
    except Exception as error:
        log.exception("run_broken_off", run=run.number, attempt=run.attempts)
        if storage.no_space(error):
            reason = in_all_languages("no_space", {})
        elif isinstance(error, INTERRUPTIONS):
            raise
        else:
            reason = in_all_languages("unexpected", {"error": type(error).__name__})
        run_end(run, Run.State.FAILED, reason=reason)
    log.info("run_ended", run=run.number, state=run.state)


def runs_sweep() -> list[int]:
    """Take up every waiting or running run that nobody works on; the numbers of those taken up."""
    old = timezone.now() - ABANDONED_AFTER
    waiting = Run.objects.exclude(state__in=Run.ENDED).filter(created_at__lt=old).order_by("created_at")
    taken = []
    for run_id, number in list(waiting.values_list("pk", "number")):
        try:
            if run_execute(run_id):
                taken.append(number)
        except INTERRUPTIONS as error:
            # One run that cannot go on must not keep the others waiting; the next sweep tries it again.
            log.warning("run_not_swept", run=number, error=type(error).__name__)
    _tidy()
    return taken


def _tidy() -> None:
    """Remove what killed workers left on this machine: work folders of runs that ended, copies begun."""
    storage.tidy()
    yesterday = time.time() - SCRATCH_KEPT
    for scrap in (Path(settings.QAFILA_HOME) / "tmp").glob("*"):
        with suppress(OSError):  # somebody else's, gone meanwhile
            if scrap.stat().st_mtime < yesterday:
                shutil.rmtree(scrap) if scrap.is_dir() else scrap.unlink()
    left = {folder.name: folder for folder in work_folders().glob("*-*-*-*-*")}
    for run_id in Run.objects.filter(pk__in=left, state__in=Run.ENDED).values_list("pk", flat=True):
        shutil.rmtree(left[str(run_id)], ignore_errors=True)
