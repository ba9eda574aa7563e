"""A small catalogue with every type of attribute, and short ways to judge a condition with it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import CodeTree
from qifu.rulebook.conditions import Node
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import Policy, parse_policy
from qifu.rulebook.report import GroupResult, PolicyResult, report
from qifu.rulebook.yaml_text import read_yaml

HERE = Path(__file__).parent
CASES = HERE / "cases"
AS_OF = date(2026, 11, 22)

REGIONS = CodeTree.from_rows(
    "region",
    [
        ("44", "广东省", "Guangdong"),
        ("4403", "深圳市", "Shenzhen"),
        ("440305", "南山区", "Nanshan"),
        ("440306", "宝安区", "Bao'an"),
        ("4419", "东莞市", "Dongguan"),
        ("33", "浙江省", "Zhejiang"),
        ("3301", "杭州市", "Hangzhou"),
    ],
)
INDUSTRIES = CodeTree.from_rows(
    "industry",
    [
        ("C", "制造业", "Manufacturing"),
        ("C35", "专用设备制造业", ""),
        ("C351", "采矿专用设备制造", ""),
        ("C3511", "矿山机械制造", ""),
        ("C3512", "石油钻采专用设备制造", ""),
        ("C36", "汽车制造业", ""),
        ("I", "信息服务业", ""),
        ("I65", "软件业", ""),
    ],
)
CATALOGUE = Catalogue.from_document(
    read_yaml((HERE / "catalogue.yaml").read_text(encoding="utf-8"))[0][0],
    trees={"region": REGIONS, "industry": INDUSTRIES},
)


def document(*groups: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A policy document with these groups."""
    return {"id": "P1", "version": 1, "title": "试", "when": {"all": list(groups)}} | more


def policy(*groups: Mapping[str, Any], **more: Any) -> Policy:
    return parse_policy(document(*groups, **more), CATALOGUE)


def findings(*groups: Mapping[str, Any], **more: Any) -> tuple[Finding, ...]:
    """The findings for these groups; none where they are right."""
    try:
        policy(*groups, **more)
    except RuleError as error:
        return error.findings
    return ()


def condition(group: Mapping[str, Any], **more: Any) -> Node:
    return policy(group, **more).groups[0]


def judge(
    facts: Mapping[str, Any], *groups: Mapping[str, Any], as_of: date = AS_OF, **more: Any
) -> PolicyResult:
    return report([policy(*groups, **more)], facts, CATALOGUE, as_of=as_of).policies[0]


def group(facts: Mapping[str, Any], one: Mapping[str, Any], **more: Any) -> GroupResult:
    """The result of one condition."""
    return judge(facts, one, **more).groups[0]
