"""Every word that a template shows is translated or a variable: text, what is read out, what parts are given."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("portal", "reference", "trade", "exporters", "offices", "programme")
# Written the same in every language.
NAMES = {
    "Qafila",
    "API",
    "CSV",
    "XLSX",
    "SVG",
    "PNG",
    "PDF",
    "JSON",
    "SHA",
    "SDMX",
    "HTML",
    "HTTP",
    "ICE",
    "QR",
}
# The marks of a hidden and of a provisional figure.
MARKS = {"c", "p"}
# A language is named in itself, inside an element that says so.
OWN = {"fr": {"Français"}, "ar": {"العربية", "القافلة"}, "en": {"English"}}
READ_OUT = {
    "alt", "title", "placeholder", "label", "aria-label", "aria-description", "aria-roledescription",
    "aria-valuetext", "aria-placeholder", "data-label", "data-text", "data-message", "data-title", "data-hint",
    "data-confirm", "data-wait", "data-failed", "data-other", "hx-confirm", "hx-prompt", "summary", "abbr",
}  # fmt: skip
# What a part is given that nobody reads; every other literal is a text.
PLUMBING = {
    "anchor", "chosen", "code", "controls", "dir", "id", "kind", "lang", "level", "method", "name", "opens", "rel",
    "state", "to", "trend", "type",
}  # fmt: skip
# Filters whose argument says how, and is not shown.
MANNERS = {"cut", "date", "dictsort", "localized", "slice", "stringformat", "time"}
GIVES = {"include", "component", "with", "trail", "firstof", "cycle"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
VALUE = "\ue000"  # stands for whatever the template puts there

UNSEEN = re.compile(
    r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}"
    r"|\{%\s*(blocktranslate|blocktrans)\b.*?%\}.*?\{%\s*end\1\s*%\}"
    r"|\{%\s*(?:translate|trans)\b(?:[^%]|%(?!\}))*%\}",
    flags=re.DOTALL,
)
TAG = re.compile(r"\{%(.*?)%\}", flags=re.DOTALL)
OUTPUT = re.compile(r"\{\{(.*?)\}\}", flags=re.DOTALL)
TRANSLATED = re.compile(r"\b_\((?:\"[^\"]*\"|'[^']*')\)")
LITERAL = re.compile(r"(?:\b([a-z_]+)[=:])?(\"[^\"]*\"|'[^']*')")
PLAIN = re.compile(r"[a-z0-9_./-]*")  # an id, a name, a kind, a path
WORD = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:/[\w/.-]*)?|/[a-z][\w/.-]*")  # a site or a path, as it is typed


def words(text: str, language: str = "") -> list[str]:
    """What of a text is neither a name nor a mark: such a word has to be translated."""
    return [
        w for w in WORD.findall(ADDRESS.sub(" ", text)) if w not in NAMES | MARKS | OWN.get(language, set())
    ]


def literals(code: str) -> Iterator[tuple[str, str]]:
    """Texts of a tag or a variable that are not translated, each with the parameter or filter it is given to."""
    for found in LITERAL.finditer(TRANSLATED.sub(" ", code)):
        if found[1] not in MANNERS:
            yield found[1] or "", found[2][1:-1]


def output(found: re.Match[str]) -> str:
    """A variable, and the words that stand in for it or go with it."""
    return VALUE + " ".join(text for _name, text in literals(found[1]))


def tag(found: re.Match[str]) -> str:
    """Nothing, but for a tag that shows its own words in its place."""
    parts = found[1].split()
    shows = parts[:1] in (["firstof"], ["cycle"]) and "as" not in parts
    return output(found) if shows else "\n" * found[0].count("\n")


def masked(template: str) -> str:
    """The template with every tag and variable taken out, and nothing left that is translated."""
    lines = UNSEEN.sub(lambda found: VALUE + "\n" * found[0].count("\n"), template)
    return OUTPUT.sub(output, TAG.sub(tag, lines))


class Reader(HTMLParser):
    """Collects (line, words) of what readers would see or hear untranslated."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.open: list[tuple[str, str, bool]] = []  # element, language, whether it holds code

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def see(self, text: str) -> None:
        if words(text, self.language):
            self.found.append((self.getpos()[0], " ".join(text.replace(VALUE, "…").split())))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        language = values.get("lang", self.language)
        if tag not in VOID:
            code = tag in {"code", "kbd", "samp"} or "code" in values.get("class", "").split()
            self.open.append((tag, language, code or (bool(self.open) and self.open[-1][2])))
        for name, value in values.items():
            shown = name in READ_OUT or (
                name == "value" and tag == "input" and values.get("type") in {"submit", "button", "reset"}
            )
            described = values.get("name") or values.get("property") or ""
            if shown or (
                tag == "meta" and name == "content" and described.endswith(("description", "title"))
            ):
                self.see(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, (name, *_more) in enumerate(self.open) if name == tag]
        if places:
            del self.open[places[-1] :]

    def handle_data(self, data: str) -> None:
        inner, _language, code = self.open[-1] if self.open else ("", "", False)
        if not code and inner not in {"script", "style"}:
            self.see(data)


def arguments(template: str) -> Iterator[tuple[int, str]]:
    """Words that are handed on: `include … with title="Home"`, `with title="Home"`, `trail "Home" "home"`."""
    bare = UNSEEN.sub(lambda found: "\n" * found[0].count("\n"), template)
    for found in TAG.finditer(bare):
        kind = (found[1].split() or [""])[0]
        if kind not in GIVES:
            continue
        sent = " name=" in found[1]  # a button's name and value are sent, not shown
        for at, (name, text) in enumerate(literals(found[1])):
            if name == "value" and sent:
                continue
            first = kind in {"include", "component"} and at == 0 and not name  # which one
            # A name of its own, or letters that only a text has: of the rest nobody can tell what it is for.
            wordy = name in READ_OUT or not PLAIN.fullmatch(text)
            if kind in {"include", "component"}:
                wordy = wordy or name not in PLUMBING | {""}
            if (
                first
                or not wordy
                or name in PLUMBING
                or text[:1] in {"#", "/", "?"}
                or text.endswith(".html")
            ):
                continue
            if set(words(text)) - set().union(*OWN.values()):
                yield bare.count("\n", 0, found.start()) + 1, f"{name}={text}" if name else text


def untranslated(template: str, *, html: bool = True) -> list[tuple[int, str]]:
    if not html:
        lines = enumerate(masked(template).splitlines(), 1)
        return [(number, line.replace(VALUE, "…").strip()) for number, line in lines if words(line)]
    reader = Reader()
    reader.feed(masked(template))
    reader.close()
    return [*reader.found, *arguments(template)]


def templates() -> list[Path]:
    folders = [ROOT / "templates", *(ROOT / room for room in ROOMS if (ROOT / room).is_dir())]
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in {".html", ".txt"} and ("templates" in path.parts)
    )


def test_every_word_is_translated_or_a_variable() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text[:120]}"
        for path in templates()
        for line, text in untranslated(path.read_text(encoding="utf-8"), html=path.suffix == ".html")
    ]
    assert len(templates()) > 50
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "template",
    [
        "<p>Home</p>",
        "<p>الرئيسية</p>",
        "<p>{{ count }} results</p>",
        "<p>{% if x %}yes{% endif %}</p>",
        "<td>{{ name|default:'none' }}</td>",
        '<td>{{ ok|yesno:"yes,no" }}</td>',
        '<img src="a.png" alt="A map">',
        '<a href="#" title="Open {{ name }}">{{ name }}</a>',
        '<input placeholder="Search">',
        '<nav aria-label="Main"></nav>',
        '<nav aria-label="{% if a %}Main{% else %}{% translate "Other" %}{% endif %}"></nav>',
        '<div aria-description="long"></div>',
        '<input type="submit" value="Send">',
        '<select><option value="1">First</option></select>',
        '<optgroup label="Regions"></optgroup>',
        '<meta name="description" content="Trade figures">',
        '<meta property="og:title" content="Trade figures">',
        '<p lang="fr">English</p>',
        "<p>Français</p>",
        "{% translate 'Home' %} page",
        "{% blocktranslate %}Home{% endblocktranslate %} page",
        '{% include "components/title.html" with title="Home" only %}',
        '{% component "card" title="Home" %}{% endcomponent %}',
        '{% component "card" next="later" %}{% endcomponent %}',
        '{% include "components/title.html" with title=name|default:"Home page" only %}',
        '{% with title="Home page" %}<p>{{ title }}</p>{% endwith %}',
        '{% trail "My desk" "desk" as crumbs %}',
        '<p>{% firstof name "none" %}</p>',
        '{% firstof name "None at all" as title %}',
        '<p>{{ "home" }}</p>',
        '<p>{{ names|join:" and " }}</p>',
        "<p>{{ count|add:' results' }}</p>",
        "<button>{% if x %}{{ y }}{% else %}Send{% endif %}</button>",
        "<p>{# noted #}Home</p>",
        "<title>{{ x }} · Portal</title>",
        "<p>&eacute;tat</p>",
        "<p>It ends.{{ x }}</p>",
        '<p><code>x</code> <b title="Home" class="code"></b> Home</p>',
    ],
)
def test_a_word_that_is_not_translated_is_found(template: str) -> None:
    assert untranslated(template)


@pytest.mark.parametrize(
    "template",
    [
        '<p>{% translate "Home" %}: {{ name }} · 12 % – (3)</p>',
        "<p>{% blocktranslate trimmed with n=1 %}Home {{ n }} page{% endblocktranslate %}</p>",
        '<input placeholder="{{ hint }}" value="words" type="text" class="wide box">',
        '<img alt=""><img alt="{{ chart.title }}">',
        '<bdi class="code small">primaryValue</bdi>',
        "<a>douane.gov.ma/adil</a> <code>/api/v1/docs/</code>",
        '<a class="brand" href="/">Qafila</a> <small>CSV</small>',
        '<a lang="ar" hreflang="ar">العربية</a><p lang="fr">Qafila · <b>Français</b></p>',
        "{% comment %}Home{% endcomment %}{# Home #}<!-- Home -->",
        '<html lang="{{ language|default:"fr" }}">',
        "<script nonce=\"x\">const home = 'Home';</script>",
        '{% include "components/title.html" with title=_("Home") kind="plain" id="home" only %}',
        '{% component "card" title=name %}{{ x|default:"–" }}{% endcomponent %}',
        '<a href="{% url "home" %}"{% if at == "home" %} aria-current="page"{% endif %}></a>',
        '{% translate "Home %(x)s" as title %}<p>{{ title }}</p>',
        '{% firstof id "map" as key %}<p id="{{ key }}" class="{% cycle "odd" "even" %}">{{ x|default:_("none") }}</p>',
        '<p>{{ dataset|localized:"provider" }} {{ share|stringformat:".4f" }} {% firstof name _("None") %}</p>',
        '{% with "home/patterns/"|add:name|add:".html" as example %}{% include example %}{% endwith %}',
        '{% trail _("My desk") "desk" as crumbs %}{% with id=name|add:"-"|add:value %}{% endwith %}',
        '{% include "components/form.html" with cancel="#form" action="/en/" only %}',
    ],
)
def test_what_is_translated_or_a_variable_passes(template: str) -> None:
    assert untranslated(template) == []


def test_a_mail_is_read_as_plain_text() -> None:
    assert untranslated("{% translate 'Hello' %} {{ name }},\n\nGoodbye\n", html=False) == [(3, "Goodbye")]
