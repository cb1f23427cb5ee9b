"""One line a log record, `key=value`, the same for the web, the worker and the scheduler."""

from typing import Any

import structlog
from structlog.typing import Processor

PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """For a handler of LOGGING; from then on structlog's own loggers go through the same handlers.

    Left to itself structlog prints in the machine's local time, with every variable beside a traceback's lines:
    a customs file's rows among them.
    """

    def __init__(self) -> None:
        structlog.configure(
            processors=[
                structlog.stdlib.filter_by_level,
                *PROCESSORS,
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
        )
        super().__init__(
            foreign_pre_chain=PROCESSORS,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
            ],
        )


def configuration(level: str) -> dict[str, Any]:
    """The `LOGGING` of the settings."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "portal.base.logs.LineFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            # The default broker has no host of its own to supply: it is reached through `conn_string`.
            "kombu.connection": {"level": "ERROR"},
            # The sweeps come round every few seconds; a task that matters writes a line of its own.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
