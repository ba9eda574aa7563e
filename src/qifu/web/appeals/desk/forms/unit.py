"""The unit's work: acknowledge, contact, assign, object, pass on once, ask for more days."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.appeals import actions
from qifu.appeals.actions.handling import is_below
from qifu.appeals.models import Appeal
from qifu.appeals.selectors.clocks import limit_for
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor
from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.desk.forms.base import (
    DeskStep,
    PersonField,
    UnitField,
    channel_field,
    days_field,
    words_field,
    yes_no,
)

LONGEST_PERSON = 60


class AcknowledgeForm(DeskStep):
    """The unit takes the case."""

    step = "acknowledge"
    title = gettext_lazy("签收")
    button = gettext_lazy("签收")
    look = "check"
    why = gettext_lazy("归本单位办的就签收；签收以后不能再提派单异议。")
    done = gettext_lazy("已签收。请在时限内联系企业。")
    first = True

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.acknowledge(appeal, actor=actor, now=now)


class ContactForm(DeskStep):
    """Whom the unit spoke with, how, with what result."""

    step = "contact"
    title = gettext_lazy("记录联系")
    button = gettext_lazy("记下这次联系")
    look = "phone"
    why = gettext_lazy("联系上了，联系企业的时限才算做到；没有联系上的也请记下。")
    done = gettext_lazy("已记下这次联系。")

    person = forms.CharField(
        label=gettext_lazy("联系了谁"),
        max_length=LONGEST_PERSON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("最多 60 个字。")},
    )
    channel = channel_field()
    reached = yes_no(
        gettext_lazy("联系上了吗"), gettext_lazy("联系上了"), gettext_lazy("没有联系上")
    )
    result = words_field(
        gettext_lazy("结果"),
        gettext_lazy("企业会看到。例如：已核实，企业说用电户号换过，明天补发。"),
    )

    def prepare(self) -> None:
        if self.about.case.contact_visible:
            self.begin("person", self.about.appeal.contact_name)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        actions.record_contact(
            appeal, actor=actor, now=now, person=given["person"], channel=given["channel"],
            reached=given["reached"], result=given["result"],
        )  # fmt: skip


class AssignForm(DeskStep):
    """Give it to a colleague, knowing what everybody has."""

    step = "assign"
    title = gettext_lazy("交给同事办理")
    button = gettext_lazy("交给这位同事")
    look = "user"
    done = gettext_lazy("已交给同事，对方收到了消息。")

    user = PersonField(label=gettext_lazy("办理人"))

    def prepare(self) -> None:
        field = self.fields["user"]
        assert isinstance(field, PersonField)
        field.offer(self.about.colleagues)
        if self.about.appeal.handler_id:
            self.begin("user", str(self.about.appeal.handler_id))

    @classmethod
    def ready(cls, about: About) -> bool:
        return bool(about.colleagues)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.assign_case(appeal, actor=actor, now=now, user=self.cleaned_data["user"])


class ObjectForm(DeskStep):
    """Not ours, for this reason, on this basis, but theirs."""

    step = "object"
    title = gettext_lazy("提出派单异议")
    button = gettext_lazy("提出派单异议")
    look = "arrows-exchange"
    done = gettext_lazy("已提出派单异议，等裁定。答复的计时不停。")
    danger = True
    optional = frozenset({"suggested"})

    reason = words_field(gettext_lazy("为什么不归本单位"), gettext_lazy("企业会看到这段理由。"))
    basis = words_field(gettext_lazy("依据"), gettext_lazy("例如：三定规定第几条。"), rows=2)
    suggested = UnitField(label=gettext_lazy("建议由谁办"), required=False)

    def prepare(self) -> None:
        field = self.fields["suggested"]
        assert isinstance(field, UnitField)
        units = [unit for unit in self.about.units if unit.pk != self.about.appeal.lead_id]
        field.offer(units, home=self.city.region, empty=_("不清楚"))

    @property
    def because(self) -> str:
        if self.about.appeal.objections:
            return _("这是第二次，也是最后一次：由协调岗终审，裁定以后不能再提。答复的计时不停。")
        return _("签收以前、异议期内可以提；由受理岗裁定。答复的计时不停。")

    @classmethod
    def ready(cls, about: About) -> bool:
        """While the window for it is open, where the rule set has one."""
        windows = [v for v in about.case.clocks if v.clock.name == "objection"]
        live = [v for v in windows if v.clock.state == "running" and v.clock.due_at >= about.now]
        return bool(live) or limit_for(about.appeal, "objection") is None

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        actions.object_to_dispatch(
            appeal, actor=actor, now=now, reason=given["reason"], basis=given["basis"],
            suggested=given["suggested"],
        )  # fmt: skip


class TransferForm(DeskStep):
    """Pass it down, once."""

    step = "transfer"
    title = gettext_lazy("转下级单位")
    button = gettext_lazy("转给这个单位")
    look = "arrow-right"
    why = gettext_lazy("只能转一次，只能转给下级或所辖区的单位；企业的到期日不变。")
    done = gettext_lazy("已转下级单位，对方和企业都收到了消息。")
    optional = frozenset({"note"})
    names = {"why": "note"}

    unit = UnitField(label=gettext_lazy("转给"))
    note = words_field(gettext_lazy("说明"), gettext_lazy("企业会看到。"), rows=2)

    def prepare(self) -> None:
        field = self.fields["unit"]
        assert isinstance(field, UnitField)
        field.offer(_below(self.about), home=self.city.region, empty=_("请选择下级单位"))

    @classmethod
    def ready(cls, about: About) -> bool:
        return bool(_below(about))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        actions.transfer(appeal, actor=actor, now=now, unit=given["unit"], why=given["note"])


def _below(about: About) -> list[Unit]:
    """The units that the lead may pass a case on to: those of the place first."""
    own = next((unit for unit in about.units if unit.pk == about.appeal.lead_id), None)
    if own is None:
        return []
    below = [unit for unit in about.units if unit.pk != own.pk and is_below(unit, own)]
    place = about.appeal.region
    return sorted(below, key=lambda unit: (not place or unit.region != place, unit.pk))


class AskExtensionForm(DeskStep):
    """More days, before it is due, once a round; a coordinator decides."""

    step = "ask_extension"
    title = gettext_lazy("申请延期")
    button = gettext_lazy("申请延期")
    look = "calendar-plus"
    why = gettext_lazy("到期之前申请，一轮只能一次，由协调岗决定；决定以前到期日不变。")
    done = gettext_lazy("已申请延期，等协调岗决定。")

    days = days_field(gettext_lazy("要延几天"), gettext_lazy("和答复时限同样的算法。"))
    reason = words_field(gettext_lazy("为什么不能按期办结"))

    @classmethod
    def ready(cls, about: About) -> bool:
        """Not asked for in this round, and not too late."""
        if any(row.round == about.appeal.round for row in about.case.extensions):
            return False
        reply = [v for v in about.case.running if v.clock.name == "reply"]
        return bool(reply) and reply[0].clock.due_at >= about.now

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        actions.ask_extension(
            appeal, actor=actor, now=now, days=given["days"], reason=given["reason"]
        )
