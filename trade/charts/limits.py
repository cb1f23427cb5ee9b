"""The five steps of every map: the same limits each year and on every page, so that two maps can be compared."""

from django.utils.translation import gettext, override

from portal.base import formats

# Bounds between the steps, as shares of the country. Most regions export a few per cent, two export tens.
LIMITS = (0.005, 0.015, 0.03, 0.10)


def step_of(share: float | None) -> int:
    """From 1 (lightest) to 5; 0 where there is no figure."""
    return 0 if share is None else 1 + sum(share >= bound for bound in LIMITS)


def legend(language: str) -> list[tuple[int, str]]:
    """Each step with what it stands for, from the smallest share to the largest."""
    bounds = [formats.percent(bound, language, decimals=0 if bound >= 0.02 else 1) for bound in LIMITS]
    with override(language):
        return [
            (1, gettext("under %(bound)s") % {"bound": bounds[0]}),
            *[
                (step, gettext("%(low)s to %(high)s") % {"low": bounds[step - 2], "high": bounds[step - 1]})
                for step in range(2, len(bounds) + 1)
            ],
            (len(bounds) + 1, gettext("%(bound)s and more") % {"bound": bounds[-1]}),
        ]
