"""The one table that every source yields (DESIGN section 9).

Codes are text. `value` is in thousandths of `currency`, `net_kg` in grams, `quantity` in thousandths of `unit`;
all three are exact 64-bit integers. What a source lacks is null, never made up.
"""

import polars as pl

CANONICAL: dict[str, pl.DataType] = {
    "period": pl.String(),  # YYYY, YYYY-MM, or FYYYYY
    "freq": pl.String(),  # A, M, FY
    "reporter": pl.String(),
    "flow": pl.String(),  # X, M, RX, RM
    "region": pl.String(),  # MA-01 … MA-12, _U not allocated, null where the source has none
    "region_basis": pl.String(),
    "edition": pl.String(),  # HS2022 …
    "product": pl.String(),
    "level": pl.Int8(),  # 0 total, 2, 4, 6, 8, 10
    "partner": pl.String(),
    "is_total": pl.Boolean(),  # the partner is the World
    "company": pl.String(),  # ICE
    "customs_office": pl.String(),
    "mode": pl.String(),
    "regime": pl.String(),
    "value": pl.Int64(),
    "currency": pl.String(),
    "valuation": pl.String(),  # FOB, CIF
    "net_kg": pl.Int64(),
    "quantity": pl.Int64(),
    "unit": pl.String(),
    "status": pl.String(),
    "notes": pl.String(),  # words of NOTES, a space between
    "line": pl.Int64(),  # as an editor counts
    "file": pl.Int16(),  # position among the run's files
}
# What a part holds: the place in the file is the run's business, not the fact's.
FACTS: dict[str, pl.DataType] = {
    name: kind for name, kind in CANONICAL.items() if name not in ("line", "file")
}
MEASURES = ("value", "net_kg", "quantity")
# The order of the rows in a part. It begins with what queries filter on and ends with every other column, so that
# the same facts always make the same bytes.
_FIRST = (
    "flow", "level", "product", "reporter", "company", "partner", "region", "mode", "customs_office", "regime",
)  # fmt: skip
SORT = _FIRST + tuple(name for name in FACTS if name not in _FIRST)

FLOWS = ("X", "M", "RX", "RM")
STATUSES = ("P", "R", "F")
MODES = ("1", "2", "3", "4", "5", "7", "9")
WORLD = "W"
# Read as Morocco's when a file is staged; kept apart until then, so that a duplicate key is still seen.
WESTERN_SAHARA = "EH"
MOROCCO = "MA"

# Words that `notes` may hold.
NOTE_FOLDED = "eh_folded"
NOTE_ROUNDED = "rounded"
NOTE_UNIT_VALUE = "unit_value"
NOTE_ICE_CHECK = "ice_check_00"
NOTE_EDITION_SHAPE = "edition_by_shape"
NOTE_ZERO = "zero_restored"
NOTE_DIGITS = "digits_read"
