"""Collect the translatable texts of the code and the templates into `locale/<language>/LC_MESSAGES/django.po`.

`python -m scripts.messages` updates the catalogues, `python -m scripts.messages zgh` begins one; `--missing` prints
what has no translation yet. Uses Django's own reading of templates and Babel's of Python, so that no gettext programs
are needed.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
# Complete at all times; English is the source. A further catalogue may have gaps, which French fills.
LANGUAGES = ("fr", "ar")
ROOMS = ("portal", "reference", "trade", "exporters", "offices", "programme")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "gettext_noop": None,
}
NAMES = {"fr": "French", "ar": "Arabic", "zgh": "Standard Moroccan Amazigh"}
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3"
    " : n%100>=11 && n%100<=99 ? 4 : 5;",
    "zgh": "nplurals=2; plural=(n != 1);",
}
# Header lines that would change with the day or the person and say nothing about the texts.
NOISE = re.compile(
    rb'^"(?:Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):.*\n',
    re.MULTILINE,
)
CALL = re.compile(r"(?<![\w.])(n?p?gettext|_)\(")
Found = tuple[str, int, str | tuple[str, str], str | None]


def texts() -> Iterator[Found]:
    """(file, line, message or (singular, plural), context) of every translatable text, in a stable order."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _python(path)
    folders = [ROOT / "templates", *(ROOT / room for room in ROOMS)]
    for path in sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in (".html", ".txt")
    ):
        if "templates" in path.parts:
            yield from _template(path)


def _python(path: Path) -> Iterator[Found]:
    with path.open("rb") as source:
        for line, function, args, _ in extract_python(source, list(KEYWORDS), [], {}):
            shape = KEYWORDS[function]
            given = [args] if isinstance(args, str) else list(args)
            if shape is None:
                message, context = given[0], None
            else:
                context = next((given[i[0] - 1] for i in shape if isinstance(i, tuple)), None)
                picked = [given[i - 1] for i in shape if isinstance(i, int)]
                message = picked[0] if len(picked) == 1 else (picked[0], picked[1])
            if message and all(message if isinstance(message, tuple) else [message]):
                yield str(path.relative_to(ROOT)), line, message, context


def _template(path: Path) -> Iterator[Found]:
    if not settings.configured:
        settings.configure()
    from django.utils.translation.template import templatize

    code = templatize(path.read_text(encoding="utf-8"))
    for call in CALL.finditer(code):
        function, args = _read_call(code, call.start(1))
        context = args.pop(0) if "p" in function.removesuffix("gettext") else None
        message = (args[0], args[1]) if function.startswith("n") else args[0]
        yield str(path.relative_to(ROOT)), code.count("\n", 0, call.start()) + 1, message, context


def _read_call(code: str, start: int) -> tuple[str, list[str]]:
    """The function's name and its text arguments, of the call that begins at `start`."""
    end = start
    while True:
        end = code.index(")", end) + 1
        try:
            call = ast.parse(code[start:end], mode="eval").body
        except SyntaxError:
            continue
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            return call.func.id, [arg.value for arg in call.args if isinstance(arg, ast.Constant)]


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def begun() -> list[str]:
    """The languages that have a catalogue, those named on the command line with them."""
    named = [word for word in sys.argv[1:] if word in NAMES]
    return [language for language in NAMES if language in named or catalogue_path(language).exists()]


def read(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as source:
        return pofile.read_po(source, locale=language)


def template() -> Catalog:
    collected = Catalog(project="Qafila", charset="utf-8", fuzzy=False)
    for file, line, message, context in texts():
        flags = ["python-format"] if _has_placeholder(message) else []
        collected.add(message, locations=[(file, line)], context=context, flags=flags)
    return collected


def _has_placeholder(message: str | tuple[str, str]) -> bool:
    return any("%(" in text for text in (message if isinstance(message, tuple) else (message,)))


def untranslated(language: str) -> list[str]:
    """Messages of the code that the catalogue lacks, holds empty, or holds as fuzzy."""
    catalogue = read(language)
    missing = []
    for message in template():
        if not message.id:
            continue
        known = catalogue.get(message.id, message.context)
        strings = (
            () if known is None else known.string if isinstance(known.string, tuple) else (known.string,)
        )
        if not strings or not all(strings) or (known is not None and known.fuzzy):
            missing.append(str(message.id))
    return missing


def main() -> None:
    if "--missing" in sys.argv:
        for language in begun():
            print(language, *untranslated(language), sep="\n  ")
        return
    for language in begun():
        catalogue = read(language)
        catalogue.update(template(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.project, catalogue.version = "Qafila", "1"
        catalogue.header_comment = f"# Qafila in {NAMES[language]}."
        catalogue.mime_headers = [("Plural-Forms", PLURALS[language])]
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        pofile.write_po(written, catalogue, width=110, sort_by_file=True, include_lineno=False)
        path.write_bytes(NOISE.sub(b"", written.getvalue()))
        print(f"{path.relative_to(ROOT)}: {len(untranslated(language))} untranslated of {len(catalogue)}")


if __name__ == "__main__":
    main()
