"""The intake desk: taken in or not, facts asked for and written down, objections decided."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.appeals import actions
from qifu.appeals.models import BY_MODEL, Appeal
from qifu.appeals.selectors import as_rows
from qifu.appeals.states import Kind
from qifu.organisations.permissions import Actor
from qifu.textmine.scope import Exclusion
from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.desk.forms.base import CHOOSE, DeskStep, UnitField, for_the_firm, words_field
from qifu.web.appeals.forms.appeal import matter_choices
from qifu.web.appeals.hints import MatterHint
from qifu.web.channels.instead import rows_instead
from qifu.web.channels.rows import Row
from qifu.web.policies.forms import regions
from qifu.web.words import spoken


def keep_suggestions(about: About, *wanted: str, now: datetime) -> list[str]:
    """Keep what the rules say of the case beside what the person decides; the exclusions named."""
    rows = as_rows(about.suggestions, about.city)
    for name in wanted:
        actions.record_suggestions(about.appeal, about=name, now=now, **rows[name])
    return [one.code for one in about.suggestions.scope]


class AcceptForm(DeskStep):
    """Take a case in; kind, matter and place may be put right."""

    step = "accept"
    title = gettext_lazy("受理")
    button = gettext_lazy("受理")
    look = "clipboard-check"
    done = gettext_lazy("已受理，企业已收到消息。现在可以直接答复，或派单。")
    first = True
    optional = frozenset({"matter", "region"})
    intro = "appeals/desk/_about_accept.html"

    matter = forms.ChoiceField(
        label=gettext_lazy("事项"),
        help_text=gettext_lazy("派单目录按事项找承办单位；选对了，少转一次。"),
        required=False,
        error_messages=CHOOSE,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    region = forms.ChoiceField(
        label=gettext_lazy("发生在哪里"), required=False, error_messages=CHOOSE
    )
    several = forms.BooleanField(
        label=gettext_lazy("要几个单位一起办（适用更长的时限）"), required=False
    )

    @property
    def matters(self) -> list[MatterHint]:
        """The matters that the words speak for, with these words."""
        by_code = {one.code: one for one in self.city.matters}
        return [
            MatterHint(by_code[one.code], tuple(dict.fromkeys(said.word for said in one.words)))
            for one in self.about.suggestions.matters
        ]

    @property
    def by_model(self) -> tuple[MatterHint, int] | None:
        """The matter that a trained model said of the case, and its confidence in per cent.

        The newest model's word counts: where it abstained, that of an older one is not shown.
        """
        by_code = {one.code: one for one in self.city.matters}
        said = (row for row in self.about.case.suggestions if row.about == "matter")
        newest = max(
            (row for row in said if row.model.startswith(BY_MODEL)),
            key=lambda row: row.suggested_at,
            default=None,
        )
        if newest is None or not newest.top or newest.top[0]["code"] not in by_code:
            return None
        best = newest.top[0]
        words = tuple(word for word in best["why"].split("、") if word)
        return MatterHint(by_code[best["code"]], words), round(best["score"] * 100)

    def prepare(self) -> None:
        appeal = self.about.appeal
        matter, region = self.fields["matter"], self.fields["region"]
        assert isinstance(matter, forms.ChoiceField) and isinstance(region, forms.ChoiceField)
        matter.choices = matter_choices(self.city)
        known = regions(self.city)
        if appeal.region and appeal.region not in dict(known):
            known = [*known, (appeal.region, appeal.region)]
        region.choices = [("", _("请选择")), *known]
        self.begin("matter", appeal.matter or self.about.suggestions.matter)
        self.begin("kind", appeal.kind)
        self.begin("region", appeal.region)
        self.begin("several", appeal.several)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        suggested = keep_suggestions(self.about, "scope", "repeat", now=now)
        actions.accept_appeal(
            appeal, actor=actor, now=now, matter=given["matter"], kind=given["kind"],
            region=given["region"], several=given["several"], suggested=suggested,
        )  # fmt: skip


class RejectForm(DeskStep):
    """Do not take it in: the rules suggest an exclusion and its channel, a person decides."""

    step = "reject_intake"
    title = gettext_lazy("不予受理")
    button = gettext_lazy("不予受理，告诉企业去哪里")
    look = "circle-x"
    done = gettext_lazy("已告诉企业不予受理的理由和应当去的渠道。企业可以提一次异议。")
    danger = True
    layout = "appeals/desk/_reject.html"

    exclusion = forms.ChoiceField(
        label=gettext_lazy("属于哪一类"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选择属于不受理范围的哪一类。"),
            "invalid_choice": gettext_lazy("请选择属于不受理范围的哪一类。"),
        },
    )
    reason = words_field(
        gettext_lazy("理由"), gettext_lazy("企业会看到。用企业听得懂的话写。"), rows=4
    )
    channel = words_field(gettext_lazy("应当去的渠道"), gettext_lazy("企业会看到。"), rows=3)

    def prepare(self) -> None:
        field = self.fields["exclusion"]
        assert isinstance(field, forms.ChoiceField)
        rules = self.city.scope
        field.choices = [(one.code, spoken(tuple(one.name))) for one in rules.exclusions]
        scope = self.about.suggestions.scope
        if scope:
            self.begin("exclusion", scope[0].code)
        if self.initial.get("exclusion") and not self.is_bound:
            self._fill(str(self.initial["exclusion"]), over=False)

    @property
    def instead(self) -> list[Row]:
        """The entries of the channel list that the firm will be shown for the chosen exclusion."""
        return rows_instead(self.city, self.typed("exclusion"), now=timezone.now())

    def help(self, asked: QueryDict) -> None:
        if asked.get("do") == "fill":
            self._fill(asked.get("exclusion", ""), over=True)

    def _fill(self, code: str, *, over: bool) -> None:
        """The words of the rules for an exclusion, to be put right by hand."""
        known = self.city.scope.get(code)
        if known is None:
            return
        for name, words in self._prepared(known).items():
            if over or not self.initial.get(name):
                self.initial[name] = words

    def _prepared(self, known: Exclusion) -> dict[str, str]:
        appeal = self.about.appeal
        channel = [for_the_firm(appeal, known.channel), known.channel.link]
        return {
            "reason": for_the_firm(appeal, known.reason),
            "channel": "\n".join(filter(None, channel)),
        }

    def clean(self) -> dict[str, Any] | None:
        """Words prepared for another exclusion would send the firm to the wrong door."""
        given = super().clean() or self.cleaned_data
        chosen = self.city.scope.get(given.get("exclusion", ""))
        if chosen is None:
            return given
        fitting = self._prepared(chosen)
        for other in self.city.scope.exclusions:
            for name, words in self._prepared(other).items():
                typed = "\n".join(given.get(name, "").split("\r\n"))
                if typed and typed == words != fitting[name]:
                    said = _(
                        "这是「%(other)s」的话，和您选的不是一类。请改写，"
                        "或者先点「套用这一类的理由和渠道」。"
                    )
                    self.add_error(name, said % {"other": spoken(tuple(other.name))})
        return given

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        suggested = keep_suggestions(self.about, "scope", "repeat", now=now)
        actions.reject_intake(
            appeal, actor=actor, now=now, exclusion=given["exclusion"], reason=given["reason"],
            channel=given["channel"], suggested=suggested,
        )  # fmt: skip


class AskFactsForm(DeskStep):
    """What is missing to decide or to answer; what is usually needed can be ticked."""

    step = "ask_for_facts"
    title = gettext_lazy("请企业补充")
    button = gettext_lazy("请企业补充")
    look = "message-report"
    why = gettext_lazy("计时暂停，最长到期限为止；到期没有补，提醒两次后停下，企业补了再接着办。")
    done = gettext_lazy("已请企业补充，计时暂停。")
    optional = frozenset({"asks"})

    asks = forms.MultipleChoiceField(
        label=gettext_lazy("这类事通常要补的"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )
    question = words_field(
        gettext_lazy("还要补充什么"),
        gettext_lazy("一次问全。例如：请提供用电户号和现有变压器容量。"),
    )

    def prepare(self) -> None:
        code = self.about.appeal.matter or self.about.suggestions.matter
        matter = next((one for one in self.city.matters if one.code == code), None)
        field = self.fields["asks"]
        assert isinstance(field, forms.MultipleChoiceField)
        # what is sent is in the language of the firm, what the official reads is in theirs
        self.words = {
            str(n): for_the_firm(self.about.appeal, one)
            for n, one in enumerate(matter.asks if matter else ())
        }
        field.choices = [
            (str(n), spoken(tuple(one))) for n, one in enumerate(matter.asks if matter else ())
        ]
        if not field.choices:
            del self.fields["asks"]

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        ticked = [self.words[code] for code in self.cleaned_data.get("asks", ())]
        question = "\n".join(filter(None, [*ticked, self.cleaned_data["question"]]))
        actions.ask_for_facts(appeal, actor=actor, now=now, question=question)


class FactsForm(DeskStep):
    """What the firm said when it was asked, written down for it."""

    step = "supply_facts"
    title = gettext_lazy("代企业记下补充的内容")
    button = gettext_lazy("记下补充，继续办理")
    look = "edit"
    why = gettext_lazy("企业在电话里或窗口补充的，在这里记下；计时从现在继续。")
    done = gettext_lazy("已记下补充的内容，计时继续。")
    first = True
    takes_files = True
    optional = frozenset({"files"})

    answer = words_field(gettext_lazy("企业补充了什么"))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.supply_facts(appeal, actor=actor, now=now, answer=self.cleaned_data["answer"])
        self.hand_in(appeal, actor=actor, now=now)


class DispatchForm(DeskStep):
    """Give the case to the unit that answers; the responsibility list suggests one and says why."""

    step = "dispatch"
    title = gettext_lazy("派单")
    button = gettext_lazy("派单")
    look = "send"
    done = gettext_lazy("已派单，承办单位和企业都收到了消息。")
    first = True
    optional = frozenset({"note"})
    names = {"why": "note"}
    intro = "appeals/desk/_about_dispatch.html"
    layout = "appeals/desk/_dispatch.html"

    unit = UnitField(label=gettext_lazy("承办单位"))
    note = words_field(
        gettext_lazy("派单说明"),
        gettext_lazy("没有按派单目录派的，必须写明原因；承办单位和企业会看到。"),
        rows=2,
    )
    several = forms.BooleanField(
        label=gettext_lazy("要几个单位一起办（适用更长的时限）"), required=False
    )

    def prepare(self) -> None:
        field = self.fields["unit"]
        assert isinstance(field, UnitField)
        back = {row.unit_id for row in self.about.case.dispatches if row.ended == "returned"}
        units = [unit for unit in self.about.units if unit.pk not in back]
        field.offer(units, home=self.city.region, empty=_("请选择承办单位"))
        suggested = self.about.suggestions.unit
        objection = self._last_objection()
        if objection is not None and objection.suggested is not None:
            self.begin("unit", objection.suggested.organisation.code)
        elif suggested is not None and suggested.pk not in back:
            self.begin("unit", suggested.organisation.code)
        self.begin("several", self.about.appeal.several)
        chosen = field.units.get(self.typed("unit"))
        self.chosen = chosen
        self.load = self.about.load(chosen)
        self.objection = objection

    def _last_objection(self) -> Any:
        """An objection that was upheld and names another unit."""
        upheld = [row for row in self.about.case.objections if row.outcome == "upheld"]
        return upheld[-1] if upheld else None

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given, found = self.cleaned_data, self.about.suggestions
        back = {row.unit_id for row in self.about.case.dispatches if row.ended == "returned"}
        # a unit that was let off is no suggestion any more: no reason is owed for passing it over
        suggested = None if found.unit is None or found.unit.pk in back else found.unit
        actions.dispatch_appeal(
            appeal, actor=actor, now=now, unit=given["unit"], why=given["note"],
            rule=(found.route.rule or "") if found.route and suggested else "",
            suggested=suggested, several=given["several"],
        )  # fmt: skip


class SettleObjectionForm(DeskStep):
    """Whose case it is, decided: the desk decides the first objection, a coordinator the second."""

    step = "settle_objection"
    rows = ("uphold", "dismiss")
    title = gettext_lazy("裁定派单异议")
    button = gettext_lazy("裁定")
    look = "gavel"
    done = gettext_lazy("已裁定，承办单位收到了消息。")
    first = True
    intro = "appeals/desk/_about_objection.html"

    outcome = forms.ChoiceField(
        label=gettext_lazy("异议成立吗"),
        choices=[
            ("uphold", gettext_lazy("成立：退回受理岗，另派单位")),
            ("dismiss", gettext_lazy("不成立：仍由这个单位办")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = words_field(gettext_lazy("裁定理由"), gettext_lazy("承办单位和企业会看到。"))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        upheld = given["outcome"] == "uphold"
        act = actions.uphold_objection if upheld else actions.dismiss_objection
        act(appeal, actor=actor, now=now, reason=given["reason"])

    @property
    def final(self) -> bool:
        """The second decision cannot be objected to."""
        return self.about.appeal.objections >= 2
