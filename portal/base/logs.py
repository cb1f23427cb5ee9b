"""One line a log record, `key=value`, the same for the web, the worker and the scheduler."""

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
