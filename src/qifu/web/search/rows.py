"""What the search over everything found, as its page shows it: sections of lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from qifu.appeals.models import Appeal
from qifu.base.calendar import calendar_in_force
from qifu.base.city import City
from qifu.insights.searching import Everything, Numbered
from qifu.insights.searching import Part as Found
from qifu.knowledge.logic.marking import Part, marked
from qifu.knowledge.selectors import Hit
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.channels import Found as FoundChannel
from qifu.policies.models import PolicyVersion
from qifu.web.appeals.desk.rows import firm_of
from qifu.web.appeals.words import Badge, state_badge
from qifu.web.channels.rows import Teller
from qifu.web.knowledge.rows import hit_rows, law_title
from qifu.web.policies.rows import row_of, title_of
from qifu.web.words import count_text, day_text, language, money, relative_text


@dataclass(frozen=True)
class Line:
    """One thing that was found. `…_zh`: the words are Chinese, whatever the page.

    `status` is that of a policy's window, `badge` of what else has a state; `facts` are words
    beside it, `dial` and `telephone` a number to call.
    """

    title: Sequence[Part]
    address: str
    text: Sequence[Part] = ()
    tags: Sequence[str] = ()
    facts: Sequence[str] = ()
    status: str = ""
    badge: Badge | None = None
    title_zh: bool = False
    text_zh: bool = False
    made_up: bool = False
    dial: str = ""
    telephone: str = ""

    @property
    def beside(self) -> bool:
        """Whether there is anything but words to say of it."""
        return bool(self.status or self.badge or self.tags or self.facts or self.made_up)


@dataclass(frozen=True)
class Section:
    """The best of one list, how many it has, and where all of them are."""

    code: str
    title: str
    icon: str
    lines: Sequence[Line]
    count: str
    more: bool
    address: str
    mended: str
    partly: bool


def sections_of(
    actor: Actor, city: City, found: Everything, text: str, *, now: datetime
) -> list[Section]:
    """The sections in their order; a part that found nothing has none, nor one that found only
    what stands above as the thing of that number.

    All of a list that was found by other words is asked for by what was typed, as the list itself
    mends it; channels, which mend nothing, are asked for by what was meant.
    """
    mine = actor.is_enterprise
    cases = ("my-appeals", {"text": text}) if mine else (
        "desk-appeals", {"list": found.case_list, "q": text}
    )  # fmt: skip
    rows: list[tuple[str, str, str, Found[Any], list[Line], tuple[str, dict[str, str]]]] = [
        ("policies", pgettext("栏目", "政策"), "file-certificate", found.policies,
         _policies(found.policies, city, now), ("library", {"text": text})),
        ("answers", pgettext("栏目", "解答"), "help-circle", found.answers,
         _hits(found.answers, city), ("answers", {"text": text, "kind": "answer"})),
        ("laws", _("法规条文"), "gavel", found.laws,
         _hits(found.laws, city), ("answers", {"text": text, "kind": "law"})),
        ("channels", _("办事渠道"), "map-pin", found.channels,
         _channels(found.channels, city, now),
         ("channels", {"text": found.channels.mended or text})),
        ("cases", _("我的诉求") if mine else pgettext("栏目", "诉求"), "message-report",
         found.cases, [_case(one, found.cases.words, mine) for one in found.cases.rows], cases),
    ]  # fmt: skip
    return [
        Section(
            code, title, icon, lines, count_text(part.count), part.more,
            f"{reverse(name)}?{urlencode(asked)}", "" if found.mended else part.mended,
            part.partly,
        )
        for code, title, icon, part, lines, (name, asked) in rows
        if lines and not _told(part, found.numbered)
    ]  # fmt: skip


def _told(part: Found[Any], numbered: Numbered) -> bool:
    above = [*numbered.policies, *numbered.cases]
    return part.count == len(part.rows) and all(row in above for row in part.rows)


def numbered_of(actor: Actor, found: Numbered, text: str) -> list[tuple[str, Line]]:
    """What the text is the very number of: why it stands here in words, and the line."""
    told = [
        (
            _("这是一项政策的编号：")
            if one.policy_id.casefold() == text.casefold()
            else _("这项政策写到了这份文件："),
            Line([(title_of(one), False)], reverse("policy", args=[one.policy_id])),
        )
        for one in found.policies
    ]
    told += [
        (
            _("这个文号公布或修改了这部法规："),
            Line([(law_title(one), False)], reverse("law", args=[one.code])),
        )
        for one in found.laws
    ]
    told += [
        (_("这是一件诉求的编号："), _case(one, (), actor.is_enterprise)) for one in found.cases
    ]
    return told


def _policies(found: Found[PolicyVersion], city: City, now: datetime) -> list[Line]:
    on, english = timezone.localdate(now), language() == "en"
    lines = []
    for version in found.rows:
        row = row_of(version, city, on)
        facts = [_("最高 %(high)s") % {"high": money(row.cap)}] if row.cap else []
        if row.closes and row.status in ("open", "closing_soon"):
            facts.append(relative_text(row.closes, on))
        lines.append(
            Line(
                marked(row.title, found.words), reverse("policy", args=[row.id]),
                marked(row.summary, found.words) if row.summary else (),
                [tag for tag in (row.level, row.region, row.kind) if tag], facts, row.status,
                title_zh=english and not version.title_en,
            )
        )  # fmt: skip
    return lines


def _hits(found: Found[Hit], city: City) -> list[Line]:
    return [
        Line(
            row.title, row.address, row.text, row.tags,
            title_zh=row.title_zh, text_zh=row.text_zh, made_up=row.made_up,
        )
        for row in hit_rows(found.rows, city)
    ]  # fmt: skip


def _channels(found: Found[FoundChannel], city: City, now: datetime) -> list[Line]:
    if not found.rows:
        return []
    lines = []
    for row in Teller(city, now=now, calendar=calendar_in_force()).found(found.rows):
        first = row.telephones[0] if row.telephones else {}
        lines.append(
            Line(
                marked(row.name, found.words), reverse("channel", args=[row.code]),
                marked(row.about, found.words), [tag for tag in (row.kind, row.zone) if tag],
                badge=row.opening, dial=first.get("dial", ""), telephone=first.get("number", ""),
            )
        )  # fmt: skip
    return lines


def _case(appeal: Appeal, words: Iterable[str], mine: bool) -> Line:
    """A case as one finds it again: number, state, when; for officials whose it is."""
    facts = [appeal.number, day_text(appeal.submitted_at, weekday=False)]
    return Line(
        marked(appeal.title, list(words)),
        reverse("my-appeal" if mine else "desk-appeal", args=[appeal.pk]),
        facts=facts if mine else [*facts, firm_of(appeal)],
        badge=state_badge(appeal.state),
        title_zh=language() == "en",
    )
