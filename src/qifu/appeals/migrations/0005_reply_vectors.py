"""Vectors of replies, beside their entries, which stay as they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0004_search")]
    operations = [
        migrations.CreateModel(
            name="EntryVector",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="vector",
                        serialize=False,
                        to="appeals.caseentry",
                    ),
                ),
                ("floats", models.BinaryField()),
                ("model", models.CharField(max_length=64)),
            ],
        ),
    ]
