"""Small files, plain names, nothing of a machine or of a registry in the tree."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("portal", "reference", "trade", "exporters", "offices", "programme")
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}
# Hosts of package registries and paths of a developer's machine; in pieces, so that this file does not hold them.
HOSTS = re.compile(
    "|".join(
        ["pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(?:org|com)", "deb" + r"\.debian\.org"]
    )
)
PATHS = re.compile("|".join(["/" + "work/main", "/" + "root/", "/" + "opt/wheels", "/" + "opt/pypi"]))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def code() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]


def test_no_file_of_the_rooms_passes_400_lines_and_nine_in_ten_stay_under_200() -> None:
    lengths = {
        path: len(path.read_text().splitlines())
        for path in code()
        if path.relative_to(ROOT).parts[0] in ROOMS
    }
    assert {str(path): length for path, length in lengths.items() if length > 400} == {}
    short = sum(length < 200 for length in lengths.values())
    assert short >= 0.9 * len(lengths), sorted(
        ((n, str(p)) for p, n in lengths.items() if n >= 200), reverse=True
    )


def test_files_are_named_for_their_role() -> None:
    assert [str(path) for path in tracked() if path.name in FORBIDDEN_NAMES] == []


def test_no_file_is_too_big_to_read() -> None:
    assert [str(path) for path in tracked() if path.stat().st_size > 300_000] == []


@pytest.mark.parametrize("pattern", [HOSTS, PATHS], ids=["registries", "machine paths"])
def test_nothing_names_a(pattern: re.Pattern[str]) -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if match := pattern.search(text):
            found.append(f"{path.relative_to(ROOT)}: {match[0]}")
    assert found == []


def test_requirements_are_pinned_with_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        packages = re.findall(r"^[a-z0-9][^\s;]*", text, flags=re.MULTILINE | re.IGNORECASE)
        assert packages
        assert all("==" in package for package in packages)
        blocks = re.split(r"\n(?=[a-z0-9])", text)
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_templates_hold_no_inline_style_script_or_handler() -> None:
    inline = re.compile(
        r"\sstyle=|\son[a-z]+=|<style(?![^>]*nonce)|<script(?![^>]*(?:src|nonce|application/ld))|javascript:"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if path.suffix == ".html"
        for match in inline.finditer(path.read_text())
    ]
    assert found == []
