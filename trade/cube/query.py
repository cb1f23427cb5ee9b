"""A question to the cube, read from an address's parameters and written back to them.

Reading needs no database: a code that has the right shape but does not exist is refused when the query is answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from portal.base import i18n
from trade.cube import grammar
from trade.cube.grammar import DEFAULT_DATASET, DERIVED, DIMENSIONS, FILTERS, FORMATS, MEASURES, PARAMETERS


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the cube. Two that ask the same are equal, whatever the order of their codes.

    `derive` names figures made of the first measure (share, rank, growth), `top` how many codes are kept beside all
    others together, `splice` the edition in whose codes later ones are told.
    """

    dataset: str = DEFAULT_DATASET
    release: int | None = None
    measures: tuple[str, ...] = ("value",)
    by: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    derive: tuple[str, ...] = ()
    top: int | None = None
    splice: str | None = None
    order: str | None = None
    limit: int | None = None
    offset: int = 0

    def __post_init__(self) -> None:
        kept = {name: tuple(sorted(set(self.filters[name]))) for name in FILTERS if self.filters.get(name)}
        object.__setattr__(self, "filters", MappingProxyType(kept))

    def __hash__(self) -> int:
        return hash(tuple(self.to_params().items()))

    @classmethod
    def parse(cls, params: Mapping[str, str]) -> "Query":
        """Read an address's parameters; `lang` and `format` are checked and left to the rendering.

        Raises Invalid naming the parameter and what it allows. An empty value is as good as none.
        """
        given = grammar.flat(params)
        unknown = sorted(set(given) - set(PARAMETERS))
        if unknown:
            raise grammar.refuse(unknown[0], given[unknown[0]], " ".join(PARAMETERS))
        measures = grammar.names("measures", given.get("measures", "value"), MEASURES)
        by = grammar.names("by", given.get("by", ""), DIMENSIONS)
        filters = {name: grammar.codes(name, given[name]) for name in FILTERS if name in given}
        grammar.check_levels(filters)
        Presentation.parse(given)
        derived = grammar.names("derive", given.get("derive", ""), DERIVED)
        top = grammar.number("top", given, 1, grammar.MAX_TOP)
        grammar.check_derived(by, measures, derived, top)
        return cls(
            dataset=grammar.READ_DATASET(given.get("dataset", DEFAULT_DATASET)),
            release=grammar.number("release", given, 1, grammar.MAX_RELEASE),
            measures=measures,
            by=by,
            filters=filters,
            derive=derived,
            top=top,
            splice=grammar.one_of("splice", grammar.SPLICES)(given["splice"]) if "splice" in given else None,
            order=grammar.order(given.get("order"), (*measures, *by)),
            limit=grammar.number("limit", given, 1, grammar.MAX_LIMIT),
            offset=grammar.number("offset", given, 0, grammar.MAX_OFFSET) or 0,
        )

    def to_params(self) -> dict[str, str]:
        """The canonical parameters, in a fixed order: for addresses, cache keys and citations."""
        params = {
            "dataset": self.dataset,
            "release": "" if self.release is None else str(self.release),
            "measures": ",".join(self.measures),
            "by": ",".join(self.by),
            **{name: ",".join(codes) for name, codes in self.filters.items()},
            "derive": ",".join(self.derive),
            "top": str(self.top or ""),
            "splice": self.splice or "",
            "order": self.order or "",
            "limit": "" if self.limit is None else str(self.limit),
            "offset": str(self.offset) if self.offset else "",
        }
        return {name: value for name, value in params.items() if value}

    @property
    def member(self) -> str | None:
        """The dimension whose codes are ranked and whose total is the whole: the last that is no period and no flow."""
        return grammar.member(self.by)

    def with_changes(self, **changes: object) -> "Query":
        """The same question with some fields changed, for example `offset=1000`."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Presentation:
    """How an answer is to be written: `format`, and `language` where labels are asked for."""

    format: str = "json"
    language: str | None = None

    @classmethod
    def parse(cls, params: Mapping[str, str]) -> "Presentation":
        given = grammar.flat(params)
        return cls(
            format=grammar.one_of("format", FORMATS)(given.get("format", "json")),
            language=grammar.one_of("lang", tuple(i18n.languages()))(given["lang"])
            if "lang" in given
            else None,
        )
