"""Carries the person's pip settings over to uv, which reads none of pip's configuration."""

import ast
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

# pip's option → uv's environment variable and what joins several values.
_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}
_SECTIONS = ("global", "install", ":env:")  # the later wins, as in pip


def pip_settings(python: Path) -> dict[str, str]:
    """What `pip config list` says, by option name, with pip's own precedence of files and environment."""
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return parse(listed.stdout)


def parse(listed: str) -> dict[str, str]:
    """Reads lines like `global.index-url='file:///x'` and `:env:.find-links='/y'`."""
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in listed.splitlines():
        key, separator, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if separator and section in found:
            found[section][option] = str(ast.literal_eval(value))
    merged: dict[str, str] = {}
    for section in _SECTIONS:
        merged.update(found[section])
    return merged


def uv_environment(settings: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that make uv look where pip looks; whatever is already set for uv itself stays."""
    wanted: dict[str, str] = {}
    for option, (name, joiner) in _NAMES.items():
        value = joiner.join(settings.get(option, "").split())
        if value and name not in environ:
            wanted[name] = value
    # pip takes the best match of all indexes, uv the first index that knows the name; the hashes say which
    # file is meant in either case.
    wanted.setdefault("UV_INDEX_STRATEGY", environ.get("UV_INDEX_STRATEGY", "unsafe-best-match"))
    return wanted
