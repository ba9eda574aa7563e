"""The loaded city kept aside: tests with real transactions empty the tables, this fills them again.

Loading the demo city takes two seconds of work, putting its rows back a twentieth of that.
"""

import sqlite3

from django.db import connection, transaction

_kept = sqlite3.connect(":memory:", check_same_thread=False)


def take() -> None:
    """Keep what the tables hold now."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.backup(_kept)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA kept")
        for table, columns in _columns(cursor, "public").items():
            cursor.execute(f"CREATE TABLE kept.{table} AS SELECT {columns} FROM public.{table}")
        # plans are made for what is there; nobody else does it, tools/postgres.py turns it off
        cursor.execute("ANALYZE")


def put_back() -> None:
    """Fill the tables as they were; not inside a transaction, for SQLite copies whole files."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        _kept.backup(connection.connection)
        return
    # within one transaction rows that refer to each other may come in any order
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _columns(cursor, "kept")
        cursor.execute(f"TRUNCATE {', '.join(f'public.{table}' for table in tables)}")
        for table, columns in tables.items():
            cursor.execute(
                f"INSERT INTO public.{table} ({columns}) SELECT {columns} FROM kept.{table}"
            )


def _columns(cursor, schema: str) -> dict[str, str]:
    """The tables of Django's models and the columns that the database does not fill itself."""
    cursor.execute(
        "SELECT quote_ident(table_name), string_agg(quote_ident(column_name), ', ')"
        " FROM information_schema.columns"
        " WHERE table_schema = %s AND is_generated = 'NEVER' AND table_name = ANY(%s) GROUP BY 1",
        [schema, connection.introspection.django_table_names()],
    )
    return dict(cursor.fetchall())
