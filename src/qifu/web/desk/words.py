"""Words for steps, things and papers: code to text, in one place; and what must be covered up."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.appeals.states import STEPS as APPEAL_STEPS
from qifu.appeals.states import State
from qifu.base.city import City
from qifu.base.models import JournalLine
from qifu.knowledge.states import AnswerState
from qifu.organisations.states import ClaimState, DisputeState, InvitationState, ReportState
from qifu.policies.states import DraftState
from qifu.web.appeals.words import clock_word
from qifu.web.words import day_text, language, spoken

Text = str | Promise

# papers that an officer checks before a firm gets its first owner
PAPERS: Final[Mapping[str, Text]] = {
    "licence": _("营业执照原件或加盖公章的复印件"),
    "legal_person_id": _("法定代表人身份证"),
    "authorisation": _("法定代表人签字的授权委托书"),
    "agent_id": _("办理人身份证"),
    "called_back": _("已按登记电话回拨，确认是企业本人申请"),
}
# reasons that come up again and again; the officer ticks them and may add words
REASONS: Final[Mapping[str, Text]] = {
    "unreadable": _("营业执照照片看不清，请重新上传清晰的原件照片。"),
    "no_authorisation": _("缺少法定代表人签字的授权委托书，请补交。"),
    "other_firm": _("材料上的企业名称或统一社会信用代码与申请的企业不一致，请核对。"),
    "not_reached": _("按登记电话没有联系上，请在工作时间保持电话畅通后再次提交。"),
}

_OTHER_STEPS: Final[Mapping[str, Text]] = {
    "submit_claim": _("提交认领"),
    "approve_claim": _("通过认领"),
    "refuse_claim": _("不通过认领"),
    "withdraw_claim": _("撤回认领"),
    "renew_way_in": _("重发开通链接"),
    "reveal_phone": _("查看申请人电话"),
    "make_token": _("新建程序令牌"),
    "revoke_token": _("停用程序令牌"),
    "make_webhook": _("新建推送地址"),
    "change_webhook": _("修改推送地址"),
    "pause_webhook": _("暂停推送"),
    "resume_webhook": _("恢复推送"),
    "delete_webhook": _("删除推送地址"),
    "rotate_webhook_secret": _("更换推送密钥"),
    "resend_delivery": _("重发推送"),
    "replay_events": _("重发以前的事件"),
    "rebuild_index": _("重建实时索引"),
    "make_feed_address": _("生成日历地址"),
    "revoke_feed_address": _("停用日历地址"),
    "invite": _("邀请成员"),
    "revoke_invitation": _("撤销邀请"),
    "accept_invitation": _("接受邀请"),
    "change_role": _("调整角色"),
    "end_membership": _("移除成员"),
    "give_consent": _("给出数据授权"),
    "revoke_consent": _("收回数据授权"),
    "declare_fact": _("填报资料"),
    "retract_fact": _("撤回填报"),
    "dispute_fact": _("提出资料异议"),
    "withdraw_dispute": _("撤回资料异议"),
    "correct_disputed_fact": _("更正资料"),
    "keep_disputed_fact": _("维持资料原值"),
    "make_report": _("生成政策报告"),
    "load_city": _("载入城市数据包"),
    "undo_load": _("恢复较早载入的城市数据"),
    "import_enterprises": _("导入企业"),
    "appoint": _("指定成员"),
    "forget_person": _("删除个人信息"),
    "forget_claim": _("删除认领材料"),
    "write_answer": _("编写解答"),
    "retire_answer": _("停用解答"),
    "upload_calendar": _("上传放假安排"),
    "add_channel": _("新增渠道"),
    "edit_channel": _("修改渠道"),
    "retire_channel": _("停用渠道"),
    "restore_channel": _("恢复渠道"),
    "check_channel": _("核对渠道"),
    "overrule_channel": _("数据包覆盖渠道的人工修改"),
    "report_channel": _("反映渠道有误"),
    "mend_channel_report": _("改正反映的错误"),
    "keep_channel_report": _("核对渠道无误"),
    "import_channels": _("批量更新渠道"),
    "make_draft": _("新建政策草稿"),
    "read_draft": _("读出政策草稿"),
    "give_up_draft": _("政策草稿没读出来"),
    "confirm_clause": _("确认草稿条目"),
    "mend_clause": _("修改草稿条目"),
    "drop_clause": _("去掉草稿条目"),
    "add_clause": _("添加草稿条目"),
    "reopen_clause": _("重新核对草稿条目"),
    "confirm_kind": _("成批确认草稿条目"),
    "fill_draft": _("补填政策草稿"),
    "undo_draft_step": _("撤回草稿的上一步"),
    "finish_draft": _("政策草稿核对完毕"),
    "reopen_draft": _("继续核对政策草稿"),
    "publish_draft": _("发布政策草稿"),
    "drop_draft": _("丢弃政策草稿"),
}
# the rows of the step table, and what happens to a case beside it
_APPEAL_STEPS: Final[Mapping[str, Text]] = {
    **{name: step.words for name, step in APPEAL_STEPS.items() if step.built},
    "attach": _("加附件"),
    "link": _("关联另一件"),
    "forget_requester": _("清除联系人信息"),
    "recompute_clock": _("按新日历重算时限"),
    "change_limit": _("按对应的时限规则重算"),
    "import_appeals": _("导入诉求"),
    "exchange_update": _("按对方工单更新"),
    "exchange_supplement": _("对方工单补充"),
    "exchange_conflict": _("对方工单与本站不一致"),
    "take_theirs": _("采用对方内容"),
    "keep_ours": _("维持我方内容"),
    "record_absence": _("登记不在岗"),
    "end_absence": _("结束不在岗"),
}
STEPS: Final[Mapping[str, Text]] = {**_OTHER_STEPS, **_APPEAL_STEPS}
# as a list of choices shows them: two groups
STEP_GROUPS: Final = (
    (pgettext_lazy("栏目", "诉求"), tuple(_APPEAL_STEPS.items())),
    (_("其他"), tuple(_OTHER_STEPS.items())),
)
KINDS: Final[Mapping[str, Text]] = {
    "enterprise": pgettext_lazy("一件", "企业"),
    "claim": pgettext_lazy("一件", "认领申请"),
    "dispute": pgettext_lazy("一件", "资料异议"),
    "invitation": pgettext_lazy("一件", "邀请"),
    "membership": pgettext_lazy("一件", "成员"),
    "consent": pgettext_lazy("一件", "数据授权"),
    "storedreport": pgettext_lazy("一件", "政策报告"),
    "cityload": pgettext_lazy("一件", "城市数据包"),
    "answer": pgettext_lazy("一件", "解答"),
    "appeal": pgettext_lazy("一件", "诉求"),
    "absence": pgettext_lazy("一件", "不在岗登记"),
    "calendarupload": pgettext_lazy("一件", "放假安排"),
    "user": pgettext_lazy("一件", "账号"),
    "channel": pgettext_lazy("一件", "服务渠道"),
    "channelreport": pgettext_lazy("一件", "渠道纠错"),
    "policydraft": pgettext_lazy("一件", "政策草稿"),
}
_STATES: Final[Mapping[str, Mapping[str, Text]]] = {
    "claim": dict(ClaimState.choices),
    "dispute": dict(DisputeState.choices),
    "invitation": dict(InvitationState.choices),
    "answer": dict(AnswerState.choices),
    "appeal": dict(State.choices),
    "channelreport": dict(ReportState.choices),
    "policydraft": dict(DraftState.choices),
}
_WITHHELD_STEPS: Final = frozenset({"dispute_fact", "correct_disputed_fact", "keep_disputed_fact"})
_FACT_STEPS: Final = frozenset({"declare_fact", "retract_fact"})
# of a case only what holds no words of a firm or about it: numbers, points, days
_OPEN_OF_APPEALS: Final = frozenset(
    {"link", "merge", "unmerge", "split", "recompute_clock", "change_limit"}
)
# an identity number, a mobile number, a number with an area code, an address of e-mail
_PERSONAL = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|\+?(?:86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)"
    r"|[\w.+-]+@[\w-]+\.[\w.]+"
)


def step_word(step: str) -> str:
    """A step of the journal in words; its code where it has none."""
    return str(STEPS.get(step, step))


def kind_word(kind: str) -> str:
    """What a line is about, in words."""
    return str(KINDS.get(kind, kind))


def state_word(kind: str, state: str, city: City | None) -> str:
    """A state or a role in words."""
    if kind == "membership" and city and state in city.roles:
        return spoken(city.roles[state].name)
    return str(_STATES.get(kind, {}).get(state, state))


def note_words(line: JournalLine, city: City | None, *, of_case: bool = False) -> str:
    """The note of a line as a person reads it: codes in words, personal data covered up.

    What was written about a disputed fact may hold figures that need the firm's consent, and what
    was written in an appeal is for those who see the appeal: both are read on the page of the case
    (`of_case`) and nowhere else.
    """
    note = getattr(line, "note", None)
    if note is None:
        return ""
    if not of_case and _withheld(line):
        return str(_("内容只在该件的页面上看"))
    text = str(note.text)
    if line.step in ("recompute_clock", "change_limit"):
        return _moved(text)
    if line.step == "link":
        return text.partition(" ")[2]
    if line.step in _FACT_STEPS:
        return fact_word(text, city)
    if line.step == "approve_claim":
        return _joined(text, {code: str(word) for code, word in PAPERS.items()})
    if line.step == "give_consent" and city:
        return _joined(text, {code: spoken(name) for code, name in city.groups.items()})
    if line.step == "invite":
        return state_word("membership", text, city)
    return covered(text)


def _withheld(line: JournalLine) -> bool:
    of_appeal = line.subject_kind == "appeal" and line.step not in _OPEN_OF_APPEALS
    return of_appeal or line.step in _WITHHELD_STEPS


def _moved(text: str) -> str:
    """reply: 2026-10-09T18:00:00+08:00 -> … as 答复：10月9日 → 10月12日."""
    clock, _colon, days = text.partition(": ")
    try:
        old, new = (
            day_text(timezone.localdate(datetime.fromisoformat(day))) for day in days.split(" -> ")
        )
    except ValueError:
        return text
    return str(_("%(clock)s：%(old)s → %(new)s")) % {
        "clock": clock_word(clock), "old": old, "new": new,
    }  # fmt: skip


def fact_word(key: str, city: City | None) -> str:
    """revenue@2025 as 营业收入（2025 年）."""
    name, _at, year = key.partition("@")
    attribute = city.catalogue.get(name) if city else None
    label = attribute.label(language()) if attribute else name
    if not year:
        return label
    return f"{label} ({year})" if language() == "en" else f"{label}（{year}年）"


def _joined(text: str, words: Mapping[str, str]) -> str:
    between = ", " if language() == "en" else "、"
    return between.join(words.get(code, code) for code in text.split("、"))


def covered(text: Any) -> str:
    """Text with numbers of identity cards, telephones and addresses of e-mail covered up."""
    return _PERSONAL.sub(lambda found: covered_number(found[0]), str(text))


def covered_number(number: str) -> str:
    """138****0000: enough to tell two apart, not enough to call."""
    if "@" in number:
        return number[0] + "***@" + number.partition("@")[2]
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def covered_name(name: str) -> str:
    """王**: the family name of somebody who does not act for a public office."""
    return name[:1] + "*" * max(1, min(2, len(name) - 1)) if name else ""
