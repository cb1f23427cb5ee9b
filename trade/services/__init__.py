"""Writes of the trade room."""

from trade.services.calendar import calendar_cancel, calendar_extend, calendar_plan, calendar_rule_set
from trade.services.cancel import run_cancel
from trade.services.chunks import upload_append
from trade.services.datasets import datasets_load
from trade.services.fetches import fetch_create, fetch_execute, fetches_sweep
from trade.services.prune import Pruned, releases_prune
from trade.services.releases import (
    release_keep,
    release_publish,
    release_schedule,
    release_unkeep,
    release_unschedule,
    release_withdraw,
    releases_due,
)
from trade.services.rules import dataset_settle
from trade.services.runs import run_create, run_execute, runs_sweep
from trade.services.totals import total_add, total_correct, total_remove
from trade.services.uploads import (
    Arrived,
    upload_cancel,
    upload_create,
    upload_get,
    uploads_done,
    uploads_sweep,
    uploads_take,
)

__all__ = [
    "Arrived",
    "Pruned",
    "calendar_cancel",
    "calendar_extend",
    "calendar_plan",
    "calendar_rule_set",
    "dataset_settle",
    "datasets_load",
    "fetch_create",
    "fetch_execute",
    "fetches_sweep",
    "release_keep",
    "release_publish",
    "release_schedule",
    "release_unkeep",
    "release_unschedule",
    "release_withdraw",
    "releases_due",
    "releases_prune",
    "run_cancel",
    "run_create",
    "run_execute",
    "runs_sweep",
    "total_add",
    "total_correct",
    "total_remove",
    "upload_append",
    "upload_cancel",
    "upload_create",
    "upload_get",
    "uploads_done",
    "uploads_sweep",
    "uploads_take",
]
