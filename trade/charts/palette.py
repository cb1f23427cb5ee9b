"""Colours of drawings. Each set is told apart by colour-blind readers; neighbours differ in grey print too.

The page's own colours in its light dress: a drawing stands on white in a page, in a file and on paper.
"""

INK, SOFT, GRID, PAPER = "#17262b", "#4a5b5f", "#ddd6c6", "#ffffff"
GREEN, OCHRE = "#0a5a45", "#c8742b"
# Lines and grouped bars; dashes tell lines apart a second time.
SERIES = (GREEN, "#b8651f", "#5b93cb", "#2a1626")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3))
# Layers of a stack, from the ground: light and dark in turn. What is left is grey.
PARTS = ("#0a3e35", "#e2a33f", "#356a9f", "#f0dcae", "#a3560f")
OTHER = "#b9b4a8"
# From little to much: maps, heat tables and treemaps.
STEPS = ("#f1e6c9", "#b0cd9a", "#67a685", "#2b7561", "#0a3e35")
# A confidential figure: no colour of the scale.
HIDDEN = "#e4e0d8"


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """The colour of letters on a surface: the one of the two that is read better."""
    return max((INK, PAPER), key=lambda ink: contrast(ink, colour))
