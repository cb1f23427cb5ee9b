"""Parquet: the same columns, amounts as exact decimals, what must be said in the file's own metadata."""

import io
import json
from typing import Any

import polars as pl

from trade.cube.render.grid import Field, fields, lines
from trade.cube.render.plain import meta
from trade.cube.result import Result

AMOUNT = pl.Decimal(38, 3)


def parquet_bytes(result: Result, language: str | None = None) -> bytes:
    """Codes and labels are strings, amounts `decimal(38, 3)`, firms 64-bit integers, `status` a string."""
    columns = {field.name: _column(field, result) for field in fields(result, language)}
    target = io.BytesIO()
    about = json.dumps(meta(result, language), ensure_ascii=False)
    pl.DataFrame(columns).write_parquet(target, compression="zstd", metadata={"qafila": about})
    return target.getvalue()


def _column(field: Field, result: Result) -> pl.Series:
    if field.kind != "measure":
        return pl.Series(field.name, [field.text(*line) for line in lines(result)], dtype=pl.String)
    kind: Any = AMOUNT if field.thousandths else pl.Int64
    return pl.Series(field.name, [field.number(row) for row in result.rows], dtype=kind)
