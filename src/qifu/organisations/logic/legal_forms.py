"""What registers call the form of an enterprise, and whether that form is a legal person."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Wording:
    """One rule: the form whose wording holds all of `every` and, if given, one of `some`."""

    code: str
    some: tuple[str, ...] = ()
    every: tuple[str, ...] = ()

    def fits(self, text: str) -> bool:
        """Whether the wording is of this form."""
        one = not self.some or any(word in text for word in self.some)
        return one and all(word in text for word in self.every)


# The first that fits counts. 外商投资企业, 港、澳、台, 私营企业 and 联营企业 say whose money it is,
# not which form it has; 股份制 may be either of two: alone they leave the form unknown.
WORDINGS = (
    Wording("representative_office", ("常驻代表机构", "常驻代表处")),
    Wording("branch", ("分支机构", "分公司", "非法人", "办事机构", "办事处")),
    Wording("processing_plant", ("来料加工", "来料繁殖", "来件装配", "三来一补")),
    Wording("individual", ("个体工商户", "个体户")),
    Wording("sole_proprietorship", ("个人独资企业",)),
    Wording("partnership", ("合伙",)),
    Wording("farmers_cooperative", ("农民专业合作",)),
    Wording("stock_cooperative", ("股份合作",)),
    Wording("joint_stock", ("股份有限公司",)),
    Wording("sole_limited", every=("有限责任公司", "独资")),
    Wording("limited", ("有限责任公司", "有限公司")),
    Wording("other", ("社团法人", "事业单位")),
    Wording("state_owned", ("国有企业", "全民")),
    Wording("collective", ("集体",)),
    Wording("non_company_person", ("企业法人",)),
)
# Civil Code arts 76, 96, 100 and 102. Of the other forms (a processing plant, "other") the form
# alone does not say.
LEGAL_PERSONS = frozenset((
    "company", "limited", "sole_limited", "joint_stock", "state_owned", "collective",
    "stock_cooperative", "farmers_cooperative", "non_company_person",
))  # fmt: skip
NO_LEGAL_PERSONS = frozenset(
    ("sole_proprietorship", "partnership", "individual", "branch", "representative_office")
)


@lru_cache(maxsize=1024)
def parse_legal_form(text: str) -> str | None:
    """The code of the national list of forms that a register's wording means, or None.

    >>> parse_legal_form("有限责任公司 港、澳、台"), parse_legal_form("集体分支机构(非法人)")
    ('limited', 'branch')
    """
    if text.strip() == "其他":
        return "other"
    return next((wording.code for wording in WORDINGS if wording.fits(text)), None)


def is_legal_person(form: str | None) -> bool | None:
    """Whether an enterprise of this form is a legal person; None where the form does not say."""
    if form in LEGAL_PERSONS:
        return True
    return False if form in NO_LEGAL_PERSONS else None
