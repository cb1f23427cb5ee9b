"""What OpenAPI says of `/api/v1/data/`."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from portal.base import i18n
from trade.api.serializers import AnswerSerializer
from trade.cube import grammar
from trade.cube.render.http import FORMS


class ErrorItemSerializer(serializers.Serializer[None]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class RefusalSerializer(serializers.Serializer[None]):
    """The shape of every error of the API: what happened, where, what to do."""

    type = serializers.CharField()
    # `errors` is the name of a field here, as drf-standardized-errors writes it.
    errors = ErrorItemSerializer(many=True)  # type: ignore[assignment]


UNREADABLE = OpenApiResponse(
    RefusalSerializer, "A parameter cannot be read; its name and what it allows are told."
)


def _text(name: str, description: str, **more: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description, **more)  # type: ignore[arg-type]


def _list(name: str, description: str, allowed: tuple[str, ...] = ()) -> OpenApiParameter:
    schema = {"type": "array", "items": {"type": "string", **({"enum": list(allowed)} if allowed else {})}}
    return OpenApiParameter(name, schema, description=description, style="form", explode=False)


PARAMETERS = [
    _text("dataset", "Code of a dataset, see `/api/v1/datasets/`.", default=grammar.DEFAULT_DATASET),
    OpenApiParameter(
        "release",
        {"type": "integer", "minimum": 1, "maximum": grammar.MAX_RELEASE},
        description="Number of a release; else the published one.",
    ),
    _list("measures", "What is measured; `value` unless told otherwise.", grammar.MEASURES),
    _list("by", "Dimensions of the answer, in the order of its columns.", grammar.DIMENSIONS),
    _list("flow", "Exports, imports, re-exports, re-imports.", grammar.FLOWS),
    _list("region", "`MA-01` to `MA-12`, `_U` not allocated."),
    _list("product", "Codes without dots; `S01` to `S21` are sections; `TOTAL`."),
    _list("partner", "ISO alpha-2; `W` the world, `_X` unknown, `_X490` an area without an ISO code."),
    _list("reporter", "As `partner`."),
    _list("sector", "Codes of sectors."),
    _list("mode", "1 sea, 2 rail, 3 road, 4 air, 5 post, 7 fixed installation, 9 other.", grammar.MODES),
    _list("continent", "Partners by continent.", grammar.CONTINENTS),
    _list(
        "customs_union",
        "Partners by customs union, as it was in each year: `EU`, `GCC`, `EAEU`, `MERCOSUR` …",
    ),
    _list(
        "period",
        "`2024`, `2024-Q1`, `2024-03`, `FY2023`; `2024-03-R12`, the twelve months that end with March 2024; "
        "ranges `2021:2024`.",
    ),
    OpenApiParameter("level", str, enum=grammar.LEVELS, description="The one product level of the answer."),
    _text("edition", "Edition of the Harmonized System, `HS2022`."),
    _list(
        "derive",
        "Columns made of the first measure. `share`: percent of the total of the rows that differ in the last "
        "dimension only. `rank`: 1 is the largest among them. `growth`: percent above the same months of the year "
        "before. Each is null where the amount it is made of is confidential or missing.",
        grammar.DERIVED,
    ),
    OpenApiParameter(
        "top",
        {"type": "integer", "minimum": 1, "maximum": grammar.MAX_TOP},
        description="Keeps so many of the largest codes of the last dimension (within each period, flow and so on); "
        "`_O` stands for all others together, confidential where it would tell a confidential amount.",
    ),
    OpenApiParameter(
        "splice",
        str,
        enum=grammar.SPLICES,
        description="Tells the subheadings of later editions under their single code of this one, by the tables of "
        "the UN Statistics Division. Adds `relation` (`1:1`, `n:1`, `1:n`, `n:n`, `discontinued`) and `links`, the "
        "later codes involved. Headings, chapters and totals stay as reported.",
    ),
    _text("order", "A measure or dimension of the answer; `-value` is the largest first."),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": grammar.MAX_LIMIT},
        description=f"Rows of a page: {grammar.DEFAULT_LIMIT} in JSON, {grammar.MAX_LIMIT} in files.",
    ),
    OpenApiParameter(
        "offset",
        {"type": "integer", "minimum": 0, "maximum": grammar.MAX_OFFSET},
        description="Rows to skip; `next` names the next page.",
    ),
    OpenApiParameter("lang", str, enum=i18n.languages(), description="Adds `<dimension>_label` columns."),
    OpenApiParameter("format", str, enum=grammar.FORMATS, description="`json` unless told otherwise."),
]
EXAMPLES = [
    OpenApiExample(
        "Exports of a region by section",
        value={
            "meta": {
                "dataset": "ma-customs",
                "release": 3,
                "query": {
                    "dataset": "ma-customs", "measures": "value,firms", "by": "product", "flow": "X",
                    "region": "MA-08", "period": "2024", "level": "1",
                },
                "status": "final; 2024: 7 of 12 months",
                "unit": {"value": "MAD", "firms": "firms"},
                "source": "ADII",
                "citation": "…",
                "licence": "CC BY 4.0",
                "demonstration": True,
                "periods": [{"period": "2024", "months": 7, "of": 12}],
                "notes": [],
            },
            "columns": [
                {"name": "product", "kind": "dimension", "unit": None},
                {"name": "value", "kind": "measure", "unit": "MAD"},
                {"name": "firms", "kind": "measure", "unit": "firms"},
            ],
            "rows": [
                {"product": "S02", "value": 120500.5, "firms": 10, "status": ""},
                {"product": "S06", "value": None, "firms": None, "status": "c"},
            ],
            "next": None,
        },
        response_only=True,
        status_codes=["200"],
    ),
]  # fmt: skip
_FILES = {
    (200, form.media_type.split(";")[0]): OpenApiTypes.BINARY
    for name, form in FORMS.items()
    if name != "json"
}
describe = extend_schema(
    operation_id="data",
    summary="Figures",
    parameters=PARAMETERS,
    examples=EXAMPLES,
    responses={
        **_FILES,
        (200, "application/json"): AnswerSerializer,
        304: OpenApiResponse(
            description="The reader has this answer already (`If-None-Match`, `If-Modified-Since`)."
        ),
        400: UNREADABLE,
        403: OpenApiResponse(
            RefusalSerializer, "`not_cleared`: the grain is not cleared; what is available is told."
        ),
        404: OpenApiResponse(RefusalSerializer, "No such dataset, or no such published release."),
        410: OpenApiResponse(RefusalSerializer, "The release was pruned: its figures are no longer kept."),
    },
)
