"""What cases and earlier replies are found by: an index apart from the public one."""

from django.db import models
from django.db.models import Q

from qifu.appeals.models.appeal import Appeal
from qifu.knowledge.models import Index, IndexEntry, IndexWord


class CaseEntry(IndexEntry):
    """One submitted case, or one reply that was given, with its earlier case.

    `code` is the case's number. `letters`: pairs of letters and digits that stand side by side
    (the columns of words hold the Chinese ones), so that any piece of a text is found. `said`: of a
    case everything that a list is searched by, in one width and lower case; of a reply its case's
    title, a line end, and its words, both with what names a person masked. `way`: which version of
    the software made it.
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="search_entries")
    letters = models.TextField(blank=True)
    said = models.TextField(blank=True)
    firm_code = models.CharField(max_length=32, blank=True)
    way = models.PositiveSmallIntegerField()
    counted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="case_entry_once"),
            models.CheckConstraint(
                name="case_entry_kind_is_known", condition=Q(kind__in=["case", "reply"])
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "code"], name="case_entries_of_a_case"),
            models.Index(fields=["id"], condition=Q(counted=False), name="case_entries_to_count"),
        ]

    @staticmethod
    def key_of(kind: str, number: int) -> int:
        """The key of an entry: from it SQLite's index tells kind and number without the row."""
        return 2 * number + (kind == "reply")


class EntryVector(models.Model):
    """What a reply means: the vector of its words, as its entry holds them masked.

    `floats`: a unit vector as float16; only those of one `model` can be compared. In a table of
    its own: altering that of the entries would lose SQLite's triggers (migration 0004).
    """

    entry = models.OneToOneField(
        CaseEntry, on_delete=models.CASCADE, primary_key=True, related_name="vector"
    )
    floats = models.BinaryField()
    model = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.model}"


class CaseWord(IndexWord):
    """A word of cases and replies: how rare it is there. Never what somebody can have meant."""


# so many entries are read to find what fits a whole text
_MOST_READ = 4_000
CASES = Index(
    CaseEntry, CaseWord, "appeals_search", owner="appeal_id", counts_later=True,
    most_read=_MOST_READ,
)  # fmt: skip
