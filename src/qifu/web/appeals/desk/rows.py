"""Rows of the work lists: a case with its light, who has it, how often it was handed on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.appeals.models import Appeal
from qifu.base.calendar import calendar_in_force
from qifu.base.city import City
from qifu.organisations.models import Unit
from qifu.web.appeals.lights import Light, light
from qifu.web.appeals.words import Badge, clock_word, matter_word, state_badge
from qifu.web.words import spoken

FIRST_WORDS: Final = 80

# name → (words on the tab, why it is empty and what will stand there)
LISTS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "intake": (
        _("待受理派单"),
        _("没有等受理岗办的诉求。企业新提交的、补充了材料的、异议要裁定的，会出现在这里。"),
    ),
    "unit": (
        _("本单位在办"),
        _("没有派给本单位的诉求。受理岗派来的、别的单位转来的，会出现在这里。"),
    ),
    "mine": (_("我在办"), _("没有交给您办的诉求。同事在「本单位在办」里交给您的，会出现在这里。")),
    "overdue": (_("超期"), _("没有超期的诉求。过了时限还没有办的，会出现在这里。")),
    "objected": (_("派单异议"), _("没有等裁定的派单异议。承办单位提出的，会出现在这里。")),
    "extensions": (_("延期申请"), _("没有等决定的延期申请。承办单位申请的，会出现在这里。")),
    "callbacks": (_("待回访"), _("没有要回访的诉求。企业评价不满意的，会出现在这里。")),
    "justified": (
        _("待批按所限办结"),
        _("没有等批准的申请。回访岗申请按政策法规所限办结的，会出现在这里。"),
    ),
    "unit_done": (_("本单位已办"), _("本单位还没有答复过诉求。")),
    "all": (_("全部"), _("还没有您能看到的诉求。")),
}


@dataclass(frozen=True)
class CaseRow:
    """A case in a list. `light` is of the next thing that is due, `clock` what that is."""

    appeal: Appeal
    badge: Badge
    light: Light | None
    clock: str
    matter: str
    firm: str
    holder: str
    begin: str

    @property
    def late(self) -> bool:
        return self.light is not None and self.light.left < 0


def with_first_words(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """The same cases, each with `begin`: the long text itself is not loaded."""
    return rows.annotate(begin=Substr("text", 1, FIRST_WORDS))


def case_rows(cases: Iterable[Appeal], city: City, *, now: datetime) -> list[CaseRow]:
    """Cases as the list shows them."""
    calendar = calendar_in_force()
    return [
        CaseRow(
            one,
            state_badge(one.state),
            light(one.next_due_at, now=now, calendar=calendar),
            clock_word(one.next_clock) if one.next_clock else "",
            matter_word(one.matter, city),
            firm_of(one),
            unit_words(one.holder),
            _begin(one),
        )
        for one in cases
    ]


def firm_of(appeal: Appeal) -> str:
    """Whose case it is: the firm of the register, else the name that was given."""
    return appeal.enterprise.name if appeal.enterprise else appeal.requester


def unit_words(unit: Unit | None) -> str:
    """A unit in the language of the page."""
    return spoken((unit.organisation.name, unit.organisation.name_en)) if unit else ""


def _begin(appeal: Appeal) -> str:
    """The first words, where the title does not say them already."""
    text = " ".join(str(getattr(appeal, "begin", "")).split())
    title = appeal.title.rstrip("…")
    if text.startswith(title):
        text = text[len(title) :].lstrip("。！？!?；; ")
        return f"…{text}" if text else ""
    return text
