"""Which datasets and releases the public may address; everything else looks as if it were not there."""

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Missing
from trade.cube.query import Query
from trade.models import Dataset, Part, Release, Rollup

# A staged release is nobody's yet, a discarded one never was, a withdrawn one was wrong.
PUBLIC_STATES = (Release.State.PUBLISHED, Release.State.REPLACED)


def datasets() -> QuerySet[Dataset]:
    """Datasets with a published release, that release beside them."""
    return Dataset.objects.filter(published__isnull=False).select_related("published").order_by("code")


def stamp() -> tuple[object, ...]:
    """What is published now: it changes with every publication and every withdrawal."""
    rows = Dataset.objects.order_by("pk").values_list("pk", "published_id", "published__published_at")
    return tuple(rows)


def public_releases() -> QuerySet[Release]:
    """Releases that can be addressed by number, newest first, with their dataset and parts' periods."""
    periods = Prefetch("parts", queryset=Part.objects.only("id", "period").order_by("period"))
    return (
        Release.objects.filter(state__in=PUBLIC_STATES)
        .select_related("dataset")
        .prefetch_related(periods)
        .order_by("-number")
    )


def release_for(query: Query) -> Release:
    """The release that answers: the one asked for, else the one that the dataset's pointer shows.

    Raises Missing where there is none for the public. Its dataset comes with it.
    """
    if query.release is None:
        dataset = Dataset.objects.select_related("published").filter(code=query.dataset).first()
        if dataset is not None and dataset.published is not None:
            release = dataset.published
            release.dataset = dataset
            return release
    else:
        wanted = Q(dataset__code=query.dataset, number=query.release, state__in=PUBLIC_STATES)
        found = Release.objects.select_related("dataset").filter(wanted).first()
        if found is not None:
            return found
    raise Missing(
        _("There is no such published release of %(dataset)s.") % {"dataset": query.dataset},
        hint=_("/api/v1/datasets/ and /api/v1/releases/ list what there is."),
    )


def rollups_of(release: Release) -> list[Rollup]:
    """Read once for an instance, as the parts are: a page asks many questions of one release."""
    prefetch_related_objects([release], Prefetch("rollups", Rollup.objects.order_by("table", "period")))
    return list(release.rollups.all())


def parts_of(release: Release) -> list[Part]:
    prefetch_related_objects([release], Prefetch("parts", Part.objects.order_by("period", "sha256")))
    return list(release.parts.all())
