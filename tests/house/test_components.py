"""Components are documented, shown in the patterns page, and the only ones to use their own classes."""

import re
from pathlib import Path

import pytest

from portal.home.patterns import groups

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
COMPONENTS = TEMPLATES / "components"
SHEETS = ROOT / "static" / "css" / "components"
ROOMS = ("portal", "reference", "trade", "exporters", "offices", "programme")
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
NOT_SELECTORS = re.compile(r"/\*.*?\*/|\{[^{}]*\}|url\([^)]*\)", re.DOTALL)
ATTRIBUTE = re.compile(r"(?<![\w-])class\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
USE = re.compile(r'components/([\w-]+)\.html"|component "([\w-]+)"')
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")
CONDITION = re.compile(r"\{%\s*(?:if|elif|else|endif)\b.*?%\}")
MADE = "\ue000"  # stands for what a template makes of a value or a tag
IN_CODE = re.compile(
    r"[\"']class[\"']\]?\s*[:=]\s*[frb]*[\"']([^\"']*)|class=\\?[\"']?([^\"'\\>]*)"
    r"|css_class\w*\s*=\s*[frb]*[\"']([^\"']*)"
)
IN_SCRIPT = re.compile(r"classList\.\w+\(([^)]*)|className\s*\+?=\s*([^;\n]*)|[\"']class[\"'],\s*([^)]*)")


def defined() -> dict[str, str]:
    """Every class that a component's sheet defines, with the sheet."""
    found: dict[str, str] = {}
    for sheet in sorted(SHEETS.glob("*.css")):
        text = NOT_SELECTORS.sub(" ", sheet.read_text())
        found.update(dict.fromkeys(CLASS.findall(text), sheet.name))
    return found


def classes(template: str) -> set[str]:
    """The words of every class attribute, whatever stands in template tags around them or cuts them in two."""
    plain = undocumented(template)
    values = [one for by in (" ", "") for found in ATTRIBUTE.findall(TAG.sub(by, plain)) for one in found]
    return set(" ".join(values).split())


def made(template: str) -> list[str]:
    """Class attributes whose words are made by a variable or a tag, so that nobody can tell them from here."""
    plain = TAG.sub(MADE, CONDITION.sub(" ", undocumented(template)))
    return [value for found in ATTRIBUTE.findall(plain) for value in found if MADE in value]


def undocumented(template: str) -> str:
    return re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", " ", template, flags=re.DOTALL)


def outside() -> list[Path]:
    folders = [TEMPLATES, *(ROOT / room for room in ROOMS if (ROOT / room).is_dir())]
    files = [path for folder in folders for path in folder.rglob("*.html")]
    return sorted(path for path in files if COMPONENTS not in path.parents)


def test_the_reading_of_classes_sees_through_tags() -> None:
    assert classes('<a class="button{% if x %} small{% endif %} {{ y }}">') == {"button", "small"}
    assert classes('{% comment %}<a class="tag">{% endcomment %}<a class="wrap">') == {"wrap"}
    assert classes("<a class=button><b CLASS = 'tag'><i data-class=no>") == {"button", "tag"}
    assert "button" in classes('<a class="but{% if x %}ton{% endif %}">')
    assert made('<a class="page{% if x == "y" %} wide{% endif %}">') == []
    for value in ('{{ x|default:"button" }}', '{% firstof x "button" %}', "button-{{ kind }}"):
        assert made(f'<a class="{value}">') or made(f"<a class='{value}'>")


def test_no_template_outside_components_uses_a_component_s_class() -> None:
    owned = defined()
    assert owned
    wrong = [
        f"{path.relative_to(ROOT)}: {name} is {owned[name]}'s"
        for path in outside()
        for name in sorted(classes(path.read_text()) & owned.keys())
    ]
    assert wrong == []


def test_no_template_outside_components_makes_a_class() -> None:
    """What a variable puts into `class` could be any component's: conditions around plain words are enough."""
    assert [
        f"{path.relative_to(ROOT)}: {made(path.read_text())}" for path in outside() if made(path.read_text())
    ] == []


def test_no_code_uses_a_component_s_class() -> None:
    """A widget's or a message's class in Python would be another way around the components."""
    owned = defined()
    wrong = [
        f"{path.relative_to(ROOT)}: {name} is {owned[name]}'s"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for name in sorted(code_classes(path.read_text(), IN_CODE) & owned.keys())
    ]
    assert wrong == []


def test_no_script_uses_a_component_s_class() -> None:
    owned = defined()
    scripts = [path for path in (ROOT / "static" / "js").glob("*.js") if path.stat().st_size < 100_000]
    assert scripts
    wrong = [
        f"{path.relative_to(ROOT)}: {name} is {owned[name]}'s"
        for path in scripts
        for name in sorted(code_classes(path.read_text(), IN_SCRIPT) & owned.keys())
    ]
    assert wrong == []


def code_classes(code: str, written: re.Pattern[str]) -> set[str]:
    return {word for found in written.findall(code) for word in re.findall(r"[\w-]+", " ".join(found))}


def test_the_reading_of_code_finds_classes() -> None:
    for code in (
        'attrs={"class": "button"}', "attrs['class'] = f'button {x}'", "format_html('<a class=button>')",
        'mark_safe("<a class=\\"button\\">")', 'error_css_class = "button"',
    ):  # fmt: skip
        assert "button" in code_classes(code, IN_CODE), code
    for code in (
        'a.classList.add("wide", "button")',
        "a.className = 'button'",
        'a.setAttribute("class", "button")',
    ):
        assert "button" in code_classes(code, IN_SCRIPT), code


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_a_component_opens_with_its_parameters_and_an_example(path: Path) -> None:
    text = path.read_text()
    opening = re.match(r"\{% comment %\}\n(.*?)\{% endcomment %\}", text, flags=re.DOTALL)
    assert opening, "opens with {% comment %}"
    assert "\nParameters: " in "\n" + opening[1]
    example = rf'^Example: .*(?:components/{path.stem}\.html|component "{path.stem}")'
    assert re.search(example, opening[1], flags=re.MULTILINE)


def test_every_component_is_shown_or_is_a_part_of_one_that_is() -> None:
    shown = {name for group in groups() for name in group.components}
    names = {path.stem for path in COMPONENTS.glob("*.html")}
    uses = "\n".join(undocumented(path.read_text()) for path in COMPONENTS.glob("*.html"))
    parts = {name for pair in USE.findall(uses) for name in pair if name}
    assert shown <= names
    assert names - shown - parts == set()
    assert {
        name for name in shown if not (TEMPLATES / "home" / "patterns" / f"{name}.html").is_file()
    } == set()


def test_every_sheet_belongs_to_a_component() -> None:
    names = {path.stem for path in COMPONENTS.glob("*.html")}
    assert {sheet.stem for sheet in SHEETS.glob("*.css")} - names == set()
