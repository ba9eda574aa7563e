"""Channels in a pack: every mistake is told where it stands; the demo's own are complete."""

import re
from pathlib import Path

import pytest
import yaml

from qifu.base.packs import check_pack
from qifu.base.packs.check_channels import Known, check_row, is_address
from qifu.base.packs.desk import Desk
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding
from qifu.textmine.scope import parse_scope
from tests.base.test_packs import DEMO, copy
from tests.base.test_packs_findings import Broken, broken

__all__ = ["broken", "copy"]  # fixtures

FILE = "channels.yaml"


def test_every_mistake_is_told_in_one_run_with_file_and_line(broken: Broken) -> None:
    def put(old: str, new: str, code: str, *, at: str = "") -> None:
        broken.replace(FILE, old, new, code, at=at)

    put("guide_date: 2023-12-13", "guide_date: yesterday", "type")
    put("- {code: special, name: {zh: 专项诉求渠道, en: Channel for special appeals}}",
        "- {code: special, name: {zh: 专项诉求渠道}}", "language")  # fmt: skip
    put("words: [贷款, 融资,", "words: [贷款, 贷款,", "duplicate_code")
    put("words: [仪器, 检测,", "words: [仪, 检测,", "type")
    put("- code: sz-ishenzhen-app\n", "- code: sz-minyi-mini\n", "duplicate_code")
    put("- code: sz-siq-web\n", "- code: SZ SIQ\n", "code")
    put("  kind: hotline\n", "  kind: telephone\n", "reference")
    put("  zone: futian\n", "  zone: futain\n", "reference")
    put("  unit: SZ-LH-QYFW\n", "  unit: SZ-LH-QYF\n", "reference")
    put('  regions: ["440308"]', '  regions: ["440399"]', "reference")
    put("needs: [in_person, appeal, settle, policy]", "needs: [in_person, appeal, setle, policy]",
        "reference")  # fmt: skip
    put('      wed: ["09:00-12:00", "14:00-17:30"]', '      wed: ["12:00-09:00"]', "reversed")
    put("  checked_on: 2023-12-13", "  checked_on: 13.12.2023", "type")
    put('number: "0755-82289057"', 'number: "139 0000 0000"', "mobile")
    put('number: "0755-25266769"', 'number: "请拨总机"', "telephone")
    put('url: "https://lhqf.szlh.org.cn/"', 'url: "lhqf.szlh.org.cn"', "link")
    put("name: {zh: i南山网站, en: i Nanshan website}", "name: {zh: i南山网站}", "language")
    put("  find_as: 宝i企\n", "  findas: 宝i企\n", "unknown_key")
    put("    zh: 当面谈企业在坪山的难处。", "    zh: 找小李 +86 13912345678。", "mobile")
    put("  channels: [debt-guangdong]\n", "  channels: [debt-guangxi]\n", "reference")
    put("- code: other_provinces\n", "- code: shenzhen\n", "duplicate_code")
    broken.replace("scope.yaml", "  channels: [sz-12345]", "  channels: [sz-12346]", "reference")
    broken.replace(
        "scope.yaml", "channels: [sz-12345, sz-siq-live-help]", "channels: sz-12345", "type"
    )

    findings = check_pack(broken.folder)

    assert list(broken.missing(findings)) == []
    assert all(finding.file and finding.message for finding in findings)


def test_a_key_that_is_needed_is_told_where_it_is_missing(broken: Broken) -> None:
    file = broken.folder / FILE
    document = yaml.safe_load(file.read_text())
    for key in ("source", "guide_date", "kinds", "needs"):
        del document[key]
    for key in ("code", "kind", "name", "for", "needs", "unit", "checked_on"):
        del document["channels"][0][key]
    del document["debt_routes"][0]["debtor"]
    del document["debt_routes"][1]["channels"]
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    paths = {f.path for f in check_pack(broken.folder) if f.code == "missing"}
    assert paths >= {"source", "guide_date", "kinds", "needs", "debt_routes[0].debtor",
        "debt_routes[1].channels", *(f"channels[0].{key}" for key in (
        "code", "kind", "name", "for", "needs", "unit", "checked_on"))}  # fmt: skip


def test_a_pack_without_districts_has_no_channel_of_one(copy: Path) -> None:
    (copy / "zones.yaml").unlink()
    findings = [f for f in check_pack(copy) if f.file.endswith(FILE)]
    assert {f.code for f in findings} == {"reference"}
    assert all(f.path.endswith(".zone") for f in findings)


def test_a_pack_without_channels_may_not_send_refused_appeals_there(copy: Path) -> None:
    (copy / FILE).unlink()
    findings = check_pack(copy)
    assert findings
    assert {(Path(f.file).name, f.code) for f in findings} == {("scope.yaml", "reference")}


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://www.example.org", True),
        ("http://a.b.cn/x/#/home", True),
        ("mailto:desk@example.org", True),
        ("www.example.org", False),
        ("https://localhost/", False),
        ("https://user:word@example.org/", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("ftp://example.org/", False),
        ("https://exa mple.org/", False),
        ('https://example.org/"onclick', False),
        ("https://[::1/", False),
        ("mailto:nobody", False),
        ("", False),
        (None, False),
        (["https://example.org"], False),
    ],
)
def test_only_whole_addresses_are_links(url: object, good: bool) -> None:
    assert is_address(url) is good


@pytest.mark.parametrize(
    "text",
    [
        "13912345678",
        "+86 139 1234 5678",
        "139-1234-5678",
        "008613912345678",
        "１３９１２３４５６７８",
    ],
)
def test_a_persons_own_number_is_found_however_it_is_written(text: str) -> None:
    assert [f.code for f in mistakes({"for": {"zh": f"找我 {text}", "en": "Call me"}})] == [
        "mobile"
    ]
    assert [f.code for f in mistakes({"telephones": [{"number": text}]})] == ["mobile"]
    assert [f.code for f in mistakes({"find_as": text})] == ["mobile"]


@pytest.mark.parametrize("text", ["0755-12345", "2023-12-13", "914403001922038216", "440308 12345"])
def test_other_numbers_are_nobodys_own(text: str) -> None:
    assert mistakes({"for": {"zh": f"号 {text}", "en": text}}) == []


def mistakes(values: dict[str, object]) -> list[Finding]:
    """What is wrong with an entry of the demo that has these values."""
    row = {**CHANNELS["futian-center"], **values}
    desk = Desk(Document(row), [])
    check_row(desk, row, "", Known(None, None, None, None, None))
    return desk.findings


DOCUMENT = yaml.safe_load((DEMO / FILE).read_text())
CHANNELS = {row["code"]: row for row in DOCUMENT["channels"]}


def test_every_district_of_the_guide_has_its_online_offline_and_telephone_channels() -> None:
    zones = [row["code"] for row in yaml.safe_load((DEMO / "zones.yaml").read_text())]
    assert len(zones) == 11
    for zone in zones:
        kinds = {row["kind"] for row in CHANNELS.values() if row["zone"] == zone}
        # Bao'an's telephones are those of its centres, as the guide says
        expected = {"online", "service_center"} | (set() if zone == "baoan" else {"hotline"})
        assert kinds >= expected, zone
    centres = [c for c in CHANNELS if c.startswith("baoan-") and c.endswith("-center")]
    assert sum("subdistrict" in CHANNELS[code]["needs"] for code in centres) == 10
    assert len(CHANNELS) == 89


def test_the_demo_has_no_mobile_number_and_no_mailbox_but_the_citys() -> None:
    text = (DEMO / FILE).read_text()
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)
    mailboxes = re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text)
    assert mailboxes == ["szqq@zxqyj.sz.gov.cn"]


def test_what_the_guide_does_not_give_is_said_and_not_made_up() -> None:
    gaps = " ".join(gap["zh"] for gap in DOCUMENT["gaps"])
    assert "45" in gaps and "粤商通" in gaps
    assert not any("服务站" in row["name"]["zh"] for row in CHANNELS.values())
    assert "hours" not in CHANNELS["longgang-window"]
    assert CHANNELS["gd-yueshangtong"]["find_as"] == "粤商通"


def test_every_need_and_kind_leads_somewhere() -> None:
    for need in DOCUMENT["needs"]:
        assert any(need["code"] in row["needs"] for row in CHANNELS.values()), need["code"]
    for kind in DOCUMENT["kinds"]:
        assert any(kind["code"] == row["kind"] for row in CHANNELS.values()), kind["code"]


def test_english_texts_hold_no_chinese_and_chinese_texts_do() -> None:
    def texts(value: object):
        if isinstance(value, dict):
            if set(value) == {"zh", "en"}:
                yield value
            for item in value.values():
                yield from texts(item)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)

    pairs = list(texts(DOCUMENT))
    assert len(pairs) > 400
    for pair in pairs:
        assert not re.search(r"[\u3000-\u9fff\uff00-\uff60]", pair["en"]), pair
        assert re.search(r"[\u4e00-\u9fff]", pair["zh"]), pair


def test_scope_rules_know_the_channels_of_an_exclusion() -> None:
    rules = parse_scope(yaml.safe_load((DEMO / "scope.yaml").read_text()))
    outside = rules.get("outside_region")
    assert outside is not None and "gd-yueshengxin" in outside.channels
    petition = rules.get("petition")
    assert petition is not None and petition.channels == ()
