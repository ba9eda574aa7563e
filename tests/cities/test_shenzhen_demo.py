"""The demo city keeps its promises: facts retold and marked, cases beside each, both languages."""

import json
import os
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from qifu.base.packs import Pack, read_pack
from qifu.base.packs.vocabulary import PERMISSIONS
from qifu.rulebook.cases import run_cases

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "cities" / "shenzhen_demo"
DATA = Path(os.environ.get("QIFU_DATA", ROOT.parent / "shared" / "data"))
EXCERPTS = DATA / "policies" / "real_policy_excerpts.jsonl"
TODAY = date(2026, 11, 22)
# Shorter runs than this are names, figures and set phrases that any retelling shares.
LONGEST_SHARED = 16


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(DEMO)


def test_there_are_at_least_sixty_attributes_in_exactly_eleven_groups(pack: Pack) -> None:
    assert len(pack.catalogue) >= 60
    assert len(pack.catalogue.groups) == 11
    assert {attribute.group for attribute in pack.catalogue} == set(pack.catalogue.groups)


def test_every_attribute_can_be_asked_about_in_both_languages(pack: Pack) -> None:
    for attribute in pack.catalogue:
        texts = (
            attribute.label_zh, attribute.label_en, attribute.question_zh, attribute.question_en,
            attribute.help_zh, attribute.help_en,
        )  # fmt: skip
        assert all(texts), attribute.name
        assert re.search(r"[一-鿿]", attribute.question_zh), attribute.name
        assert not re.search(r"[一-鿿]", attribute.question_en), attribute.name
        assert attribute.sources, attribute.name


def test_tax_revenue_and_staff_figures_need_the_consent_of_the_firm(pack: Pack) -> None:
    for name in ("revenue", "tax_paid", "taxable_income", "employees", "insured", "profit"):
        assert pack.catalogue.attributes[name].visibility == "consent", name


def test_money_is_counted_in_yuan_everywhere(pack: Pack) -> None:
    money = [a for a in pack.catalogue if a.unit and ("元" in a.unit or a.unit == "CNY")]
    assert money
    assert {attribute.unit for attribute in money} == {"CNY"}


def test_all_districts_of_the_city_have_a_government_and_departments(pack: Pack) -> None:
    heads = [unit for unit in pack.units if unit["kind"] == "district_government"]
    assert {unit["region"] for unit in heads} >= set(pack.trees["region"].children("4403")) - {None}
    assert len(heads) == 11
    for head in heads:
        assert sum(unit["parent"] == head["code"] for unit in pack.units) >= 3, head["code"]


def test_every_permission_is_given_to_some_role(pack: Pack) -> None:
    for kind, permissions in PERMISSIONS.items():
        given = {p for role in pack.roles if role["for"] == kind for p in role["may"]}
        assert given == set(permissions)


def test_there_are_many_programmes_of_different_kinds(pack: Pack) -> None:
    kinds = {policy.card["kind"] for policy in pack.policies}
    assert len(pack.policies) >= 18
    assert kinds >= {
        "rate_with_cap", "tiers", "loan_interest", "title_reward", "auto_grant", "voucher", "rent",
        "tax", "per_head",
    }  # fmt: skip


def test_every_programme_is_marked_as_an_example_and_names_its_source(pack: Pack) -> None:
    for policy in pack.policies:
        assert "示例" in policy.title, policy.id
        assert policy.card["marker"]["zh"] == "示例·据公开信息改写"
        assert len(policy.card["source"]["name"]) > 8, policy.id
        for group in policy.groups:
            assert group.src is not None, (policy.id, group.id)
            assert "quote" not in group.src


def test_windows_are_open_closing_closed_to_come_and_absent_today(pack: Pack) -> None:
    seen = Counter(policy.status(TODAY) for policy in pack.policies)
    assert set(seen) == {"not_yet", "open", "closing_soon", "closed", "always"}
    assert all(policy.in_force(TODAY) for policy in pack.policies)


def test_a_programme_without_a_sum_says_that_the_sum_is_open(pack: Pack) -> None:
    for policy in pack.policies:
        if policy.amount is None and policy.benefit != "qualification":
            told = " ".join(point["zh"] for point in policy.card["open_points"])
            assert "没有公开" in told, policy.id


def test_every_programme_has_a_case_that_fits_one_that_nearly_fits_and_one_left_open(
    pack: Pack,
) -> None:
    by_policy = {file.policy: file.cases for file in pack.cases}
    assert set(by_policy) == {policy.id for policy in pack.policies}
    for policy in pack.policies:
        cases = by_policy[policy.id]
        assert len(cases) >= 3, policy.id
        verdicts = {case.verdict for case in cases}
        assert "maybe" in verdicts, policy.id
        assert any(case.flags.get("near_miss") for case in cases), policy.id
        judged = any(atom.op == "human_judged" for g in policy.groups for atom in g.atoms())
        assert judged or "eligible" in verdicts, policy.id


def test_a_case_with_a_wrong_answer_fails(pack: Pack) -> None:
    file = next(file for file in pack.cases if file.policy == "SZD-2026-018")
    policy = next(policy for policy in pack.policies if policy.id == "SZD-2026-018")
    wrong = replace(file.cases[0], verdict="ineligible")
    assert run_cases(policy, [file.cases[0]], pack.catalogue) == []
    assert run_cases(policy, [wrong], pack.catalogue)


def test_exclusions_are_said_on_both_sides(pack: Pack) -> None:
    excludes = {policy.id: set(policy.excludes) for policy in pack.policies}
    for policy_id, others in excludes.items():
        for other in others:
            assert policy_id in excludes[other], (policy_id, other)
    assert sum(map(len, excludes.values())) >= 6


def test_demo_people_have_every_role_of_the_pack(pack: Pack) -> None:
    given = {role["role"] for account in pack.demo["accounts"] for role in account["roles"]}
    assert given == {role["code"] for role in pack.roles}


def test_no_sentence_of_a_source_is_copied(pack: Pack) -> None:
    if not EXCERPTS.exists():
        pytest.skip(f"no excerpts at {EXCERPTS}: set QIFU_DATA")
    ours = []
    for document in pack.policy_documents:
        data = json.loads(json.dumps(document.data, default=str))
        for key in ("name", "url"):  # a source is named as it is called
            data["card"]["source"].pop(key)
        for group in data["when"]["all"]:
            group.pop("src", None)
        ours.append(_bare(json.dumps(data, ensure_ascii=False)))
    text = "\n".join(ours)
    for line in EXCERPTS.read_text(encoding="utf-8").splitlines():
        source = _bare(json.loads(line)["text"])
        for start in range(len(source) - LONGEST_SHARED):
            part = source[start : start + LONGEST_SHARED]
            assert part not in text, part


def _bare(text: str) -> str:
    """Only the characters that carry words."""
    return re.sub(r"[^0-9A-Za-z一-鿿]", "", text)
