"""Atom feeds of the releases: of all datasets and of one, in the language that `?lang` names, French without it."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.base import formats, i18n
from portal.base.permissions import get_or_404, public
from trade.cube import catalogue
from trade.models import Dataset, Release

SHOWN = 50
# What the ids of feeds and entries are made in; changed, every reader would show every release once more.
SPACE = uuid.UUID("5f0b7c1e-3c0a-4b53-9d0f-0c6e5a0a7f11")


def lasting_id(what: str) -> str:
    """An id that stays when the site moves to another host; each language has its own, for it is another text."""
    return uuid.uuid5(SPACE, f"{what} {i18n.current()}").urn


def address(name: str, *, query: str = "", **parts: str) -> str:
    """The whole address of a page in the active language."""
    site: str = settings.SITE_URL
    return site.rstrip("/") + reverse(name, kwargs=parts) + (f"?{query}" if query else "")


class Releases(Feed[Release, Dataset | None]):
    """Every release that can be addressed, newest first; `dataset_code` keeps to one dataset."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Dataset | None:
        code = kwargs.get("code")
        return get_or_404(Dataset.objects.all(), code=code) if code else None

    def title(self, dataset: Dataset | None) -> str:
        if dataset is None:
            return _("Releases of foreign-trade statistics")
        return _("Releases of “%(dataset)s”") % {"dataset": i18n.localized(dataset)}

    def subtitle(self, dataset: Dataset | None) -> str:
        return _("Every publication has a number, and stays at its address.")

    def link(self, dataset: Dataset | None) -> str:
        return address("releases", query=f"dataset={dataset.code}" if dataset else "")

    def feed_url(self, dataset: Dataset | None) -> str:
        query = f"lang={i18n.current()}"
        if dataset is None:
            return address("feed_releases", query=query)
        return address("feed_dataset", query=query, code=dataset.code)

    def feed_guid(self, dataset: Dataset | None) -> str:
        return lasting_id(f"dataset {dataset.pk}" if dataset else "releases")

    def author_name(self, dataset: Dataset | None) -> str:
        return _("Qafila")

    def items(self, dataset: Dataset | None) -> QuerySet[Release]:
        found: QuerySet[Release] = catalogue.public_releases().filter(published_at__isnull=False)
        if dataset is not None:
            found = found.filter(dataset=dataset)
        return found.order_by("-published_at", "-number")[:SHOWN]

    def item_title(self, item: Release) -> str:
        told = {"number": item.number, "dataset": i18n.localized(item.dataset)}
        return _("%(dataset)s, release %(number)s") % told

    def item_description(self, item: Release) -> str:
        sentences = [_("Periods: %(periods)s.") % {"periods": periods(item)}]
        if item.state == Release.State.REPLACED:
            sentences.append(_("A newer release has replaced it."))
        if item.demonstration:
            sentences.append(_("Its figures are demonstration data: they are invented."))
        return escape(" ".join(sentences))  # a summary of Django's feeds is HTML

    def item_link(self, item: Release) -> str:
        return f"{address('releases', query=f'dataset={item.dataset.code}')}#release-{item.number}"

    def item_guid(self, item: Release) -> str:
        return lasting_id(f"release {item.pk}")

    def item_pubdate(self, item: Release) -> dt.datetime | None:
        return item.published_at.replace(microsecond=0) if item.published_at else None

    item_updateddate = item_pubdate

    def item_categories(self, item: Release) -> tuple[str]:
        return (item.dataset.code,)


def periods(release: Release) -> str:
    """The first and the last period that a release holds, in the active language."""
    told = sorted(part.period for part in release.parts.all())
    if not told:
        return "–"
    first, last = (formats.period(period, i18n.current()) for period in (told[0], told[-1]))
    return first if first == last else f"{first} – {last}"


FEED = Releases()


def _feed(request: HttpRequest, **kwargs: str) -> HttpResponse:
    wanted = request.GET.get("lang", "").lower()
    language = wanted if wanted in i18n.languages() else settings.LANGUAGE_CODE
    with translation.override(language):
        answer: HttpResponse = FEED(request, **kwargs)
    answer["Content-Language"] = language
    # The newest date goes back where a release is taken back, and readers that ask by it would never hear of that.
    del answer["Last-Modified"]
    return answer


@public
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    return _feed(request)


@public
@require_safe
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    return _feed(request, code=code)
