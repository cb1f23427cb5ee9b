"""How messages of trade flows call their components, and what their codes mean.

Understood are Qafila's own structure MA_RTRADE, the names of the global structure for merchandise trade (IMTS) and
those of Comtrade and Eurostat. A message that lacks one of NEEDED is not of trade flows.
"""

from collections.abc import Iterable, Mapping

from trade.canonical import FLOWS, MODES, WESTERN_SAHARA, WORLD
from trade.sources import comtrade

# Concept → the names that it may have; the first that a message has is its.
NAMES = {
    "freq": ("FREQ", "FREQUENCY"),
    "reporter": ("REF_AREA", "REPORTER", "REPORTING_AREA", "REPORTER_CODE"),
    "flow": ("FLOW", "TRADE_FLOW", "FLOW_CODE", "TRADEFLOW"),
    "edition": ("CLASSIFICATION", "PRODUCT_CLASSIFICATION", "NOMENCLATURE", "NOMENCODE"),
    "product": ("COMMODITY", "PRODUCT", "COMMODITY_CODE", "PRODUCT_CODE", "PRODUCTCODE", "CMD_CODE"),
    "partner": ("COUNTERPART_AREA", "PARTNER", "PARTNER_AREA", "COUNTERPART", "PARTNER_CODE", "VIS_A_VIS_AREA"),
    "regime": ("CUSTOMS_PROC", "CUSTOMS_PROCEDURE"),
    "mode": ("TRANSPORT", "MODE_OF_TRANSPORT", "TRANSPORT_MODE"),
    "measure": ("MEASURE", "INDICATOR", "INDICATORS"),
    "unit": ("UNIT_MEASURE", "UNIT"),
    "period": ("TIME_PERIOD", "TIME"),
    "value": ("OBS_VALUE",),
    "power": ("UNIT_MULT", "UNIT_MULTIPLIER"),
    "status": ("OBS_STATUS",),
    "valuation": ("VALUATION",),
    "action": ("ACTION",),
}  # fmt: skip
NEEDED = ("reporter", "flow", "product", "partner", "unit", "period", "value")
# Codes of "everything" and "does not apply".
ALL = ("", "_T", "_Z", "T")
MEASURES = {
    "VALUE": "value", "TRADE_VALUE": "value", "VAL": "value", "V": "value",
    "NETWGT": "net_kg", "NET_WEIGHT": "net_kg", "NETWEIGHT": "net_kg", "W": "net_kg",
    "QTY": "quantity", "QUANTITY": "quantity", "Q": "quantity",
}  # fmt: skip
# Units of weight, and the power of ten that makes kilograms of them.
WEIGHTS = {"KG": 0, "KGM": 0, "T": 3, "TON": 3, "TNE": 3, "G": -3, "GRM": -3}
ACTIONS = ("", "I", "A", "R", "M", "INFORMATION", "APPEND", "REPLACE", "MERGE")
STATUSES = {"P": "P", "R": "R"}
FLOW_CODES = {
    **{code: code for code in FLOWS}, **comtrade.FLOWS, "EXP": "X", "IMP": "M", "E": "X", "I": "M",
    "EXPORT": "X", "IMPORT": "M", "EXPORTS": "X", "IMPORTS": "M",
}  # fmt: skip
YEARS = {
    "92": "HS1992",
    "96": "HS1996",
    "02": "HS2002",
    "07": "HS2007",
    "12": "HS2012",
    "17": "HS2017",
    "22": "HS2022",
}
EDITION_CODES = {
    **comtrade.EDITIONS, **{f"HS{short}": code for short, code in YEARS.items()},
    **{code: code for code in YEARS.values()},
}  # fmt: skip
MODE_CODES = {code: code for code in MODES}
TOTALS = ("TOTAL", "_T", "T")
WORLDS = ("W", "W0", "W00", "WLD", "WORLD", "1W", "_T")


def matched(header: Iterable[str]) -> dict[str, str]:
    """Concept → the message's own name."""
    present = set(header)
    return {
        concept: next(name for name in names if name in present)
        for concept, names in NAMES.items()
        if present & set(names)
    }


def lacking(found: Mapping[str, str]) -> list[str]:
    """What no component says, by the names it should have."""
    return [NAMES[concept][0] for concept in NEEDED if concept not in found]


def areas(texts: Iterable[str], un: Mapping[int, str], letters: Mapping[str, str]) -> dict[str, str]:
    """The message's codes of areas → ours. Codes that nobody knows stay, for the check that tells them."""
    found = {}
    for text in texts:
        if text in WORLDS:
            found[text] = WORLD
        elif text == "ESH":
            found[text] = WESTERN_SAHARA
        elif text.isascii() and text.isdigit() and len(text) <= 3:
            number = int(text)
            known = WESTERN_SAHARA if number == int(comtrade.UN_OF_EH) else un.get(number)
            found[text] = known or f"_X{number}"
        else:
            found[text] = letters.get(text, text) if len(text) == 3 else text
    return found
