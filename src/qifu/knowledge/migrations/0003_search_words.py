"""Policies are found too; how rare each word is."""

from importlib import import_module

from django.db import migrations, models

index = import_module("qifu.knowledge.migrations.0002_search")


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_search")]
    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=64, unique=True)),
                ("entries", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["-entries"], name="search_words_said_most")],
            },
        ),
        migrations.RemoveConstraint("searchentry", "search_entry_kind_is_known"),
        migrations.AddConstraint(
            "searchentry",
            models.CheckConstraint(
                name="search_entry_kind_is_known",
                condition=models.Q(kind__in=["answer", "law", "policy"]),
            ),
        ),
        # altering the table makes it anew on SQLite, without its triggers
        migrations.RunPython(index.make_index, index.make_index),
    ]
