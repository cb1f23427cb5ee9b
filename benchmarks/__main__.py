"""`make bench`: every benchmark, one JSON line each. `python -m benchmarks start broker` runs some."""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

import benchmarks


def names() -> list[str]:
    return sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"
    )


def results(name: str) -> Iterator[dict[str, Any]]:
    yield from importlib.import_module(f"benchmarks.{name}").measure()


def main() -> int:
    missed = 0
    for name in sys.argv[1:] or names():
        for line in results(name):
            missed += not line["ok"]
            print(json.dumps(line), flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
