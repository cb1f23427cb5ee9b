import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("trade", "0003_releases")]

    operations = [
        migrations.CreateModel(
            name="Summary",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("period", models.CharField(max_length=11)),
                ("digest", models.CharField(max_length=64)),
                ("stored_as", models.CharField(max_length=200)),
                ("months", models.PositiveSmallIntegerField()),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="summaries", to="trade.dataset"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dataset", "period", "digest"), name="trade_summary_once"
                    )
                ],
            },
        ),
    ]
