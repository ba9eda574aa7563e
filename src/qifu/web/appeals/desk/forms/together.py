"""Cases that belong together; files; and forgetting who asked."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import (
    may_attach,
    may_forget_requester,
    may_link,
    same_requester,
)
from qifu.appeals.selectors import appeals_visible_to
from qifu.appeals.states import BEFORE_REPLY, OPEN
from qifu.base.errors import BadInput
from qifu.organisations.permissions import Actor
from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.desk.forms.base import CHOOSE, DeskStep, number_field, words_field
from qifu.web.appeals.forms.appeal import matter_choices
from qifu.web.appeals.forms.fields import handed_in
from qifu.web.appeals.words import state_badge


def case_by_number(actor: Actor, number: str, field: str) -> Appeal:
    """Another case by its number, among those the official may see; BadInput at the field."""
    asked = "".join(number.replace("\x00", "").split()).upper()
    if not asked:
        raise BadInput(_("请填写另一件的编号，例如 SQ20261122-000123"), field=field)
    found = appeals_visible_to(actor).filter(number=asked).first()
    if found is None:
        raise BadInput(_("没有找到「%(number)s」，请核对编号。") % {"number": asked}, field=field)
    return found


class MergeForm(DeskStep):
    """Let this case follow another one that is not answered yet."""

    step = "merge"
    title = gettext_lazy("并单")
    button = gettext_lazy("并入这一件")
    look = "link"
    why = gettext_lazy("随主件办理和答复，保留自己的编号、到期日和评价；企业会收到消息。")
    done = gettext_lazy("已并入主件，随主件办理。")
    optional = frozenset({"pick"})

    pick = forms.ChoiceField(
        label=gettext_lazy("类似的诉求"),
        required=False,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    master = number_field(
        gettext_lazy("或者填主件的编号"), gettext_lazy("主件是同一家企业的，还没有答复。")
    )

    def prepare(self) -> None:
        field = self.fields["pick"]
        assert isinstance(field, forms.ChoiceField)
        rows = [
            one.appeal
            for one in self.about.case.similar
            if one.appeal.state in BEFORE_REPLY
            and one.appeal.merged_into_id is None
            and same_requester(self.about.appeal, one.appeal)
        ]
        field.choices = [(row.number, _row(row)) for row in rows]
        if not rows:
            del self.fields["pick"]
            self.fields["master"].label = _("主件的编号")

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        master = case_by_number(actor, given["master"] or given.get("pick", ""), "master")
        actions.merge_appeals(appeal, actor=actor, now=now, master=master)


def _row(appeal: Appeal) -> str:
    firm = appeal.enterprise.name if appeal.enterprise else appeal.requester
    return f"{appeal.number} · {state_badge(appeal.state).words} · {firm} · {appeal.title}"


class UnmergeForm(DeskStep):
    """The case goes on by itself."""

    step = "unmerge"
    title = gettext_lazy("取消并单")
    button = gettext_lazy("取消并单")
    look = "arrow-back-up"
    why = gettext_lazy("回到受理岗，单独办理；到期日一直没有停。")
    done = gettext_lazy("已取消并单，单独办理。")

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.unmerge_appeal(appeal, actor=actor, now=now)


class SplitForm(DeskStep):
    """Make some of the points a case of their own."""

    step = "split"
    title = gettext_lazy("拆出子件")
    button = gettext_lazy("拆出子件")
    look = "copy"
    why = gettext_lazy("归不同单位办的几点，拆成单独的一件，各有编号；提交时间不变。")
    done = gettext_lazy("已拆出子件。")
    optional = frozenset({"matter", "heading"})
    names = {"title": "heading"}

    points = forms.MultipleChoiceField(
        label=gettext_lazy("拆出哪几点"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )
    matter = forms.ChoiceField(
        label=gettext_lazy("子件的事项"), required=False, error_messages=CHOOSE
    )
    heading = forms.CharField(
        label=gettext_lazy("子件的标题"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("不填就取内容的第一句。"),
        error_messages={"max_length": gettext_lazy("最多 120 个字。")},
    )

    def prepare(self) -> None:
        self.child = ""
        points, matter = self.fields["points"], self.fields["matter"]
        assert isinstance(points, forms.MultipleChoiceField)
        assert isinstance(matter, forms.ChoiceField)
        points.choices = [
            (str(view.point.number), f"{view.point.number}. {view.point.text}")
            for view in self.about.case.points
        ]
        matter.choices = matter_choices(self.city)
        self.begin("matter", self.about.appeal.matter)

    @classmethod
    def ready(cls, about: About) -> bool:
        """Two points at least, and nothing that follows this case."""
        followed = any(row.kind == "follower" for row in about.case.related)
        return len(about.case.points) > 1 and not followed

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given: dict[str, Any] = self.cleaned_data
        child = actions.split_appeal(
            appeal, actor=actor, now=now, points=[int(one) for one in given["points"]],
            matter=given["matter"], title=given["heading"],
        )  # fmt: skip
        self.child = child.number

    def told(self) -> str:
        return _("已拆出子件 %(number)s。") % {"number": self.child}


class _Beside(DeskStep):
    """What is no step of the table: it changes no state."""

    @classmethod
    def in_table(cls, about: About) -> bool:
        return cls.theirs(about)


class LinkForm(_Beside):
    """Note that another case belongs to this one."""

    step = "link"
    title = gettext_lazy("关联另一件")
    button = gettext_lazy("关联")
    look = "link"
    why = gettext_lazy("只作记录，两件各自办理。")
    done = gettext_lazy("已关联。")
    optional = frozenset({"note"})

    other = number_field(gettext_lazy("另一件的编号"), gettext_lazy("例如：SQ20261122-000123"))
    kind = forms.ChoiceField(
        label=gettext_lazy("两件是什么关系"),
        choices=[
            ("repeat", gettext_lazy("重复提的")),
            ("duplicate", gettext_lazy("同一件")),
            ("related", gettext_lazy("有关")),
        ],
        widget=forms.RadioSelect,
        initial="related",
        error_messages=CHOOSE,
    )
    note = words_field(gettext_lazy("说明"), rows=2)

    @classmethod
    def theirs(cls, about: About) -> bool:
        return may_link(about.actor)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        given = self.cleaned_data
        other = case_by_number(actor, given["other"], "other")
        actions.link_appeals(
            appeal, actor=actor, now=now, other=other, kind=given["kind"], note=given["note"]
        )


class FilesForm(_Beside):
    """Files of the government side, for everybody in the case or for officials only."""

    step = "files"
    title = gettext_lazy("加附件")
    button = gettext_lazy("上传")
    look = "paperclip"
    done = gettext_lazy("附件已上传，检查后可以下载。")
    takes_files = True

    internal = forms.BooleanField(
        label=gettext_lazy("只给部门看，企业看不到"), required=False, initial=True
    )

    @classmethod
    def theirs(cls, about: About) -> bool:
        return may_attach(about.actor, about.appeal)

    @classmethod
    def ready(cls, about: About) -> bool:
        return about.appeal.state in OPEN

    def clean(self) -> None:
        if not self.cleaned_data.get("files") and "files" not in self.errors:
            self.add_error("files", _("请选择要上传的文件。"))

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        files = handed_in(self.cleaned_data["files"])
        internal = self.cleaned_data["internal"]
        actions.attach(appeal, actor=actor, now=now, files=files, internal=internal)


class ForgetForm(_Beside):
    """Empty who asked, when somebody has a right to it."""

    step = "forget_requester"
    title = gettext_lazy("清除联系人信息")
    button = gettext_lazy("清除联系人信息")
    look = "eye-off"
    why = gettext_lazy("清除联系人的姓名、电话和操作记录里的文字，不能恢复；办理过程和统计不变。")
    done = gettext_lazy("已清除联系人信息。")
    danger = True

    reason = words_field(
        gettext_lazy("根据什么清除"), gettext_lazy("例如：本人 11 月 20 日书面要求。"), rows=2
    )

    @classmethod
    def theirs(cls, about: About) -> bool:
        return may_forget_requester(about.actor)

    @classmethod
    def ready(cls, about: About) -> bool:
        appeal = about.appeal
        known = appeal.contact_name or appeal.contact_phone or appeal.requester
        return appeal.state not in OPEN and bool(known)

    def take(self, appeal: Appeal, *, actor: Actor, now: datetime) -> None:
        actions.forget_requester(appeal, actor=actor, now=now, reason=self.cleaned_data["reason"])
