import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Files that arrive in chunks."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("trade", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("name", models.CharField(max_length=255, verbose_name="file")),
                ("fingerprint", models.CharField(blank=True, max_length=400)),
                ("size", models.BigIntegerField(verbose_name="bytes")),
                ("offset", models.BigIntegerField(default=0, verbose_name="bytes that have arrived")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(verbose_name="kept until")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "ordering": ["created_at", "id"],
                "indexes": [models.Index(fields=["person"], name="trade_upload_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("offset__gte", 0), ("offset__lte", models.F("size")), ("size__gt", 0)
                        ),
                        name="trade_upload_offset_in_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256", ""), ("offset", models.F("size")), _connector="OR"),
                        name="trade_upload_whole_has_checksum",
                    ),
                ],
            },
        ),
    ]
