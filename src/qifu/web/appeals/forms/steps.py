"""One form for each step that a firm takes on its case; each knows which action it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.selectors.limits import file_limits
from qifu.base.city import City
from qifu.organisations.permissions import Actor
from qifu.web.appeals.forms.appeal import types_words
from qifu.web.appeals.forms.fields import LongText, files_field, handed_in
from qifu.web.appeals.words import LEVELS
from qifu.web.words import spoken

Text = str | Promise


class StepForm(forms.Form):
    """A step: its name, what its button says, what is said when it is done, what it does."""

    step: ClassVar[str]
    title: ClassVar[Text]
    button: ClassVar[Text]
    look: ClassVar[str]
    why: ClassVar[Text] = ""
    done: ClassVar[Text]
    danger: ClassVar[bool] = False
    # shown opened on top of the page: the case waits for the firm
    first: ClassVar[bool] = False
    takes_files: ClassVar[bool] = False

    def __init__(self, city: City, *args: Any, **given: Any) -> None:
        given.setdefault("auto_id", f"{self.step}_%s")
        super().__init__(*args, **given)
        self.city = city
        if self.takes_files:
            limits = file_limits(city)
            self.fields["files"] = files_field(
                _("附件"),
                _("最多 %(most)s 个，每个不超过 %(size)s MB：%(types)s。")
                % {
                    "most": limits.most,
                    "size": limits.largest_mb,
                    "types": types_words(limits.types),
                },
            )

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        """Do it; the room's refusals are the caller's to show."""
        raise NotImplementedError

    def hand_in(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        """Put the files that came along on the case, after the step: it may have opened it."""
        files = handed_in(self.cleaned_data.get("files") or [])
        if files:
            actions.attach(appeal, files=files, actor=actor, now=now)


class SupplyFactsForm(StepForm):
    """What the intake desk had asked for."""

    step = "supply_facts"
    title = gettext_lazy("补充材料")
    button = gettext_lazy("提交补充")
    look = "send"
    done = gettext_lazy("已补充，受理岗会接着办。计时从现在继续。")
    first = True
    takes_files = True

    answer = LongText(label=gettext_lazy("您的说明"), rows=5)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.supply_facts(appeal, answer=self.cleaned_data["answer"], actor=actor, now=now)
        self.hand_in(appeal, actor=actor, now=now)


class ResumeForm(SupplyFactsForm):
    """The same after the time for it had passed."""

    step = "resume"
    title = gettext_lazy("继续办理")
    button = gettext_lazy("补充并继续办理")
    done = gettext_lazy("已恢复办理，受理岗会接着办。")

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.resume_lapsed(appeal, answer=self.cleaned_data["answer"], actor=actor, now=now)
        self.hand_in(appeal, actor=actor, now=now)


class ContestForm(StepForm):
    """The firm says why its appeal belongs here after all."""

    step = "contest"
    title = gettext_lazy("对不予受理提出异议")
    button = gettext_lazy("提出异议")
    look = "message-report"
    why = gettext_lazy("只能提一次。改为受理的，仍按最初提交的时间计时。")
    done = gettext_lazy("异议已提出，受理岗会重新看。")
    takes_files = True

    reason = LongText(
        label=gettext_lazy("为什么应当受理"),
        help_text=gettext_lazy("例如：不是诉讼中的事，合同纠纷已于 3 月结案，现在问的是办证。"),
    )

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.contest_rejection(appeal, reason=self.cleaned_data["reason"], actor=actor, now=now)
        self.hand_in(appeal, actor=actor, now=now)


class RateForm(StepForm):
    """Five levels, what was good or bad, whether it is solved, and words."""

    step = "rate"
    title = gettext_lazy("评价这次答复")
    button = gettext_lazy("提交评价")
    look = "star"
    why = gettext_lazy("评价“不满意”或“非常不满意”的，回访岗会联系您，核实后重办或说明理由。")
    done = gettext_lazy("已收到您的评价。")
    first = True

    level = forms.TypedChoiceField(
        label=gettext_lazy("您满意吗"),
        choices=[(str(code), words) for code, words in LEVELS.items()],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选择满意程度。"),
            "invalid_choice": gettext_lazy("请选择满意程度。"),
        },
    )
    solved = forms.ChoiceField(
        label=gettext_lazy("问题解决了吗"),
        choices=[("yes", gettext_lazy("解决了")), ("no", gettext_lazy("没有解决"))],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("请选择一项。")},
    )
    good = forms.MultipleChoiceField(
        label=gettext_lazy("哪里好"), required=False, widget=forms.CheckboxSelectMultiple
    )
    bad = forms.MultipleChoiceField(
        label=gettext_lazy("哪里不好"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = LongText(label=gettext_lazy("还想说的"), rows=3)

    def __init__(self, city: City, *args: Any, **given: Any) -> None:
        super().__init__(city, *args, **given)
        tags = city.appeals.get("rating_tags") or {}
        for name in ("good", "bad"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(row["code"], spoken(row["name"])) for row in tags.get(name, ())]
            field.error_messages["invalid_choice"] = _("请从列表中选择。")

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        # the tags of the other side stand on the page without script; they do not count
        tags = given["good"] if given["level"] >= 3 else given["bad"]
        solved = {"yes": True, "no": False}.get(given["solved"])
        actions.rate(
            appeal,
            level=given["level"],
            tags=tags,
            solved=solved,
            text=given["text"],
            actor=actor,
            now=now,
        )


class ConfirmForm(StepForm):
    """The firm says that the bad rating was not meant, or is taken back."""

    step = "confirm_closed"
    title = gettext_lazy("确认办结")
    button = gettext_lazy("确认办结")
    look = "circle-check"
    why = gettext_lazy("只有评价点错了，或您想撤回不满意的评价，才确认；否则请等回访岗联系您。")
    done = gettext_lazy("已确认办结。")

    reason = forms.ChoiceField(
        label=gettext_lazy("原因"),
        choices=[
            ("misclick", gettext_lazy("评价点错了")),
            ("withdrawn", gettext_lazy("撤回不满意的评价")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选择原因。"),
            "invalid_choice": gettext_lazy("请选择原因。"),
        },
    )

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.confirm_closed(appeal, reason=self.cleaned_data["reason"], actor=actor, now=now)


class ReopenForm(StepForm):
    """New facts bring a closed case back."""

    step = "reopen"
    title = gettext_lazy("要求重办")
    button = gettext_lazy("要求重办")
    look = "refresh"
    why = gettext_lazy("有新的情况或材料，可以要求原承办单位重办，重新计时。")
    done = gettext_lazy("已要求重办，原承办单位会接着办，重新计时。")
    takes_files = True

    reason = LongText(
        label=gettext_lazy("有什么新的情况"),
        help_text=gettext_lazy("例如：答复说 10 月底到账，到今天还没有收到。"),
    )

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.reopen(appeal, reason=self.cleaned_data["reason"], actor=actor, now=now)
        self.hand_in(appeal, actor=actor, now=now)


class WithdrawForm(StepForm):
    """The firm no longer wants an answer."""

    step = "withdraw"
    title = gettext_lazy("撤回诉求")
    button = gettext_lazy("撤回诉求")
    look = "circle-off"
    why = gettext_lazy("撤回后不再办理，也不能恢复；以后可以重新提交。承办单位会收到通知。")
    done = gettext_lazy("已撤回。以后需要时可以重新提交。")
    danger = True

    reason = LongText(label=gettext_lazy("撤回原因"), rows=2)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.withdraw(appeal, reason=self.cleaned_data["reason"], actor=actor, now=now)


class FilesForm(StepForm):
    """More files while somebody still has to read them; no step of the table."""

    step = "files"
    title = gettext_lazy("补充附件")
    button = gettext_lazy("上传")
    look = "paperclip"
    done = gettext_lazy("附件已上传，检查后承办单位就能看到。")
    takes_files = True

    def clean(self) -> None:
        if not self.cleaned_data.get("files") and "files" not in self.errors:
            self.add_error("files", _("请选择要上传的文件。"))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        self.hand_in(appeal, actor=actor, now=now)


FORMS: Mapping[str, Callable[..., StepForm]] = {
    form.step: form
    for form in (  # in the order of the page
        SupplyFactsForm, ResumeForm, RateForm, ConfirmForm, ContestForm, ReopenForm, FilesForm,
        WithdrawForm,
    )
}  # fmt: skip
# the rows of the step table that one form serves
SERVED_BY: Mapping[str, str] = {"rate_satisfied": "rate", "rate_dissatisfied": "rate"}
