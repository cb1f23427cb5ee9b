"""What the documents say is there, and what is there is in the documents."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_opens_with_purpose_picture_commands_and_rooms() -> None:
    readme = text("README.md")
    order = [
        readme.index(part)
        for part in ("exporters and importers", "docs/screenshots/", "make run", "make test", "## The rooms")
    ]
    assert order == sorted(order)
    for picture in re.findall(r"\((docs/screenshots/[^)]+)\)", readme):
        assert (ROOT / picture).is_file(), picture


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), flags=re.MULTILINE))
    named = {
        name
        for page in ("README.md", "docs/imports.md")
        for name in re.findall(r"(?:`|^|\$ )make ([a-z-]+)", text(page), flags=re.MULTILINE)
    }
    assert named
    assert named <= targets
    assert {"run", "test", "test-fast", "check", "bench", "screenshots"} <= targets


def test_every_command_that_is_named_exists() -> None:
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    commands |= {path.stem for path in ROOT.glob("portal/*/management/commands/*.py")}
    for page in ("README.md", "docs/imports.md", "docs/architecture.md"):
        named = set(re.findall(r"manage\.py ([a-z_]+)", text(page)))
        assert named <= commands | {"migrate"}, page


def test_every_setting_of_the_environment_is_explained() -> None:
    settings = text("portal/settings.py")
    read = set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", settings))
    private = {"QAFILA_STAFF_EMAIL", "QAFILA_STAFF_PASSWORD", "QAFILA_STAFF_TOTP"}
    explained = set(re.findall(r"^#?\s?([A-Z_]+)=", text(".env.example"), flags=re.MULTILINE))
    assert read - private - explained == set()


@pytest.mark.parametrize("room", ["portal/base", "trade"])
def test_the_map_names_every_part_of(room: str) -> None:
    page = text("docs/architecture.md")
    parts = {
        path.stem
        for path in (ROOT / room).iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and not path.name.startswith("__")
    } - {"migrations", "apps"}
    assert {part for part in parts if not re.search(rf"\b{part}\b", page)} == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_changelog_has_a_place_for_what_is_new() -> None:
    assert "## Unreleased" in text("CHANGELOG.md")
