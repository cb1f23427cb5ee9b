import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The journal of confidential readings, which nobody changes or removes."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("trade", "0007_cell_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name='ConfidentialReading',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='at')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('purpose', models.CharField(blank=True, choices=[('own-file', "the company's own file"), ('advice', 'advice that the company asked for'), ('follow-up', 'follow-up by the office of the region'), ('complaint', 'a complaint or an objection'), ('oversight', 'a check by the data protection officer')], max_length=20, verbose_name='purpose')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='purpose in words')),
                ('kind', models.CharField(choices=[('amounts', 'amounts'), ('statuses', 'statuses')], max_length=10, verbose_name='kind')),
                ('question', models.JSONField(default=dict, verbose_name='question')),
                ('enterprises', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), default=list, size=None, verbose_name='enterprises')),
                ('regions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None, verbose_name='regions')),
                ('release', models.PositiveIntegerField(null=True, verbose_name='release')),
                ('outcome', models.CharField(choices=[('answered', 'answered'), ('refused', 'refused'), ('failed', 'failed')], max_length=10, verbose_name='outcome')),
                ('reason', models.CharField(blank=True, max_length=40, verbose_name='reason')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
            ],
            options={
                'verbose_name': 'confidential reading',
                'verbose_name_plural': 'confidential readings',
                'ordering': ['-at'],
            },
        ),
        migrations.AddField(
            model_name='confidentialreading',
            name='acting_user',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddIndex(
            model_name='confidentialreading',
            index=django.contrib.postgres.indexes.GinIndex(fields=['enterprises'], name='trade_confidential_firm'),
        ),
        migrations.AddIndex(
            model_name='confidentialreading',
            index=models.Index(fields=['acting_user', '-at'], name='trade_confidential_person'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='confidentialreading',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8a5583ea70fbab7a42424f3fbcefcfa2dc584f16', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_00d43', table='trade_confidentialreading', when='BEFORE')),
        ),
    ]
