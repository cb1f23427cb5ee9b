"""Writes of the trade room."""

from trade.services.datasets import datasets_load
from trade.services.releases import release_publish, release_withdraw
from trade.services.runs import run_create, run_execute, runs_sweep

__all__ = ["datasets_load", "release_publish", "release_withdraw", "run_create", "run_execute", "runs_sweep"]
