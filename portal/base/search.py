"""The one search index. Rooms write their rows in the transaction that changes them; `portal.home` asks."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, When

from portal.base.models import SearchEntry

ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": ""}
)
ARTICLE = re.compile(r"\b(?:وال|بال|لل|ال)(?=\w{2})")
ELISION = re.compile(r"\b(?:[ldnsjmt]|qu)['’]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to find: `titles` and `urls` by language, `words` are extra words by language."""

    key: str
    titles: dict[str, str]
    urls: dict[str, str]
    words: dict[str, str]
    weight: int = 0


def fold(text: str) -> str:
    """Lower case, no accents, no Arabic diacritics, hamza and article folded, elisions dropped, single spaces."""
    text = ELISION.sub(" ", text.replace("’", "'"))
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = ARTICLE.sub("", plain.translate(ARABIC))
    return re.sub(r"[^\w.]+|_", " ", plain.casefold()).strip()


@transaction.atomic
def replace(kind: str, entries: Iterable[Entry]) -> int:
    """Make the index of one kind exactly these entries; the number of rows written."""
    SearchEntry.objects.filter(kind=kind).delete()
    rows = [
        SearchEntry(
            kind=kind,
            key=entry.key,
            language=language,
            title=title[:300],
            folded=fold(f"{title} {entry.words.get(language, '')} {entry.key}"),
            url=entry.urls[language],
            weight=entry.weight,
        )
        for entry in entries
        for language, title in entry.titles.items()
    ]
    SearchEntry.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        # Without fresh statistics the first searches after a load would not use the index.
        cursor.execute("ANALYZE base_searchentry")
    return len(rows)


def find(text: str, language: str, *, kinds: Sequence[str] = (), limit: int = 20) -> QuerySet[SearchEntry]:
    """Public entries whose every word is like a word of the entry, best first; none for an empty question."""
    words = fold(text[:200]).split()[:8]
    found = SearchEntry.objects.filter(language=language, visibility="public")
    if not words:
        return found.none()
    if kinds:
        found = found.filter(kind__in=kinds)
    ranks = []
    for position, typed in enumerate(words):
        # A code is typed with or without its dots; both are kept in `folded` as digits.
        digits = typed.replace(".", "")
        if digits.isdigit():
            found = found.filter(Q(key__startswith=digits) | Q(folded__contains=digits))
            continue
        found = found.annotate(**{f"alike_{position}": TrigramWordSimilarity(typed, "folded")}).filter(
            Q(folded__contains=typed) | Q(folded__trigram_word_similar=typed)
        )
        ranks.append(F(f"alike_{position}"))
    exact = Case(When(key=words[0].replace(".", ""), then=0), default=1, output_field=IntegerField())
    best = [sum(ranks[1:], start=ranks[0]).desc()] if ranks else []
    return found.annotate(exact=exact).order_by("exact", *best, "-weight", "key")[:limit]
