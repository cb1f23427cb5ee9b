"""`manage.py workbook_sample FILE.xlsx`: an example of the workbook that the source `workbook` reads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.management.base import BaseCommand

MONTHS = ("Janvier", "Février", "Mars")
# Code, text, and millions of dirhams of three months for the world and two partners.
EXPORTS = (
    ("TOTAL", "Total général", (37_215.4, 38_102.75, 41_950.125)),
    ("87", "Voitures automobiles", (12_040.5, 12_811.25, 13_377.0)),
    ("0802", "Fruits à coques", (3.25, 2.875, 4.0)),
    ("080270", "Noix de cola", (0.012345, 0.0, 0.5)),
)
IMPORTS = (
    ("TOTAL", "Total général", (61_800.0, 60_021.5, 66_404.75)),
    ("27", "Énergie", (9_010.2, 8_745.1, 9_902.6)),
)
PARTNERS = (("Monde", 1.0), ("France", 0.25), ("Espagne", 0.5))


class Command(BaseCommand):
    help = "Write a sample of the workbook that is imported with `import_trade workbook`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        write(options["file"])
        self.stdout.write(str(options["file"]))


def write(path: Path) -> None:
    """Two sheets, one a flow: exports with partners in rows, imports for the world, months as columns."""
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True})
        for sheet, rows, partners in (
            ("Exportations", EXPORTS, PARTNERS),
            ("Importations", IMPORTS, PARTNERS[:1]),
        ):
            page = book.add_worksheet(sheet)
            settings = (
                ("Jeu de données", "Commerce extérieur du Maroc"), ("Flux", sheet), ("Monnaie", "MAD"),
                ("Unité", "Millions de dirhams"), ("Édition", "SH 2022"), ("Année", 2024), ("Statut", "Provisoire"),
            )  # fmt: skip
            for line, setting in enumerate(settings):
                page.write_row(line, 0, setting)
            head = len(settings) + 1
            page.write_row(head, 0, ("Code SH", "Libellé", "Pays", *MONTHS, "Total"), bold)
            line = head + 1
            for code, label, figures in rows:
                for partner, share in partners:
                    page.write_row(line, 0, (code, label, partner))
                    page.write_row(line, 3, [round(figure * share, 9) for figure in figures])
                    page.write_formula(
                        line, 6, f"=SUM(D{line + 1}:F{line + 1})", None, round(sum(figures) * share, 9)
                    )
                    line += 1
            page.write(line + 1, 0, "Source : Office des Changes")
