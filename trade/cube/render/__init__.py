"""One result, many forms: every rendering writes the same figures, none computes any.

`language` asks for names beside the codes and for notes in that language; None gives codes only and notes in English.
"""

from trade.cube.render.http import response
from trade.cube.render.jsonstat import jsonstat_body
from trade.cube.render.parquet import parquet_bytes
from trade.cube.render.plain import csv_stream, json_body
from trade.cube.render.sdmx import sdmx_csv
from trade.cube.render.xlsx import xlsx_bytes

__all__ = ["csv_stream", "json_body", "jsonstat_body", "parquet_bytes", "response", "sdmx_csv", "xlsx_bytes"]
