"""Migrations are complete and run forward and back."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

OURS = ("trade", "reference", "accounts", "base")


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_every_migration_goes_back_and_forward_again() -> None:
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([(label, None) for label in OURS])
        tables = connection.introspection.table_names()
        assert [name for name in tables if name.split("_")[0] in OURS] == []
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(leaves)
    assert "trade_cell" in connection.introspection.table_names()
