"""What "my policies" shows: the next question, the total, the four groups, the last answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from qifu.organisations.models import Enterprise
from qifu.policies.permissions import may_answer
from qifu.policies.selectors import Match, match_for
from qifu.rulebook.combine_rules import cap_words, reason_words, rule_words
from qifu.rulebook.questions import Question
from qifu.rulebook.report import PolicyResult
from qifu.web.http import AskedRequest
from qifu.web.my.cards import Card, cards, fact_words
from qifu.web.my.forms import AnswerForm
from qifu.web.words import language

ORDERS: Final = ("money", "closes")
PAYING: Final = ("grant", "loan_interest", "tax", "voucher")
MOST_CARDS: Final = 100
KEPT: Final = "last_answer"
KEPT_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Section:
    """One of the four groups. `folded`: shown only when somebody asks. `count` may be more than
    the cards that are shown."""

    code: str
    title: str
    words: str
    empty: str
    cards: list[Card]
    count: int
    folded: bool = False

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.cards)


@dataclass(frozen=True)
class LastAnswer:
    """What the person did last, to be taken back: what it was about and what it changed."""

    did: str
    key: str
    words: str
    gained: list[PolicyResult]
    lost: list[PolicyResult]


def order_of(request: AskedRequest) -> str:
    """By money, or by days left."""
    asked = request.POST.get("order") or request.GET.get("order", "")
    return asked if asked in ORDERS else ORDERS[0]


def match_of(request: AskedRequest, firm: Enterprise) -> Match:
    """The firm's match today, in the order that was asked for."""
    match = match_for(request.actor, firm, on=timezone.localdate(), order=order_of(request))
    if match is None:
        raise Enterprise.DoesNotExist
    return match


def keep(
    request: AskedRequest,
    firm: Enterprise,
    did: str,
    key: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> None:
    """Remember what was done and what changed by it, for the note with the undo button."""
    request.session[KEPT] = {
        "firm": firm.pk,
        "version": firm.facts_version,
        "at": timezone.now().isoformat(),
        "did": did,
        "key": key,
        "gained": [k for k, v in after.items() if v == "eligible" and before.get(k) != v],
        "lost": [k for k, v in after.items() if v == "ineligible" and before.get(k) == "maybe"],
    }


def forget(request: AskedRequest) -> None:
    """Nothing to take back any more."""
    request.session.pop(KEPT, None)


def last_answer(request: AskedRequest, firm: Enterprise, match: Match) -> LastAnswer | None:
    """What was done last for this firm, as long as nothing else has changed and for ten minutes."""
    kept = request.session.get(KEPT)
    if not kept or kept["firm"] != firm.pk or kept["version"] != firm.facts_version:
        return None
    if timezone.now() - datetime.fromisoformat(kept["at"]) > KEPT_FOR:
        return None

    def results(name: str) -> list[PolicyResult]:
        return [found for key in kept[name] if (found := match.result(key)) is not None]

    return LastAnswer(
        kept["did"],
        kept["key"],
        fact_words(match.city, kept["key"]),
        results("gained"),
        results("lost"),
    )


def answer_form(match: Match, question: Question, data: Any = None) -> AnswerForm:
    """The form of one question."""
    return AnswerForm(
        question.attribute,
        match.city.catalogue,
        data,
        label=fact_words(match.city, question.attr),
        initial={"key": question.attr},
        auto_id="answer_%s",
    )


def board(
    request: AskedRequest,
    firm: Enterprise,
    match: Match,
    *,
    question: Question | None = None,
    form: AnswerForm | None = None,
) -> dict[str, Any]:
    """Everything that the page and its fragment show. `question` and `form` of a wrong answer."""
    last = last_answer(request, firm, match)
    changed = frozenset(r.policy.id for r in last.gained) if last else frozenset()
    asked = question or match.next_question
    allowed = may_answer(request.actor, firm)
    if asked is not None and allowed and form is None:
        form = answer_form(match, asked)
    total = match.total
    return {
        "firm": firm,
        "match": match,
        "total": total,
        "left_out": left_out(match),
        "caps": [cap_words(rule, match.title_of).of(language()) for rule in total.caps],
        "sections": sections(match, changed, request.GET.get("all", "")),
        "open_amounts": sum(
            r.policy.id in total.amount_open for r in match.eligible if r.policy.benefit in PAYING
        ),
        "question": asked,
        "at_stake": (asked.money or None) if asked else None,
        "question_words": asked.text(language()) if asked else "",
        "form": form,
        "may_answer": allowed,
        "put_aside": [q for q in match.questions if q.attr in match.skipped_keys],
        "last": last,
        "order": match.order,
        "today": timezone.localdate(),
    }


def left_out(match: Match) -> list[tuple[PolicyResult, str]]:
    """What can be used and is not part of the total, with the reason."""
    found = ((match.result(left.policy), left) for left in match.total.left_out)
    return [
        (result, reason_words(left, match.title_of).of(language()))
        for result, left in found
        if result
    ]


def combined(match: Match, policy_id: str) -> list[str]:
    """What holds for a policy together with others, whichever of them says so."""
    rules = (rule for rule in match.report.prepared.combine if policy_id in rule.policies)
    return [rule_words(rule, policy_id, match.title_of).of(language()) for rule in rules]


def sections(match: Match, changed: frozenset[str], whole: str = "") -> list[Section]:
    """The four groups, what each means, and what to say where there is nothing.

    The first MOST_CARDS of each; all of the one whose code is `whole`.
    """
    told = [
        (
            "eligible",
            match.eligible,
            _("可享"),
            _("条件都满足。"),
            _("还没有能确定可享的政策。回答上面的问题，或补全企业资料，结果会变。"),
        ),
        (
            "maybe",
            match.maybe,
            _("可能可享"),
            _("没有不满足的条件，但还有情况不知道，或要由部门评审。"),
            _("没有悬而未决的政策。"),
        ),
        (
            "near",
            match.near,
            _("差一点"),
            _("只有一项条件不满足，而且是企业可以改变的。"),
            _("没有只差一项的政策。"),
        ),
        (
            "not_for_you",
            match.not_for_you,
            _("不符合"),
            _("有企业改变不了的条件不满足，或差得不止一项。"),
            _("没有。"),
        ),
    ]
    return [
        Section(
            code,
            title,
            words,
            empty,
            cards(match, results if code == whole else results[:MOST_CARDS], changed),
            count=len(results),
            folded=code == "not_for_you" != whole,
        )
        for code, results, title, words, empty in told
    ]
