import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('trade', '0004_summary'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clearance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=12)),
                ('digest', models.CharField(max_length=64)),
                ('base', models.CharField(max_length=64)),
                ('months', models.PositiveSmallIntegerField(null=True)),
                ('stored_as', models.CharField(max_length=200)),
                ('rungs', models.JSONField(default=dict)),
                ('report', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'clearance',
                'verbose_name_plural': 'clearances',
            },
        ),
        migrations.CreateModel(
            name='FirmGroup',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('enterprise', models.CharField(max_length=9, unique=True, verbose_name='enterprise')),
                ('group', models.CharField(max_length=9, verbose_name='group')),
                ('reason', models.TextField(blank=True, verbose_name='source of this link')),
            ],
            options={
                'verbose_name': 'group of firms',
                'verbose_name_plural': 'groups of firms',
            },
        ),
        migrations.CreateModel(
            name='FirmGroupEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('enterprise', models.CharField(max_length=9, verbose_name='enterprise')),
                ('group', models.CharField(max_length=9, verbose_name='group')),
                ('reason', models.TextField(blank=True, verbose_name='source of this link')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AlterField(
            model_name='rollup',
            name='period',
            field=models.CharField(max_length=12),
        ),
        migrations.AddField(
            model_name='clearance',
            name='dataset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clearances', to='trade.dataset'),
        ),
        migrations.AddConstraint(
            model_name='firmgroup',
            constraint=models.CheckConstraint(condition=models.Q(('enterprise__regex', '^[0-9]{9}$'), ('group__regex', '^[0-9]{9}$')), name='trade_firmgroup_digits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='firmgroup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "trade_firmgroupevent" ("created_at", "enterprise", "group", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "updated_at") VALUES (NEW."created_at", NEW."enterprise", NEW."group", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."updated_at"); RETURN NULL;', hash='0515010d5a0cf172700a39368af11ad903e3c2b9', operation='INSERT', pgid='pgtrigger_insert_insert_a8642', table='trade_firmgroup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='firmgroup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "trade_firmgroupevent" ("created_at", "enterprise", "group", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "updated_at") VALUES (NEW."created_at", NEW."enterprise", NEW."group", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."updated_at"); RETURN NULL;', hash='5d66d859ad6d973122d3ab184605214de3e1b8ea', operation='UPDATE', pgid='pgtrigger_update_update_d8ec2', table='trade_firmgroup', when='AFTER')),
        ),
        migrations.AddField(
            model_name='firmgroupevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='firmgroupevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trade.firmgroup'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.UniqueConstraint(fields=('dataset', 'period', 'digest'), name='trade_clearance_once'),
        ),
    ]
