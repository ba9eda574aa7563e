"""Answering point by point: texts to begin with, what the knowledge base has, the basis."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.adapters import embeddings
from qifu.appeals import actions
from qifu.appeals.models import Appeal, Reply
from qifu.appeals.permissions import may_find_replies
from qifu.appeals.selectors import (
    EarlierReply,
    ReplyCheck,
    check_reply,
    find_replies,
    reply_said,
)
from qifu.base.errors import BadInput
from qifu.organisations.permissions import Actor
from qifu.textmine.assisted.asking import TURNS
from qifu.web.appeals.desk.forms.base import CHOOSE, DeskStep, for_the_firm, words_field
from qifu.web.appeals.desk.forms.basis import (
    Found,
    known_answer,
    names_of,
    search,
    ticked,
    whole_basis,
)
from qifu.web.appeals.desk.forms.drafting import (
    PATIENCE,
    Drafted,
    basis_of,
    drafted,
    house_model,
    sources_of,
)
from qifu.web.appeals.forms.fields import LongText, clean_text
from qifu.web.appeals.words import outcome_word
from qifu.web.words import spoken

LONGEST_SEARCH: Final = 200
MOST_EARLIER: Final = 3
Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Offer:
    """A basis to tick: what is sent, its words, whether it is ticked, and what was found of it."""

    code: str
    words: str
    ticked: bool
    found: Found | None


class AnswerForm(DeskStep):
    """Every point, an outcome, the basis. One point is answered by the text alone."""

    look = "mail"
    first = True
    wide = True
    layout = "appeals/desk/_answer.html"
    optional = frozenset({"basis", "template", "cited"})
    # what a helping button found, where one was pressed
    checked: ReplyCheck | None = None
    drafted: Drafted | None = None
    earlier: Sequence[EarlierReply] | None = None

    text = LongText(label=gettext_lazy("答复"), rows=12)
    outcome = forms.ChoiceField(
        label=gettext_lazy("办理结果"), widget=forms.RadioSelect, error_messages=CHOOSE
    )
    template = forms.ChoiceField(
        label=gettext_lazy("套用写法"), required=False, error_messages=CHOOSE
    )
    find = forms.CharField(
        label=gettext_lazy("在知识库里找依据"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("最多 200 个字。")},
    )
    cited = forms.MultipleChoiceField(
        label=gettext_lazy("引用的依据"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )
    basis = words_field(
        gettext_lazy("其他依据"),
        gettext_lazy("一行一条，例如：《保障中小企业款项支付条例》第六条；或文件名称和文号。"),
        rows=2,
    )

    def prepare(self) -> None:
        about = self.about
        self.on = timezone.localdate(about.now)
        self.asked = [view.point for view in about.case.points]
        self.several = len(self.asked) > 1
        self.model = house_model()
        self.may_find = may_find_replies(about.actor)
        if self.several:
            self.fields["text"].label = _("总的话")
            self.fields["text"].help_text = _("选填：写在各点答复前面。")
            self.fields["text"].widget.attrs["rows"] = 2
            for point in self.asked:
                self.fields[f"point_{point.number}"] = LongText(
                    label=_("第 %(number)s 点") % {"number": point.number}, rows=4
                )
        for name in self.answers:
            self.fields[name].widget.attrs["data-qd-answer"] = True
        outcome, template = self.fields["outcome"], self.fields["template"]
        assert isinstance(outcome, forms.ChoiceField) and isinstance(template, forms.ChoiceField)
        outcome.choices = [
            (row["code"], outcome_word(row["code"], self.city))
            for row in self.city.appeals.get("outcomes", ())
        ]
        self.templates = {row["code"]: row for row in self._templates()}
        template.choices = [
            ("", _("请选择")),
            *((code, spoken(row["name"])) for code, row in self.templates.items()),
        ]
        self.begin("find", about.appeal.title)
        self._look()

    def _templates(self) -> Rows:
        """The texts of this matter first, then those for every matter."""
        matter = self.about.appeal.matter
        rows = self.city.reply_templates
        own = [row for row in rows if matter and row.get("matter") == matter]
        return [*own, *(row for row in rows if not row.get("matter"))]

    def _look(self) -> None:
        """What is ticked stays among the choices, whatever is looked for next."""
        asked, before = self.typed("find")[:LONGEST_SEARCH], self.about.looked_for
        if asked not in before:
            before[asked] = search(asked, matter=self.about.appeal.matter, on=self.on)
        self.found: Sequence[Found] = before[asked]
        self.picked = ticked(self.typed_list("cited"), self.about.actor, on=self.on)
        names = names_of(self.picked)
        rest = [(one.code, one.title) for one in self.found if one.code not in names]
        field = self.fields["cited"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [*names.items(), *rest]
        known = {one.code: one for one in self.found}
        self.offered = [
            Offer(code, str(words), code in self.picked, known.get(code))
            for code, words in field.choices
        ]

    @property
    def points(self) -> list[tuple[Any, Any]]:
        """The questions with the field of each answer."""
        if not self.several:
            return []
        return [(point, self[f"point_{point.number}"]) for point in self.asked]

    @property
    def answers(self) -> list[str]:
        """The fields that answer a point, in order."""
        return [f"point_{point.number}" for point in self.asked] if self.several else ["text"]

    @property
    def patience(self) -> int:
        """Seconds that a draft may take: one answer of the model, and one more if it was wrong."""
        return round(TURNS * PATIENCE)

    # -- helping ---------------------------------------------------------------------------------

    def help(self, asked: QueryDict) -> None:
        if asked.get("template") and asked.get("do") in (None, "insert"):
            row = self.templates.get(asked["template"])
            if row is not None:
                self._put(for_the_firm(self.about.appeal, row["text"]))
                if row.get("outcome") and not self.initial.get("outcome"):
                    self.initial["outcome"] = row["outcome"]
        code = asked.get("use", "")
        if code.startswith("answer:"):
            answer = known_answer(code.removeprefix("answer:"), self.about.actor, on=self.on)
            if answer is not None:
                words = {"zh": answer.answer_zh, "en": answer.answer_en}
                self._put(for_the_firm(self.about.appeal, words))
                self.initial["cited"] = [*self.typed_list("cited"), code]
                self._look()
        if asked.get("do") == "check":
            self._check()
        if asked.get("do") == "earlier" and self.may_find:
            self._find_earlier()
        if self.may_find:
            self._reuse(asked.get("reuse", ""))
        name = asked.get("draft", "")
        if self.model and name in self.answers:
            self._draft(name)

    def _put(self, words: str) -> None:
        """Into the first answer that is still empty, else below what stands in the text."""
        empty = next((name for name in self.answers if not self.typed(name).strip()), "text")
        self._add(empty, words)

    def _add(self, name: str, words: str) -> None:
        """Below what stands in a field: nothing that was typed is lost."""
        self.initial[name] = "\n".join(filter(None, [self.typed(name).rstrip(), words]))

    def _check(self) -> None:
        points = {point.number: clean_text(self.typed(f"point_{point.number}"))
                  for point in self.asked}  # fmt: skip
        self.checked = check_reply(
            self.about.actor,
            self.about.appeal,
            text=clean_text(self.typed("text")),
            points=points,
            basis=whole_basis(self.picked, self.typed("basis")),
            now=self.about.now,
        )

    def _find_earlier(self) -> None:
        about = self.about
        found = find_replies(
            about.actor, now=about.now, most=MOST_EARLIER, about=about.appeal,
            embedder=embeddings.configured(),
        )  # fmt: skip
        self.earlier = found.hits

    def _reuse(self, asked: str) -> None:
        if asked.isascii() and asked.isdigit() and len(asked) < 19:
            with suppress(Reply.DoesNotExist):
                self._put(reply_said(self.about.actor, int(asked)))

    def _draft(self, name: str) -> None:
        assert self.model is not None
        on, actor = self.on, self.about.actor
        codes = self.typed_list("cited")
        sources = sources_of(codes, self.found, actor, on=on)
        asked = {f"point_{point.number}": point.text for point in self.asked}.get(name, "")
        basis = basis_of(sources, actor, on=on)
        made = drafted(self.model, self.about.appeal, name, asked, sources, basis)
        if made.paragraphs:
            self._add(name, made.text)
            self.initial["cited"] = list(dict.fromkeys([*codes, *made.codes]))
            self._look()
        self.drafted = made

    # -- taking ----------------------------------------------------------------------------------

    def given(self) -> dict[str, Any]:
        """What the action takes; a mistake in the only point is told at the text."""
        data = self.cleaned_data
        points = {point.number: data.get(f"point_{point.number}", "") for point in self.asked}
        if not self.several:
            points = {number: data["text"] for number in points}
        text = data["text"] if self.several else ""
        return {
            "text": text,
            "points": points,
            "outcome": data["outcome"],
            "basis": whole_basis(self.picked, data["basis"]),
        }

    def refused(self, error: BadInput) -> BadInput:
        """The answer to the only point stands in the text."""
        if self.several:
            return error
        moved = {
            "text" if name.startswith("point_") else name: words
            for name, words in error.fields.items()
        }
        return BadInput(error.message, fields=moved)


class AtOnceForm(AnswerForm):
    """The desk answers itself, with a basis."""

    step = "answer_at_once"
    title = gettext_lazy("直接答复")
    button = gettext_lazy("答复企业")
    why = gettext_lazy("知识库里有现成的答案，就直接答复，必须引用依据；企业评价不满意的，转回访。")
    done = gettext_lazy("已答复，企业会收到消息并评价。")

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.answer_at_once(appeal, actor=actor, now=now, **self.given())


class ReplyForm(AnswerForm):
    """The unit answers."""

    step = "reply"
    title = gettext_lazy("答复")
    button = gettext_lazy("答复企业")
    why = gettext_lazy("每一点都要答。结果是办不到的，必须引用依据。")
    done = gettext_lazy("已答复，企业会收到消息并评价。")

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.reply(appeal, actor=actor, now=now, **self.given())
