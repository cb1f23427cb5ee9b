"""Cells are found by their place, level and product."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trade", "0006_fetch")]

    operations = [
        migrations.RemoveIndex(model_name="cell", name="trade_cell_region"),
        migrations.RemoveIndex(model_name="cell", name="trade_cell_partner"),
        migrations.AddIndex(
            model_name="cell",
            index=models.Index(
                fields=["rollup", "level", "region", "partner", "flow", "product"], name="trade_cell_place"
            ),
        ),
        migrations.AlterField(
            model_name="cell",
            name="rollup",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="cells",
                to="trade.rollup",
            ),
        ),
    ]
