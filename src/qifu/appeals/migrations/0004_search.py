"""The index over cases and replies, kept by the database itself, apart from the public one.

SQLite: an FTS5 table that reads its text from appeals_caseentry, and triggers. A later migration
that alters appeals_caseentry makes the table anew on SQLite and loses the triggers: run
`make_index` after it. PostgreSQL: two generated tsvector columns and their GIN indexes. Cases that
are there already are filled in by the worker or by `qifu appeals index`.
"""

import django.db.models.deletion
from django.db import migrations, models

COLUMNS = "title_words, body_words, letters"
ADD = f"""
    INSERT INTO appeals_search(rowid, {COLUMNS})
    VALUES (new.id, new.title_words, new.body_words, new.letters);
"""
REMOVE = f"""
    INSERT INTO appeals_search(appeals_search, rowid, {COLUMNS})
    VALUES ('delete', old.id, old.title_words, old.body_words, old.letters);
"""
SQLITE = [
    f"""
    CREATE VIRTUAL TABLE appeals_search USING fts5(
        {COLUMNS}, content='appeals_caseentry', content_rowid='id',
        tokenize="unicode61 remove_diacritics 0"
    )
    """,
    f"CREATE TRIGGER appeals_search_added AFTER INSERT ON appeals_caseentry BEGIN {ADD} END",
    f"CREATE TRIGGER appeals_search_removed AFTER DELETE ON appeals_caseentry BEGIN {REMOVE} END",
    f"CREATE TRIGGER appeals_search_changed AFTER UPDATE OF {COLUMNS} ON appeals_caseentry "
    f"BEGIN {REMOVE} {ADD} END",
    "INSERT INTO appeals_search(appeals_search) VALUES ('rebuild')",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS appeals_search_added",
    "DROP TRIGGER IF EXISTS appeals_search_removed",
    "DROP TRIGGER IF EXISTS appeals_search_changed",
    "DROP TABLE IF EXISTS appeals_search",
]
POSTGRESQL = [
    """
    ALTER TABLE appeals_caseentry ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, title_words), 'A') ||
        setweight(to_tsvector('simple'::regconfig, body_words), 'D')
    ) STORED
    """,
    """
    ALTER TABLE appeals_caseentry ADD COLUMN pairs tsvector GENERATED ALWAYS AS (
        to_tsvector('simple'::regconfig, letters)
    ) STORED
    """,
    "CREATE INDEX appeals_search ON appeals_caseentry USING gin (words)",
    "CREATE INDEX appeals_search_letters ON appeals_caseentry USING gin (pairs)",
]
POSTGRESQL_BACK = [
    "ALTER TABLE appeals_caseentry DROP COLUMN IF EXISTS words",
    "ALTER TABLE appeals_caseentry DROP COLUMN IF EXISTS pairs",
]


def _run(editor, of_sqlite, of_postgresql):
    statements = {"sqlite": of_sqlite, "postgresql": of_postgresql}[editor.connection.vendor]
    for statement in statements:
        editor.execute(statement)


def drop_index(apps, editor):
    _run(editor, SQLITE_BACK, POSTGRESQL_BACK)


def make_index(apps, editor):
    drop_index(apps, editor)
    _run(editor, SQLITE, POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("appeals", "0003_lists")]
    operations = [
        migrations.CreateModel(
            name="CaseWord",
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
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="CaseEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("object_id", models.BigIntegerField()),
                ("code", models.CharField(max_length=64)),
                ("matter", models.CharField(blank=True, max_length=64)),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("title_words", models.TextField(blank=True)),
                ("body_words", models.TextField(blank=True)),
                ("letters", models.TextField(blank=True)),
                ("said", models.TextField(blank=True)),
                ("firm_code", models.CharField(blank=True, max_length=32)),
                ("way", models.PositiveSmallIntegerField()),
                ("counted", models.BooleanField(default=False)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entries",
                        to="appeals.appeal",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "code"], name="case_entries_of_a_case"),
                    models.Index(
                        condition=models.Q(("counted", False)),
                        fields=["id"],
                        name="case_entries_to_count",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="case_entry_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["case", "reply"])),
                        name="case_entry_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
