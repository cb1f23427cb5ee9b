"""Products: the tree of the Harmonized System, and each code with the figures that there are for it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import i18n
from portal.base.errors import Missing
from portal.base.kept import kept
from portal.base.permissions import public
from reference import selectors as reference
from reference.models import Product
from trade.charts.answers import of_one_release
from trade.cube import catalogue
from trade.models import Dataset
from trade.tables import Block
from trade.views import choices, product_blocks


@public
def products(request: HttpRequest) -> HttpResponse:
    """Sections and chapters."""
    chapters: dict[str, list[choices.Link]] = {}
    for chapter in reference.products(level=2):
        chapters.setdefault(chapter.section, []).append(_link(chapter))
    sections = [(section, chapters.get(section.code, [])) for section in reference.products(level=1)]
    return render(
        request,
        "trade/products.html",
        {
            "sections": sections,
            "edition": reference.CURRENT_EDITION,
            "crumbs": [(_("Data"), reverse("data"))],
        },
    )


@public
@kept(catalogue.stamp)
@of_one_release
def product(request: HttpRequest, code: str) -> HttpResponse:
    """A chapter, heading or subheading: where it stands, what is below it, what is traded of it."""
    node = _node(code)
    if node.code != code or node.level == 1:
        target = (
            f"{reverse('products')}#{node.code}" if node.level == 1 else reverse("product", args=[node.code])
        )
        return redirect(target)
    language = i18n.current()
    ancestors = _ancestors(node)
    name = i18n.localized(node) or (i18n.localized(ancestors[-1]) if ancestors else node.code)
    datasets, dataset, periods = _dataset(request, node)
    if node.pk is None and dataset is None:
        raise Http404
    found = product_blocks.Found()
    if dataset is not None:
        blocks_make = product_blocks.national if dataset.has_companies else product_blocks.international
        about = product_blocks.Subject(dataset.code, node, name, periods, language, choices.asked(request))
        found = blocks_make(request, about)
    return render(
        request,
        "trade/product.html",
        {
            "product": node,
            "name": name,
            "has_name": bool(i18n.localized(node)),
            "current": reference.CURRENT_EDITION,
            "outdated": node.pk is None,
            "kicker": _kicker(node, found.blocks),
            "children": [_link(child) for child in reference.products(parent=node.code)]
            if node.pk and node.level < 6
            else [],
            "datasets": choices.chips(
                request,
                "dataset",
                [(d.code, i18n.localized(d)) for d in datasets],
                dataset.code if dataset else "",
            ),
            "keep": [("dataset", dataset.code)] if dataset else [],
            "lead": found.lead,
            "figures": found.figures,
            "first": next(iter(found.blocks), None),
            "blocks": found.blocks[1:],
            "choice": found.choice,
            "said": choices.said(found.blocks),
            "demonstration": choices.demonstration(found.blocks),
            "crumbs": _crumbs(ancestors),
        },
    )


def _link(product: Product) -> choices.Link:
    """A product without a short name has its official English text."""
    name = i18n.localized(product)
    return choices.Link(
        name or product.text_en,
        reverse("product", args=[product.code]),
        product.code,
        "" if name else "en",
    )


def _kicker(node: Product, blocks: list[Block]) -> str:
    """What kind of code it is, and of which editions of the list."""
    editions = sorted({e for block in blocks if block.reading for e in block.reading.result.editions})
    words = {"edition": node.edition_id if node.pk else ", ".join(editions)}
    return {
        2: _("Chapter of %(edition)s"),
        4: _("Heading of %(edition)s"),
    }.get(node.level, _("Subheading of %(edition)s")) % words


def _node(code: str) -> Product:
    """The product of the current edition. A code of an earlier one is a row without a name, not in the database."""
    try:
        return reference.product_get(code)
    except Missing as error:
        if code.isdigit() and len(code) in {4, 6}:
            return Product(pk=None, code=code, level=len(code))
        raise Http404(str(error)) from error


def _ancestors(node: Product) -> list[Product]:
    """Chapter and heading above, outermost first."""
    codes = [node.code[:digits] for digits in (2, 4) if digits < len(node.code)]
    found = reference.products().filter(code__in=codes)
    return sorted(found, key=lambda product: product.level)


def _crumbs(ancestors: list[Product]) -> list[tuple[str, str]]:
    own = [
        (f"{product.code} {i18n.localized(product)}", reverse("product", args=[product.code]))
        for product in ancestors
    ]
    return [(_("Data"), reverse("data")), (_("Products"), reverse("products")), *own]


def _dataset(request: HttpRequest, node: Product) -> tuple[list[Dataset], Dataset | None, list[str]]:
    """Datasets that hold something of the product, the one to show, and the periods that it has."""
    periods = {dataset: product_blocks.periods_of(dataset, node) for dataset in choices.published()}
    holding = [dataset for dataset, found in periods.items() if found]
    # The country's own figures come first.
    holding.sort(key=lambda dataset: (not dataset.has_companies, dataset.code))
    code = choices.chosen(request, "dataset", [dataset.code for dataset in holding])
    shown = next((dataset for dataset in holding if dataset.code == code), None)
    return holding, shown, periods[shown] if shown else []
