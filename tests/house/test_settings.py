"""Each address in the environment replaces its default, whole: seen by a fresh interpreter."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
TOLD = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
from django.conf import settings
names = ("DATABASES", "CELERY_BROKER_URL", "CELERY_BROKER_TRANSPORT_OPTIONS", "CACHES", "STORAGES", "EMAIL_BACKEND",
    "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_TIMEOUT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
    "SECURE_HSTS_SECONDS", "DEBUG")
print(json.dumps({name: getattr(settings, name, None) for name in names}, default=str))
"""


def settings_with(**environment: str) -> dict[str, Any]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    secret = {"SECRET_KEY": "only-for-this-test-" + "0123456789" * 4}
    run = subprocess.run(
        [sys.executable, "-c", TOLD],
        env=kept | secret | environment,
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_every_address_of_the_environment_replaces_its_default(tmp_path: Path) -> None:
    found = settings_with(
        QAFILA_HOME=str(tmp_path),
        DATABASE_URL="postgresql://u:p%40ss@db.example:6432/q?sslmode=verify-full&options=-c%20search_path%3Dq",
        CELERY_BROKER_URL="redis://redis.example:6379/0",
        CACHE_URL="rediscache://redis.example:6379/1",
        STORAGE_URL=f"file://{tmp_path}/elsewhere",
        EMAIL_URL="smtp+tls://user:password@mail.example:587",
        SITE_URL="https://qafila.example",
    )
    database = found["DATABASES"]["default"]
    assert [database[part] for part in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db.example", 6432, "q", "u", "p@ss",
    ]  # fmt: skip
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert database["OPTIONS"]["options"].startswith("-c search_path=q -c ")
    assert (found["CELERY_BROKER_URL"], found["CELERY_BROKER_TRANSPORT_OPTIONS"]) == (
        "redis://redis.example:6379/0",
        None,
    )
    cache = found["CACHES"]["default"]
    assert (cache["BACKEND"].split(".")[-1], cache["LOCATION"]) == (
        "RedisCache",
        "redis://redis.example:6379/1",
    )
    assert found["STORAGES"]["private"]["OPTIONS"] == {"location": f"{tmp_path}/elsewhere"}
    assert found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_TIMEOUT"]) == (
        "mail.example", 587, True, 30,
    )  # fmt: skip
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] > 0


def test_the_queue_in_postgresql_is_reached_as_safely_as_the_pages_data(tmp_path: Path) -> None:
    found = settings_with(
        QAFILA_HOME=str(tmp_path),
        DATABASE_URL="postgresql://u:p@db.example/q?sslmode=verify-full&sslrootcert=/ca.pem",
    )
    assert found["CELERY_BROKER_URL"] == "pgmq://"
    told = set(found["CELERY_BROKER_TRANSPORT_OPTIONS"]["conn_string"].split())
    assert {"host=db.example", "dbname=q", "sslmode=verify-full", "sslrootcert=/ca.pem"} <= told
    assert not found["DEBUG"]
