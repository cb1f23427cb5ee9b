"""UN Comtrade's API, version 1: one request a slice of a query, with patience and within bounds.

https://comtradeapi.un.org/data/v1/get/{type}/{freq}/{classification}?reporterCode=…&period=…; the key travels in a
header. An answer holds at most 250,000 records: what reaches that is asked for again in finer slices.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import stamina
from django.conf import settings
from django.utils import timezone

from trade.sources.base import SourceFile
from trade.sources.comtrade_json import records_count
from trade.sources.reasons import Refusal

ROWS_MOST = 250_000
BYTES_MOST = 1 << 30
ATTEMPTS = 6
WAIT_FIRST, WAIT_MOST = 1.0, 60.0
# A longer Retry-After (the day's quota is used up) is not sat out: the fetch rests until then.
PATIENCE = 120.0
TIMEOUT = httpx.Timeout(30.0, read=180.0)
BLOCK = 1 << 16
TOO_MANY = 429


class CutOff(Exception):
    """The body ended before its JSON did."""


class Later(Exception):
    """The server asks to come back after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Slice:
    """One request. Reporter, period, flow, partner and product are codes of the API, several by comma."""

    period: str
    reporter: str
    flow: str = "M,X"
    partner: str = ""
    product: str = "TOTAL"
    kind: str = "C"
    freq: str = "A"
    classification: str = "HS"

    @property
    def name(self) -> str:
        """What the slice is known by within its fetch."""
        return "|".join(str(value) for value in asdict(self).values())

    def finer(self) -> list["Slice"]:
        """The slices that it consists of; none where it cannot be cut any more."""
        for field in ("period", "flow", "product", "reporter"):
            codes = getattr(self, field).split(",")
            if len(codes) > 1:
                half = (len(codes) + 1) // 2
                return [replace(self, **{field: ",".join(part)}) for part in (codes[:half], codes[half:])]
        return []

    def params(self) -> dict[str, str]:
        params = {
            "reporterCode": self.reporter, "period": self.period, "flowCode": self.flow, "cmdCode": self.product,
            "partner2Code": "0", "customsCode": "C00", "motCode": "0", "maxRecords": str(ROWS_MOST),
            "format": "JSON", "includeDesc": "false",
        }  # fmt: skip
        return params | ({"partnerCode": self.partner} if self.partner else {})


def download(wanted: Slice, into: Path) -> int:
    """Write one answer to a file; the number of its records.

    Faults that pass (429, 5xx, a lost connection, a body cut off) are tried again with growing pauses, or after the
    time that Retry-After names. Raises Later, Refusal for an answer that is an error, httpx.HTTPError, CutOff.
    """
    with httpx.Client(base_url=settings.COMTRADE_API_URL, timeout=TIMEOUT, headers=_headers()) as client:
        for attempt in stamina.retry_context(
            on=_again, attempts=ATTEMPTS, timeout=None, wait_initial=WAIT_FIRST, wait_max=WAIT_MOST
        ):
            with attempt:
                _once(client, wanted, into)
                return _records(wanted, into)
    raise AssertionError("a retry either returns or raises")


def _headers() -> dict[str, str]:
    return {"Ocp-Apim-Subscription-Key": settings.COMTRADE_API_KEY, "Accept": "application/json"}


def _once(client: httpx.Client, wanted: Slice, into: Path) -> None:
    address = f"/data/v1/get/{wanted.kind}/{wanted.freq}/{wanted.classification}"
    size = 0
    with client.stream("GET", address, params=wanted.params()) as response:
        if response.status_code == TOO_MANY and (seconds := retry_after(response)) and seconds > PATIENCE:
            raise Later(seconds)
        response.raise_for_status()
        with into.open("wb") as target:
            for block in response.iter_bytes(BLOCK):
                size += len(block)
                if size > BYTES_MOST:
                    raise Refusal("fetch_large", file=wanted.period)
                target.write(block)


def _records(wanted: Slice, path: Path) -> int:
    """How many records a whole answer has. Raises CutOff, Refusal."""
    try:
        count = records_count(SourceFile(0, wanted.period, path))
    except Refusal as refusal:
        if refusal.code in ("json_cut_off", "empty", "json_broken"):
            raise CutOff(refusal.code) from refusal
        raise
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 2_000))
        told = re.search(rb'"error"\s*:\s*"([^"]+)"', stream.read().rpartition(b"]")[2])
    if told:
        raise Refusal("json_error", file=wanted.period, error=told[1].decode(errors="replace"))
    return count


def _again(error: Exception) -> bool | float:
    """Whether to try again, and after how many seconds where the server says so."""
    if isinstance(error, httpx.HTTPStatusError):
        passing = error.response.status_code == TOO_MANY or error.response.is_server_error
        return (retry_after(error.response) or True) if passing else False
    return isinstance(error, httpx.TransportError | CutOff)


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the header Retry-After names, as a number or as a date; None without it."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - timezone.now()).total_seconds())


def slices(query: dict[str, Any]) -> Iterator[Slice]:
    """A query's first requests, one a period."""
    common = {name: value for name, value in query.items() if name != "periods"}
    for period in query["periods"]:
        yield Slice(period=period, **common)
