"""Every row that a step could touch, read at one moment: what changed, and whose it is."""

from collections import defaultdict
from functools import cache

from django.apps import apps
from django.db import connection, models

from qifu.base.models import CalendarUpload, JournalLine, JournalNote, OutboxRow
from qifu.notices.models import Notice

Row = dict
# rows that belong to a case through another row: table → (column, table of that row)
THROUGH = {
    "PointReply": ("reply_id", "Reply"),
    "CallbackAttempt": ("callback_id", "Callback"),
    "ClockPause": ("clock_id", "Clock"),
    "ClockEvent": ("clock_id", "Clock"),
}
# what was said and done once stays, whatever comes after
KEPT = (
    "Dispatch", "Objection", "Contact", "Extension", "Reply", "PointReply", "SupervisionNotice",
    "Rating", "Callback", "CallbackAttempt", "PolicyGap", "Clock", "ClockPause", "ClockEvent",
    "ScopeDecision", "Suggestion", "InfoRequest", "JournalLine", "Notice",
)  # fmt: skip
# of those, what never says anything else afterwards; people's names and words may be forgotten
WRITTEN_ONCE = (
    "Reply", "PointReply", "SupervisionNotice", "Rating", "PolicyGap", "ClockEvent",
    "ScopeDecision",
)  # fmt: skip


@cache
def _query(model: type[models.Model]):
    """The SELECT of a whole table, its columns, and what makes Python values of it, made once."""
    compiler = model._default_manager.order_by("pk").query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    assert not params
    names = [field.attname for field in model._meta.concrete_fields]
    return sql, names, compiler


_known: dict[tuple, Row] = {}


def read(model: type[models.Model]) -> list[Row]:
    """Every row of a table; one that was read before is not made again."""
    sql, names, compiler = _query(model)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    found = []
    for raw in rows:
        key = (model, tuple(raw))
        row = _known.get(key)
        if row is None:
            converters = compiler.get_converters([column for column, *_ in compiler.select])
            (made,) = compiler.apply_converters([list(raw)], converters)
            row = _known[key] = dict(zip(names, made, strict=True))
        found.append(row)
    return found


def forget() -> None:
    """Between two examples: rows of one are not those of the next."""
    _known.clear()


class Shot:
    """The tables of the room, the journal, the inboxes and the outbox, by table and number."""

    def __init__(self) -> None:
        kinds = [
            *apps.get_app_config("appeals").get_models(),
            JournalLine, JournalNote, Notice, OutboxRow, CalendarUpload,
        ]  # fmt: skip
        self.tables: dict[str, dict[int, Row]] = {
            model.__name__: {row[model._meta.pk.attname]: row for row in read(model)}
            for model in kinds
        }

    def __getitem__(self, table: str) -> list[Row]:
        return list(self.tables[table].values())

    @property
    def cases(self) -> dict[int, Row]:
        return self.tables["Appeal"]

    def of(self, table: str, case: int, **wanted: object) -> list[Row]:
        """The rows of a case, oldest first, that say this."""
        column = "subject_id" if table == "JournalLine" else "appeal_id"
        rows = [row for row in self[table] if self._owner(table, row) == case]
        assert table in THROUGH or not rows or column in rows[0]
        found = [row for row in rows if all(row[key] == is_ for key, is_ in wanted.items())]
        return sorted(found, key=lambda row: row["id"])

    def live(self, case: int) -> dict[str, Row]:
        """The clocks of a case that run or stand still, by name."""
        rows = self.of("Clock", case)
        return {row["name"]: row for row in rows if row["state"] in ("running", "paused")}

    def changed(self, before: "Shot") -> set[int]:
        """The cases of which any row is new, gone or different; 0 for what is of no case."""
        cases = set()
        for table, rows in self.tables.items():
            old = before.tables[table]
            for pk in rows.keys() | old.keys():
                if rows.get(pk) == old.get(pk):
                    continue
                for shot in (self, before):
                    row = shot.tables[table].get(pk)
                    if row is not None:
                        cases |= {shot._owner(table, row), row.get("other_id") or 0}
        return cases

    def difference(self, before: "Shot") -> list[str]:
        """Which rows differ, for whoever reads a failure."""
        return [
            f"{table} {pk}: {before.tables[table].get(pk)} -> {rows.get(pk)}"
            for table, rows in self.tables.items()
            for pk in sorted(rows.keys() | before.tables[table].keys())
            if rows.get(pk) != before.tables[table].get(pk)
        ]

    def essence(self) -> dict[str, object]:
        """What a killed and repeated job must come to as well: all but numbers of rows."""
        events, lines = defaultdict(list), defaultdict(list)
        for row in self["ClockEvent"]:
            events[row["clock_id"]].append((row["kind"], row["old_due"], row["new_due"]))
        for row in self["JournalLine"]:
            lines[row["subject_kind"], row["subject_id"]].append((row["step"], row["to_state"]))
        notices = sorted(
            (row["to_id"], row["template"], str(row["values"]), row["link"])
            for row in self["Notice"]
        )
        same = ("Appeal", "Clock", "Callback", "InfoRequest", "Objection", "Extension", "Dispatch")
        tables = {name: self.tables[name] for name in same}
        return {**tables, "events": dict(events), "lines": dict(lines), "notices": notices}

    def _owner(self, table: str, row: Row) -> int:
        if table == "Appeal":
            return int(row["id"])
        if table in THROUGH:
            column, above = THROUGH[table]
            return int(self.tables[above][row[column]]["appeal_id"])
        if table == "JournalLine":
            return int(row["subject_id"]) if row["subject_kind"] == "appeal" else 0
        if table == "JournalNote":
            return self._owner("JournalLine", self.tables["JournalLine"][row["line_id"]])
        return int(row.get("appeal_id") or 0)
