"""Lists narrowed by a text: what LIKE over the texts finds, in any width and case, by an index."""

from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.appeals.actions.searching import index_cases
from qifu.appeals.logic.pieces import letter_pairs, pairs_asked
from qifu.appeals.models import Appeal, Reply
from qifu.appeals.selectors import list_of
from qifu.appeals.selectors import said as selector
from qifu.appeals.selectors.said import says
from qifu.organisations.models import Organisation
from qifu.textmine.ranking import plain
from tests.appeals import cases
from tests.factories import NOW, EnterpriseFactory, enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")
TEXTS = (
    "我公司“专精特新”申请100%_补贴*未到账，税务AND环评OR用电NEAR/3不动产",
    "Export REBATE：ＡＢＣ公司a.b@c.example的3.5%与COVID-19期间e-mail往来",
    "工厂🏭排放x²+y²①号Ⅳ类鿐龥㐀々ヶかな한국тест",
    "2026-11至2026-12的0x1F与1e5款，中文A股abc中文１２３结束",
    """SELECT*FROM"x";--'quote'\\backslash{title_words}:企业^2""",
)
ABSENT = ("补贴未", "不存在", "zq", "%%", "__", "a_b", "企%业", '""', "NEAR(", "🏭🏭", "1５", "公A")


@pytest.fixture
def known(demo_city):
    made = [cases.case("handling", text=text) for text in TEXTS]
    made.append(cases.case("handling", firm=None, text="一家企业", requester="王记“小吃”店Nr7"))
    return made


def reference(text: str) -> set[int]:
    """What a text means, told without any database."""
    found = set()
    for one in Appeal.objects.exclude(state="draft").select_related("enterprise__organisation"):
        firm = one.enterprise.organisation
        points = [point.text for point in one.points.all()]
        fields = [plain(x) for x in (one.title, one.text, *points, one.requester, firm.name)]
        if all(
            any(plain(word) in field for field in fields)
            or word.upper() == one.number
            or (len(word) > 3 and word.isascii() and firm.code.startswith(word.upper()))
            for word in text.replace("\0", "").split()[:5]
        ):
            found.add(one.pk)
    return found


def found(text: str) -> set[int]:
    return set(
        Appeal.objects.exclude(state="draft").filter(says(text)).values_list("pk", flat=True)
    )


def like(word: str) -> set[int]:
    rows = Appeal.objects.filter(
        Q(title__contains=word) | Q(text__contains=word) | Q(requester__contains=word)
        | Q(enterprise__organisation__name__contains=word)
    )  # fmt: skip
    return set(rows.values_list("pk", flat=True))


@pytest.mark.parametrize(("few", "some"), [(selector.FEW, selector.SOME), (0, 100), (0, 0)])
def test_any_piece_of_a_text_finds_what_like_finds(known, monkeypatch, few, some):
    monkeypatch.setattr(selector, "FEW", few)
    monkeypatch.setattr(selector, "SOME", some)
    whole = [case.text for case in known]
    # pieces in some reply must not be taken for a case
    Reply.objects.bulk_create(
        Reply(appeal=case, round=1, unit=case.lead, text=case.text, outcome="x", replied_at=NOW)
        for case in known[:2]
    )
    index_cases([case.pk for case in known])
    pieces = [text[at : at + 1 + at % 5] for text in whole for at in range(0, len(text), 2)]
    for piece in [*pieces, *ABSENT]:
        assert like(piece) <= found(piece), piece
        assert found(piece) == reference(piece), piece
    assert all(found(piece) for piece in pieces)


def test_number_code_name_and_requester_are_found_and_a_piece_of_a_code_is_not(known):
    one = known[0]
    firm = one.enterprise.organisation
    for text in (one.number, one.number.lower(), firm.code, firm.code[:4].lower()):
        assert one.pk in found(text)
    assert found(one.number[1:]) == set() and found(firm.code[1:8]) == reference(firm.code[1:8])
    assert {case.pk for case in known} <= found(firm.name[:4])
    assert found("小吃") == found("“小吃”") == found("nR7") == {known[-1].pk}


def test_words_are_all_asked_for_and_widths_and_case_are_one(known):
    assert found("公司 补贴") == {known[0].pk}
    assert found("abc公司 rebate ＥＸＰＯＲＴ") == found("Ａｂｃ公司") == {known[1].pk}
    assert found("公司 不存在") == set()
    assert found(" \0 ") == found("\ud800") == {case.pk for case in known}
    assert found("一 二 三 四 五 六") == reference("一 二 三 四 五")


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.text(st.sampled_from("公司补贴申请abcAE１23_%*\"'()-. 🏭²Ⅳ^:{}\0鿐々ヶ"), max_size=9))
def test_whatever_is_typed_means_the_same_as_without_a_database(known, text):
    assert found(text) == reference(text)


def test_each_role_finds_among_its_own_rows_only(known):
    other = cases.case("handling", lead="SZ-KCJ", text="专精特新在别的单位")
    cases.case("draft", text="专精特新草稿", firm=other.enterprise)
    seen = {
        "all": officer("coordinator", cases.unit("SZ-ZWSJ")),
        "unit": officer("handler", cases.unit("SZ-GXJ")),
        "mine": officer("handler", cases.unit("SZ-GXJ")),
        "my": enterprise_actor(other.enterprise),
    }
    expected = {"all": {known[0], other}, "unit": {known[0]}, "mine": set(), "my": {other}}
    for name, actor in seen.items():
        assert set(list_of(actor, name, now=NOW, text="专精特新")) == expected[name]
    stranger = enterprise_actor(EnterpriseFactory.create())
    assert not list_of(stranger, "my", now=NOW, text="专精特新").exists()
    (draft,) = list_of(seen["my"], "drafts", now=NOW, text="特新 草稿")
    assert draft.state == "draft" and not list_of(seen["my"], "drafts", now=NOW, text="x").exists()


def test_a_text_costs_few_queries_more_however_much_it_finds(known):
    actor = officer("coordinator", cases.unit("SZ-ZWSJ"))

    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            len(list_of(actor, "all", now=NOW, text=text))
        return len(caught)

    more = 1 + (connection.vendor == "sqlite")  # how many, and which
    assert queries("补贴") == queries("公司") == queries("补贴 公司 申请") == queries("") + more
    assert queries("纳米") == more, "of none there is no list to read"


def test_pairs_are_of_what_stands_side_by_side():
    assert pairs_asked("A股，12") == (["a股"], ["12"])
    assert pairs_asked("补") == pairs_asked("，。") == pairs_asked("²") == ([], [])
    text = "e-mail: ＡB1企业"
    assert letter_pairs(text) == "ab ai b1 il ma"
    held = {a + b for a, b in pairwise(plain(text))}
    assert set(letter_pairs(text).split()) <= held


def test_a_firm_that_was_renamed_is_found_by_its_name_of_now(known):
    from qifu.appeals.actions import index_firms, keep_search

    firm = known[0].enterprise.organisation
    Organisation.objects.filter(pk=firm.pk).update(name="焕然一新公司")
    index_firms([firm.pk])
    keep_search(now=NOW)
    assert found("焕然一新") == {known[0].pk} == found("焕然 专精特新")
