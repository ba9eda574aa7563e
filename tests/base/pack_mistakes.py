"""Mistakes that people make in a pack, one or more in every kind of file, each with its code."""

from pathlib import Path

# file, what stands there, what somebody wrote instead, the code of the one finding that it gives
MISTAKES = (
    ("pack.yaml", '"#1d4e89"', '"#ffe08a"', "contrast"),
    ("pack.yaml", "claim: 3", "claim: soon", "type"),
    ("units.yaml", "parent: TOWN-GOV\n  region: null", "parent: TOWN-GOVT\n  region: null",
     "reference"),
    ("roles.yaml", "[facts.view, policies.view", "[facts.view, policies.viw", "reference"),
    ("notices.yaml", '"Hello {name}. ', '"Hello. ', "placeholder"),
    ("attributes.yaml", "visibility: public", "visibility: everybody", "visibility"),
    ("derived.yaml", "{attr: growth, growth: revenue}", "{attr: growth, growth: turnover}",
     "unknown_attribute"),
    ("appeals.yaml", "number_prefix: SQ", "number_prefix: sq1", "type"),
    ("appeals.yaml", "repeat_days: 90", "repeat_days: 0", "bounds"),
    ("matters.yaml", "law: [sme-promotion-2017]", "law: [sme-promotion-2071]", "reference"),
    ("dispatch.yaml", "deputy: TOWN-INDUSTRY", "deputy: TOWN-INDUSTRIES", "reference"),
    ("clocks.yaml", "{clock: info, working_days: 10}", "{clock: info, working_days: ten}",
     "bounds"),
    ("scope.yaml", "code: repeat\n", "code: no_substance\n", "duplicate_code"),
    ("answers.yaml", "article: 第九条", "article: 第九百条", "reference"),
    ("reply_templates.yaml", "outcome: resolved", "outcome: solved", "reference"),
    ("channels.yaml", 'number: "12345"', 'number: "call us"', "telephone"),
    ("channels.yaml", "kind: window", "kind: windw", "reference"),
    ("zones.yaml", "code: district-1", "code: District 1", "slug"),
    ("policies/TOWN-001.yaml", "benefit: voucher", "benefit: present", "benefit"),
    ("policies/TOWN-001.yaml", "level: city", "level: town", "choice"),
    ("policies/cases/TOWN-001.yaml", "verdict: eligible", "verdict: welcome", "verdict"),
    ("codes/tax_credit.csv", "B,B 级,Grade B,", "A,B 级,Grade B,", "duplicate_code"),
    ("calendar/2027.yaml", "to: 2027-06-09", "to: 2027-06-08", "reversed"),
    ("laws/index.yaml", "level: local_regulation", "level: local", "choice"),
)  # fmt: skip

CALENDAR = """\
year: 2027
source: 测试用的放假安排
holidays:
- {from: 2027-01-01, to: 2027-01-03, name: 元旦}
- {from: 2027-02-05, to: 2027-02-11, name: 春节}
- {from: 2027-04-03, to: 2027-04-05, name: 清明节}
- {from: 2027-05-01, to: 2027-05-05, name: 劳动节}
- {from: 2027-06-09, to: 2027-06-09, name: 端午节}
- {from: 2027-09-15, to: 2027-09-15, name: 中秋节}
- {from: 2027-10-01, to: 2027-10-07, name: 国庆节}
makeup_workdays: [2027-02-14, 2027-10-09]
"""
LAW_INDEX = """\
- code: town-rules
  file: town-rules.md
  title: {zh: 测试办法, en: Test rules}
  level: local_regulation
  in_force_from: 2026-01-01
"""


def add_own_files(pack: Path) -> None:
    """A statute and an official year of the city's own, which the starter does not have."""
    (pack / "calendar").mkdir()
    (pack / "calendar" / "2027.yaml").write_text(CALENDAR)
    (pack / "laws").mkdir()
    (pack / "laws" / "index.yaml").write_text(LAW_INDEX)
    (pack / "laws" / "town-rules.md").write_text("# 测试办法\n\n第一条 只为测试。\n")


def put_mistakes(pack: Path) -> None:
    """Write every mistake into the pack."""
    for name, old, new, _code in MISTAKES:
        file = pack / name
        text = file.read_text()
        assert old in text, f"{old!r} is not in {name}"
        file.write_text(text.replace(old, new, 1))
