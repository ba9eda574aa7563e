"""The callback desk: every attempt, and what came of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qifu.appeals import actions
from qifu.appeals.actions.callbacks import ATTEMPTS, missed_half_days
from qifu.appeals.models import Appeal
from qifu.appeals.selectors import rule_set_of
from qifu.knowledge.selectors import laws_carried
from qifu.organisations.permissions import Actor
from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.desk.forms.base import (
    CHOOSE,
    DeskStep,
    channel_field,
    words_field,
    yes_no,
)
from qifu.web.words import spoken


class AttemptForm(DeskStep):
    """One try to reach the firm."""

    step = "attempt_callback"
    title = gettext_lazy("记录回访")
    button = gettext_lazy("记下这次回访")
    look = "phone"
    why = gettext_lazy("每次联系都记，没有联系上的也记；上午和下午各算一个半天。")
    done = gettext_lazy("已记下这次回访。")
    first = True

    channel = channel_field()
    reached = yes_no(
        gettext_lazy("联系上了吗"), gettext_lazy("联系上了"), gettext_lazy("没有联系上")
    )
    note = words_field(gettext_lazy("企业说了什么"), gettext_lazy("没有联系上的可以不填。"))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        actions.attempt_callback(
            appeal, actor=actor, now=now, channel=given["channel"], reached=given["reached"],
            note=given["note"],
        )  # fmt: skip


class WantsMoreForm(DeskStep):
    """Verified: it goes on, with the same unit, on a new clock."""

    step = "wants_more"
    title = gettext_lazy("核实：要求继续办理")
    button = gettext_lazy("退回重办")
    look = "refresh"
    why = gettext_lazy("回到原承办单位，重新计时；企业和承办单位都会收到消息。")
    done = gettext_lazy("已退回原承办单位重办，重新计时。")

    note = words_field(gettext_lazy("还有什么没有解决"), gettext_lazy("承办单位按这个重办。"))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.wants_more(appeal, actor=actor, now=now, note=self.cleaned_data["note"])


class ProposeForm(DeskStep):
    """Nothing more can be done under a clause: a coordinator decides whether it ends there."""

    step = "propose_justified"
    title = gettext_lazy("申请按政策法规所限办结")
    button = gettext_lazy("提出申请")
    look = "scale"
    why = gettext_lazy("写明是哪一条规定、怎样向企业解释；协调岗批准后办结，并记为政策缺口。")
    done = gettext_lazy("已提出申请，等协调岗决定。")
    optional = frozenset({"law", "article"})

    clause = forms.CharField(
        label=gettext_lazy("是哪一条规定"),
        help_text=gettext_lazy("例如：注册不满一年的企业不能申报。"),
        required=False,
        max_length=300,
        error_messages={"max_length": gettext_lazy("最多 300 个字。")},
    )
    law = forms.ChoiceField(
        label=gettext_lazy("法规库里的法规"), required=False, error_messages=CHOOSE
    )
    article = forms.CharField(
        label=gettext_lazy("第几条"),
        required=False,
        max_length=24,
        help_text=gettext_lazy("例如：第十二条"),
        error_messages={"max_length": gettext_lazy("写成：第十二条")},
    )
    explanation = words_field(
        gettext_lazy("解释"), gettext_lazy("企业会看到：为什么办不到，还有什么别的办法。"), rows=4
    )

    def prepare(self) -> None:
        field = self.fields["law"]
        assert isinstance(field, forms.ChoiceField)
        laws = [(law.code, spoken((law.title, law.title_en))) for law in laws_carried()]
        field.choices = [("", _("没有，只写上面一条")), *laws]

    @classmethod
    def ready(cls, about: About) -> bool:
        callback = about.case.callback
        return callback is not None and callback.proposed_at is None

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given: dict[str, Any] = self.cleaned_data
        actions.propose_justified(
            appeal, actor=actor, now=now, clause=given["clause"], law=given["law"],
            article=given["article"], explanation=given["explanation"],
        )  # fmt: skip


class UnreachableForm(DeskStep):
    """Nobody answered, in as many half-days as the rules ask."""

    step = "close_unreachable"
    title = gettext_lazy("联系不上，办结")
    button = gettext_lazy("联系不上，办结")
    look = "circle-minus"
    done = gettext_lazy("已按联系不上办结，单独统计。企业可以要求重办。")
    danger = True
    optional = frozenset({"note"})

    note = words_field(gettext_lazy("说明"), rows=2)

    @property
    def because(self) -> str:
        needed = _needed(self.about)
        return ngettext(
            "已经在不同的半天联系过 %(tried)s 次，够规定的 %(needed)s 次。办结后单独统计。",
            "已经在不同的半天联系过 %(tried)s 次，够规定的 %(needed)s 次。办结后单独统计。",
            needed,
        ) % {"tried": _tried(self.about), "needed": needed}

    @classmethod
    def ready(cls, about: About) -> bool:
        return about.case.callback is not None and _tried(about) >= _needed(about)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.close_unreachable(appeal, actor=actor, now=now, note=self.cleaned_data["note"])


def _needed(about: About) -> int:
    return rule_set_of(about.appeal).number("callback_attempts", ATTEMPTS)


def _tried(about: About) -> int:
    return len(missed_half_days(about.case.callback)) if about.case.callback else 0


class AskConfirmationForm(DeskStep):
    """The firm says it was a slip, or takes its rating back: it confirms that itself."""

    step = "ask_confirmation"
    title = gettext_lazy("请企业确认点错或撤回评价")
    button = gettext_lazy("请企业确认")
    look = "mail"
    why = gettext_lazy("企业在电话里说点错了，也要它自己在网上确认，才能办结。")
    done = gettext_lazy("已请企业确认。")
    optional = frozenset({"note"})

    note = words_field(gettext_lazy("说明"), rows=2)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.ask_confirmation(appeal, actor=actor, now=now, note=self.cleaned_data["note"])
