"""The broker's place in a test: what is queued is kept, and done in this process when the test says so."""

from collections.abc import Sequence
from typing import Any

import pytest
from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts import tasks as _accounts  # noqa: F401  (tasks register themselves)
from portal.base import tasks as _base  # noqa: F401
from trade import tasks as _trade  # noqa: F401


class Queue:
    """Tasks by name with their arguments, in the order in which they were queued."""

    def __init__(self, commits: DjangoCaptureOnCommitCallbacks) -> None:
        self.waiting: list[tuple[str, list[Any], dict[str, Any]]] = []
        self.commits = commits

    def send_task(
        self, name: str, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None, **_more: Any
    ) -> None:
        self.waiting.append((name, list(args), dict(kwargs or {})))

    def work(self, *, twice: bool = False) -> None:
        """Do everything that waits and everything that this queues; `twice`: a broker that delivers again."""
        while self.waiting:
            name, args, kwargs = self.waiting.pop(0)
            for _ in range(2 if twice else 1):
                with self.commits(execute=True):
                    current_app.tasks[name](*args, **kwargs)


def queue_in(monkeypatch: pytest.MonkeyPatch, commits: DjangoCaptureOnCommitCallbacks) -> Queue:
    queue = Queue(commits)
    monkeypatch.setattr(current_app, "send_task", queue.send_task)
    return queue
