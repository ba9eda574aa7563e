"""What each figure counts, of what, and what stands outside, in words: the working definitions.

No law holds a formula for 响应率, 解决率 and 满意率 (FIELD §1.1): working definitions. Each
rate names its sets; a case outside of them is counted as such and can be looked at.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from qifu.rulebook.words import Words


class Formula(NamedTuple):
    """`kind` rate (share), mean or count; `counted` ÷ `of`; `excluded` is what stands outside."""

    code: str
    kind: str
    name: Words
    counted: Words
    of: Words = Words("", "")
    excluded: Words = Words("", "")

    @property
    def text(self) -> Words:
        """The whole formula in one sentence a language."""
        if self.kind == "count":
            return self.counted
        zh = f"{self.counted.zh} ÷ {self.of.zh}。不计入：{self.excluded.zh}。"
        en = f"{self.counted.en} ÷ {self.of.en}. Outside: {self.excluded.en}."
        return Words(zh, en)


_RATES: Final = (
    Formula(
        "response_rate", "rate", Words("响应率", "Response rate"),
        Words("联系时限都按时的诉求", "cases whose firm was contacted within every contact limit"),
        Words("联系时限已到或已联系的诉求", "cases contacted or past the contact limit"),
        Words("还没到期的、没有联系时限的、未到期就不用联系了的",
              "limit still running, no contact limit, no longer needed before it was over"),
    ),
    Formula(
        "on_time_rate", "rate", Words("按时率", "On time"),
        Words("每一轮答复都按时的诉求", "cases answered within the limit in every round"),
        Words("已答复或答复时限已过的诉求", "cases that were answered or whose limit is over"),
        Words("还没到期的、到期前撤回或不予受理的",
              "limit still running, withdrawn or not accepted before it was over"),
    ),
    Formula(
        "resolution_rate", "rate", Words("解决率", "Resolution rate"),
        Words("企业说已解决的诉求", "cases that the firm says are solved"),
        Words("企业明确说了是否解决的诉求", "cases of which the firm says whether they are solved"),
        Words("没有评价的、没说是否解决的、撤回评价的、评价后又要求重办的",
              "not rated, not said, rating withdrawn, reopened after the rating"),
    ),
    Formula(
        "satisfaction_rate", "rate", Words("满意率", "Satisfaction rate"),
        Words("最近一次评价为非常满意、满意或基本满意的诉求",
              "cases whose last rating is one of the three upper levels"),
        Words("有有效评价的诉求", "cases with a valid rating"),
        Words("没有评价的（绝不算满意）、撤回评价的、评价满意后又要求重办的",
              "not rated (never counted as satisfied), rating withdrawn, reopened since"),
    ),
    Formula(
        "first_dispatch_right", "rate", Words("首次派单准确率", "First dispatch right"),
        Words("第一次派单没有因异议退回的诉求", "cases whose first unit kept them"),
        Words("承办单位已签收或异议已成立的诉求",
              "cases that a unit acknowledged or whose objection was upheld"),
        Words("还没派单的、还没签收的、直接答复的", "not dispatched, not yet acknowledged, "
              "answered at once"),
    ),
    Formula(
        "callbacks_done", "rate", Words("回访完成率", "Callbacks done"),
        Words("每一次不满意都回访完了的诉求", "cases whose callbacks all have an outcome"),
        Words("回访已完成或回访时限已过的诉求", "cases called back or past the callback limit"),
        Words("没有不满意评价的、回访时限还没到的", "no bad rating, callback limit still running"),
    ),
    Formula(
        "hops_mean", "mean", Words("平均跳数", "Mean hops"),
        Words("各件诉求现在的跳数之和", "sum of the hops that the cases stand at"),
        Words("派过单的诉求", "cases that were dispatched"),
        Words("没有派单的（含直接答复的）", "not dispatched, answered at once included"),
    ),
)  # fmt: skip
# received is the sum of all parts from resolved to open: no case is counted twice or left out
_COUNTS: Final = (
    ("received", "收到", "Received", "这段时间提交的诉求", "cases submitted in the period"),
    ("resolved", "已解决", "Resolved",
     "办结，答复结果是已解决，企业没有说没解决", "closed as solved, and the firm does not deny it"),
    ("not_solved", "企业说没解决", "Denied",
     "办结，答复结果是已解决，但企业说没解决", "closed as solved, but the firm says it is not"),
    ("explained", "已解释", "Explained",
     "办结，答复结果是已解释说明", "closed with an explanation"),
    ("not_possible", "办不到", "Not possible",
     "办结，答复结果是受政策法规所限，企业评价满意或确认",
     "closed as not possible, with the firm's rating or word"),
    ("justified", "所限办结", "Limited by law",
     "企业不满意，经协调岗批准按条款办结", "closed by a clause after a bad rating, approved"),
    ("unrated", "未评价", "Not rated", "期满没有评价而办结", "closed because nobody rated"),
    ("unreachable", "联系不上", "Unreachable",
     "企业不满意，多次联系不上而办结", "closed after a bad rating because nobody could be reached"),
    ("withdrawn", "已撤回", "Withdrawn", "企业撤回", "withdrawn by the firm"),
    ("not_accepted", "不予受理", "Not accepted", "不予受理", "not taken in"),
    ("lapsed", "逾期未补充", "Lapsed", "逾期未补充材料，可继续办理",
     "facts asked for did not come; may be resumed"),
    ("open", "在办", "Open", "还没有办结", "not closed yet"),
    ("overdue", "超期在办", "Overdue", "还没有办结，有时限已经超过（也算在在办里）",
     "not closed, with a limit that is over (also counted as open)"),
)  # fmt: skip

FORMULAS: Final[Mapping[str, Formula]] = {
    **{formula.code: formula for formula in _RATES},
    **{
        code: Formula(code, "count", Words(zh, en), Words(what_zh, what_en))
        for code, zh, en, what_zh, what_en in _COUNTS
    },
}
PARTS: Final = ("counted", "missed", "excluded")
# how a case ended, or that it did not: every case is in exactly one of these
ENDS: Final = tuple(code for code, *_ in _COUNTS if code not in ("received", "overdue"))
