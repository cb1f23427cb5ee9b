"""One Vega-Lite specification a figure, drawn to SVG on the server, cached by release, query and language."""

from trade.charts.draw import chart_file, chart_size, chart_svg
from trade.charts.kinds import KINDS

__all__ = ["KINDS", "chart_file", "chart_size", "chart_svg"]
