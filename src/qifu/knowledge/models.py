"""Statutes by article, answers in immutable versions, and the words that both are found by."""

from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q

from qifu.knowledge.states import AnswerState


class Law(models.Model):
    """One statute in one wording. Another wording is another law with a code of its own."""

    code = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    level = models.CharField(max_length=32, blank=True)
    in_force_from = models.DateField(null=True)
    in_force_to = models.DateField(null=True)
    # how it was passed and changed, a line each, as the text itself says
    history = models.TextField(blank=True)
    source = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    # False: the pack no longer carries it. It is not found any more, but what cites it stays whole
    carried = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="law_ends_after_it_begins",
                condition=Q(in_force_from=None)
                | Q(in_force_to=None)
                | Q(in_force_to__gte=F("in_force_from")),
            )
        ]

    def __str__(self) -> str:
        return self.code


class LawArticle(models.Model):
    """One article with all its paragraphs; number "" is what stands before the first one."""

    law = models.ForeignKey(Law, on_delete=models.CASCADE, related_name="articles")
    number = models.CharField(max_length=32, blank=True)
    anchor = models.CharField(max_length=16)
    order = models.PositiveIntegerField()
    # the chapter and section it stands in, outermost first, a line each
    heading = models.TextField(blank=True)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["law", "number"], name="law_article_once"),
            models.UniqueConstraint(fields=["law", "order"], name="law_article_order_once"),
        ]

    def __str__(self) -> str:
        return f"{self.law_id} {self.number}"


class Answer(models.Model):
    """One version of one answer. Its words never change; a correction is the next version."""

    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    # the number that the pack gives it; None for what an officer wrote here
    pack_version = models.PositiveIntegerField(null=True)
    matter = models.CharField(max_length=64, blank=True)
    question_zh = models.CharField(max_length=300)
    question_en = models.CharField(max_length=500, blank=True)
    answer_zh = models.TextField()
    answer_en = models.TextField(blank=True)
    # [{"law": code, "article": "第十二条"} | {"policy": id} | {"text": words}]
    basis = models.JSONField(default=list)
    keywords = models.JSONField(default=list)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    state = models.CharField(
        max_length=12, choices=AnswerState, default=AnswerState.PUBLISHED.value
    )
    made_up = models.BooleanField(default=False)
    written_by = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="answer_version_once"),
            models.UniqueConstraint(
                fields=["code", "pack_version"],
                condition=Q(pack_version__isnull=False),
                name="answer_pack_version_once",
            ),
            models.CheckConstraint(
                name="answer_state_is_known",
                condition=Q(state__in=["published", "retired", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="answer_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["state", "matter"], name="answers_of_a_matter")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class IndexEntry(models.Model):
    """One thing that can be found, in one of the indexes; each index is two tables.

    The two columns of words are cut beforehand, so that SQLite and PostgreSQL need to know
    nothing of Chinese. The index over them (migration 0002) is kept by the database itself.
    """

    kind = models.CharField(max_length=8)
    object_id = models.BigIntegerField()
    code = models.CharField(max_length=64)
    matter = models.CharField(max_length=64, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    title_words = models.TextField(blank=True)
    body_words = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.object_id}"


class IndexWord(models.Model):
    """A word of an index, and in how many entries it stands: how rare it is."""

    word = models.CharField(max_length=64, unique=True)
    entries = models.IntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.word


class SearchEntry(IndexEntry):
    """A published answer, an article of a statute, a policy: what everybody may find."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once"),
            models.CheckConstraint(
                name="search_entry_kind_is_known",
                condition=Q(kind__in=["answer", "law", "policy"]),
            ),
        ]
        indexes = [models.Index(fields=["kind", "code"], name="search_entries_of_a_thing")]


class SearchWord(IndexWord):
    """A word of what everybody may find; what somebody can have meant is taken from these."""

    class Meta:
        indexes = [models.Index(fields=["-entries"], name="search_words_said_most")]


@dataclass(frozen=True)
class Index:
    """One index: its tables, and the name of the FTS5 table that SQLite keeps over the entries.

    `owner` is the column by which a search may be narrowed to what somebody may see. With
    `counts_later` a new entry is not counted at once (its column `counted`): the rows of the
    commonest words would else be waited for by everybody who writes. `most_read` bounds how many
    entries a search for any of many words reads: the rarest words go first.
    """

    entries: type[IndexEntry]
    words: type[IndexWord]
    table: str
    owner: str = "object_id"
    counts_later: bool = False
    most_read: int | None = None


PUBLIC = Index(SearchEntry, SearchWord, "knowledge_search")
