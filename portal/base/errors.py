"""What services raise. A message says what happened, the hint what to do; both in the reader's language."""

from django.utils.functional import Promise

Text = str | Promise


class DomainError(Exception):
    """A rule of Qafila said no. Views show it, the API answers it with `code`, commands print it."""

    code = "refused"
    status = 409

    def __init__(self, message: Text, *, hint: Text = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Invalid(DomainError):
    """What was handed in cannot be read or is out of range."""

    code = "invalid"
    status = 400


class Missing(DomainError):
    """Not there, or not for this reader: the two look the same."""

    code = "not_found"
    status = 404


class Gone(DomainError):
    """It was there for everybody and is no more; the message says since when."""

    code = "gone"
    status = 410


class Conflict(DomainError):
    """The row is not in a state that allows this step."""

    code = "conflict"
    status = 409


class Unavailable(DomainError):
    """A part of the system does not answer now; `retry_after`: after how many seconds it may, where known."""

    code = "unavailable"
    status = 503

    def __init__(
        self, message: Text, *, hint: Text = "", code: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.retry_after = retry_after
