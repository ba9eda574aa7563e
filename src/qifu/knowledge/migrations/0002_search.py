"""The index over the words of search entries, kept by the database itself.

SQLite: an FTS5 table that reads its text from knowledge_searchentry, and triggers. A later
migration that alters knowledge_searchentry makes the table anew on SQLite and loses the triggers:
run `make_index` after it. PostgreSQL: a generated tsvector column and a GIN index.
"""

from django.db import migrations

SQLITE = [
    """
    CREATE VIRTUAL TABLE knowledge_search USING fts5(
        title_words, body_words, content='knowledge_searchentry', content_rowid='id',
        tokenize="unicode61 remove_diacritics 0"
    )
    """,
    """
    CREATE TRIGGER knowledge_search_added AFTER INSERT ON knowledge_searchentry BEGIN
        INSERT INTO knowledge_search(rowid, title_words, body_words)
        VALUES (new.id, new.title_words, new.body_words);
    END
    """,
    """
    CREATE TRIGGER knowledge_search_removed AFTER DELETE ON knowledge_searchentry BEGIN
        INSERT INTO knowledge_search(knowledge_search, rowid, title_words, body_words)
        VALUES ('delete', old.id, old.title_words, old.body_words);
    END
    """,
    """
    CREATE TRIGGER knowledge_search_changed
    AFTER UPDATE OF title_words, body_words ON knowledge_searchentry BEGIN
        INSERT INTO knowledge_search(knowledge_search, rowid, title_words, body_words)
        VALUES ('delete', old.id, old.title_words, old.body_words);
        INSERT INTO knowledge_search(rowid, title_words, body_words)
        VALUES (new.id, new.title_words, new.body_words);
    END
    """,
    "INSERT INTO knowledge_search(knowledge_search) VALUES ('rebuild')",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS knowledge_search_added",
    "DROP TRIGGER IF EXISTS knowledge_search_removed",
    "DROP TRIGGER IF EXISTS knowledge_search_changed",
    "DROP TABLE IF EXISTS knowledge_search",
]
POSTGRESQL = [
    """
    ALTER TABLE knowledge_searchentry ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, title_words), 'A') ||
        setweight(to_tsvector('simple'::regconfig, body_words), 'D')
    ) STORED
    """,
    # entries change a few times a day and are read all day: with the list of pending words that
    # GIN keeps otherwise, the planner prefers to read the whole table after every load
    "CREATE INDEX knowledge_search ON knowledge_searchentry USING gin (words) "
    "WITH (fastupdate = off)",
]
POSTGRESQL_BACK = ["ALTER TABLE knowledge_searchentry DROP COLUMN IF EXISTS words"]


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
    dependencies = [("knowledge", "0001_initial")]
    operations = [migrations.RunPython(make_index, drop_index)]
