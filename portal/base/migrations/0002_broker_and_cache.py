"""The broker's queues (pgmq, plain SQL without an extension) and the shared cache's table."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def install_pgmq(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Run the SQL that the package `pgmq` ships, unless the server has the schema already."""
    from pgmq.install import get_embedded_install_sql

    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'pgmq'")
        if cursor.fetchone() is None:
            # Without parameters psycopg sends the script as it stands, percent signs included.
            cursor.connection.execute(get_embedded_install_sql())


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [
        migrations.RunPython(
            install_pgmq, lambda apps, editor: editor.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
        ),
        migrations.RunSQL(
            """
            CREATE TABLE base_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX base_cache_expires ON base_cache (expires);
            """,
            "DROP TABLE base_cache",
        ),
    ]
