"""The house stays one chain: no import and no foreign key points upward, no module stands outside."""

import ast
import subprocess
import sys
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent.parent
# From the bottom up: an app may point only at apps before it.
CHAIN = ["base", "accounts", "reference", "trade", "exporters", "offices", "programme", "home"]
ROOMS = ["portal", "reference", "trade", "exporters", "offices", "programme"]
OUTSIDE = {"tests", "benchmarks", "scripts"}


def modules() -> list[str]:
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    )


def test_the_import_graph_is_one_chain() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_no_first_party_module_stands_outside_the_rooms() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    strangers = [path for path in tracked if path.split("/")[0] not in {*ROOMS, *OUTSIDE, "manage.py"}]
    assert strangers == []


def test_the_portal_package_itself_is_empty() -> None:
    assert (ROOT / "portal" / "__init__.py").read_text() == ""


def test_the_supervisor_needs_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "portal"}
    for path in (ROOT / "portal" / "run").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= allowed, path
            assert all(
                name == "portal.run" or not name.startswith("portal.") or name.startswith("portal.run.")
                for name in names
            ), path


def test_no_foreign_key_points_upward() -> None:
    for label in CHAIN:
        if not apps.is_installed(label) and label not in {config.label for config in apps.get_app_configs()}:
            continue
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                if not getattr(field, "concrete", False) or not hasattr(target, "_meta"):
                    continue
                there = target._meta.app_label
                if there in CHAIN:
                    assert CHAIN.index(there) <= CHAIN.index(label), f"{model._meta.label}.{field.name}"


def test_no_migration_depends_on_a_room_above() -> None:
    graph = MigrationLoader(None).graph
    for (label, name), node in graph.node_map.items():
        for parent_label, _ in (parent.key for parent in node.parents):
            if label in CHAIN and parent_label in CHAIN:
                assert CHAIN.index(parent_label) <= CHAIN.index(label), f"{label}.{name} → {parent_label}"


def test_floor_stays_below_people() -> None:
    """A person's identifier is a value in the floor: its tables name no account."""
    text = (ROOT / "portal" / "base" / "models.py").read_text()
    assert "AUTH_USER_MODEL" not in text


def test_every_module_imports_without_pandas_and_pyarrow() -> None:
    """In a fresh interpreter: what is heavy and not ours to need must not slip in through a default."""
    code = (
        "import sys, importlib\n"
        "sys.modules.update(pandas=None, pyarrow=None)\n"
        "import django; django.setup()\n"
        f"[importlib.import_module(name) for name in {modules()!r} if name != 'portal.run.__main__']\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
