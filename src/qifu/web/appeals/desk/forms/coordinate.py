"""Coordination: more days, reminders, numbered notices, escalation, closings that are justified."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.knowledge.selectors import citation
from qifu.organisations.permissions import Actor
from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.desk.forms.base import CHOOSE, DeskStep, days_field, words_field

FIRST_DAYS = 3  # working days that a supervision notice gives, unless another number is written


class DecideExtensionForm(DeskStep):
    """More days, or not."""

    step = "decide_extension"
    rows = ("grant_extension", "refuse_extension")
    title = gettext_lazy("决定延期申请")
    button = gettext_lazy("决定")
    look = "calendar-due"
    done = gettext_lazy("已决定，承办单位收到了消息；同意的，企业也收到新的到期日。")
    first = True
    optional = frozenset({"days", "reason"})
    intro = "appeals/desk/_about_extension.html"

    outcome = forms.ChoiceField(
        label=gettext_lazy("同意延期吗"),
        choices=[("grant", gettext_lazy("同意")), ("refuse", gettext_lazy("不同意"))],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    days = days_field(gettext_lazy("延几天"), gettext_lazy("同意时填写，可以比申请的少。"))
    reason = words_field(
        gettext_lazy("理由"), gettext_lazy("不同意的必须写明；同意的，企业会看到。")
    )

    def prepare(self) -> None:
        asked = self.about.case.extension
        self.fields["days"].required = False
        if asked is not None:
            self.begin("days", asked.days)

    @classmethod
    def ready(cls, about: About) -> bool:
        return about.case.extension is not None

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        actions.decide_extension(
            appeal, actor=actor, now=now, grant=given["outcome"] == "grant",
            reason=given["reason"], days=given["days"],
        )  # fmt: skip


class DecideJustifiedForm(DeskStep):
    """Whether a case may end by a clause that stands against it; never by who proposed it."""

    step = "decide_justified"
    rows = ("approve_justified", "decline_justified")
    title = gettext_lazy("审批按所限办结")
    button = gettext_lazy("决定")
    look = "scale"
    why = gettext_lazy("批准后这件诉求办结，单独统计，并记为政策缺口给管政策的人员看。")
    done = gettext_lazy("已决定，回访岗和企业会收到消息。")
    first = True
    optional = frozenset({"note"})
    intro = "appeals/desk/_about_justified.html"

    outcome = forms.ChoiceField(
        label=gettext_lazy("批准吗"),
        choices=[
            ("approve", gettext_lazy("批准：按政策法规所限办结")),
            ("decline", gettext_lazy("不批准：回访岗继续核实")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    note = words_field(gettext_lazy("意见"), gettext_lazy("不批准的必须写明为什么。"))

    def prepare(self) -> None:
        callback = self.about.case.callback
        self.own = callback is not None and callback.proposed_by_id == self.about.actor.user_id
        if self.own:
            field = self.fields["outcome"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("decline", _("不批准：回访岗继续核实"))]

    @property
    def basis(self) -> dict[str, str] | None:
        """The law of the knowledge base, where it was named."""
        row = self.about.case.callback
        if row is None or not row.clause_law:
            return None
        return citation({"law": row.clause_law, "article": row.clause_article})

    @classmethod
    def ready(cls, about: About) -> bool:
        callback = about.case.callback
        return callback is not None and callback.proposed_at is not None

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        approve = given["outcome"] == "approve"
        act = actions.approve_justified if approve else actions.decline_justified
        act(appeal, actor=actor, now=now, note=given["note"])


class RemindForm(DeskStep):
    """Urge whoever has to act."""

    step = "remind"
    title = gettext_lazy("催办")
    button = gettext_lazy("催办")
    look = "bell"
    done = gettext_lazy("已催办，现在该办的人收到了消息。")

    note = words_field(
        gettext_lazy("要催办什么"), gettext_lazy("例如：今天 18 点前联系企业。"), rows=2
    )

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.remind(appeal, actor=actor, now=now, note=self.cleaned_data["note"])


class SuperviseForm(DeskStep):
    """A numbered notice to the unit that has to act."""

    step = "supervise"
    title = gettext_lazy("发督办书")
    button = gettext_lazy("发督办书")
    look = "flag"
    why = gettext_lazy("按年编号，发给现在该办的单位，不能撤回。")
    done = gettext_lazy("已发督办书。")

    reason = words_field(gettext_lazy("为什么督办"))
    until_days = days_field(
        gettext_lazy("几个工作日内办到"), gettext_lazy("从今天起算，今天不算。")
    )

    def prepare(self) -> None:
        self.number = ""
        self.begin("until_days", FIRST_DAYS)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        notice = actions.supervise(
            appeal, actor=actor, now=now, reason=given["reason"], until_days=given["until_days"]
        )
        self.number = str(notice)

    def told(self) -> str:
        return _("已发出%(number)s。") % {"number": self.number}


class EscalateForm(DeskStep):
    """Under the coordinators' lead, once."""

    step = "escalate"
    title = gettext_lazy("提级办理")
    button = gettext_lazy("提级办理")
    look = "star"
    why = gettext_lazy("由协调岗牵头，承办单位照常办；只能提一次。")
    done = gettext_lazy("已提级办理，协调岗和承办单位收到了消息。")

    reason = words_field(gettext_lazy("为什么提级"))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.escalate(appeal, actor=actor, now=now, reason=self.cleaned_data["reason"])
