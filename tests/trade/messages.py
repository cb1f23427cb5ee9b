"""SDMX messages of trade flows under the structure MA_RTRADE, written by another program (pysdmx)."""

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandas as pd
    from pysdmx.io import write_sdmx
    from pysdmx.io.format import Format
    from pysdmx.io.pd import PandasDataset
    from pysdmx.model import Component, Components, Concept, Role, Schema
    from pysdmx.model.__base import Organisation
    from pysdmx.model.message import Header

FORMATS = {
    "csv-1.0": Format.DATA_SDMX_CSV_1_0_0,
    "csv-2.0": Format.DATA_SDMX_CSV_2_0_0,
    "generic": Format.DATA_SDMX_ML_2_1_GEN,
    "structured": Format.DATA_SDMX_ML_2_1_STR,
}
DIMENSIONS = (
    "FREQ", "REF_AREA", "FLOW", "TRADE_SYSTEM", "CLASSIFICATION", "COMMODITY", "COUNTERPART_AREA", "CUSTOMS_PROC",
    "TRANSPORT", "MEASURE", "UNIT_MEASURE", "TIME_PERIOD",
)  # fmt: skip
ATTRIBUTES = ("OBS_STATUS", "UNIT_MULT")
PLAIN = {
    "FREQ": "M", "REF_AREA": "MA", "FLOW": "X", "TRADE_SYSTEM": "S", "CLASSIFICATION": "H6", "COMMODITY": "080270",
    "COUNTERPART_AREA": "FR", "CUSTOMS_PROC": "_T", "TRANSPORT": "_T", "MEASURE": "VALUE", "UNIT_MEASURE": "MAD",
    "TIME_PERIOD": "2024-03", "OBS_VALUE": "1500.25", "OBS_STATUS": "A", "UNIT_MULT": "0",
}  # fmt: skip


def observation(**cells: str) -> dict[str, str]:
    return {**PLAIN, **cells}


def structure() -> Schema:
    def component(name: str, role: Role) -> Component:
        level = "O" if role == Role.ATTRIBUTE else None
        required = role != Role.ATTRIBUTE
        return Component(name, required, role, Concept(name), attachment_level=level)

    return Schema(
        context="datastructure", agency="QAFILA", id="MA_RTRADE", version="1.0",
        components=Components(
            [
                *(component(name, Role.DIMENSION) for name in DIMENSIONS),
                component("OBS_VALUE", Role.MEASURE),
                *(component(name, Role.ATTRIBUTE) for name in ATTRIBUTES),
            ]
        ),
    )  # fmt: skip


def message(
    folder: Path, rows: Sequence[Mapping[str, str]], kind: str, *, series: bool = True, name: str = ""
) -> Path:
    """The observations as a file. `series`: of SDMX-ML, by series; else one flat observation after the other."""
    path = folder / (name or f"message.{'csv' if kind.startswith('csv') else 'xml'}")
    dataset = PandasDataset(structure=structure(), data=pd.DataFrame([*rows]))
    more = {}
    if not kind.startswith("csv"):
        header = Header(
            id="TEST", prepared=dt.datetime(2024, 5, 2, tzinfo=dt.UTC), sender=Organisation(id="QAFILA")
        )
        more["header"] = header
        if series:
            more["dimension_at_observation"] = {dataset.short_urn: "TIME_PERIOD"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write_sdmx(dataset, FORMATS[kind], str(path), **more)
    return path
