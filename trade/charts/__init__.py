"""One Vega-Lite specification a figure, drawn to SVG on the server, cached by release, query and language."""

from trade.charts.draw import chart_svg

__all__ = ["chart_svg"]
