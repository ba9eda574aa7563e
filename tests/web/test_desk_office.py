"""Figures with every case behind them, and policy gaps, as officials see them."""

from datetime import timedelta

import pytest

from qifu.appeals.models import PolicyGap
from tests.appeals import cases, world
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, officer
from tests.web.desk_people import as_, queries, table
from tests.web.firms import HTMX
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")

PERIOD = {"since": "2026-10-01", "until": "2026-11-30"}
LAST_MONTH = NOW - timedelta(days=30)


@pytest.fixture
def coordinator():
    return officer("coordinator", cases.unit("SZ-ZWSJ"))


@pytest.fixture
def desk(coordinator):
    return as_(coordinator)


@pytest.fixture
def some():
    """Three units, two months, two districts, two matters; solved, explained, late, open."""
    solved = cases.case("closed", matter="payment_arrears", region="440306")
    cases.dispatch(solved)
    cases.rating(cases.reply(solved), 5, solved=True)
    bad = cases.case("closed", matter="payment_arrears", region="440305", at=LAST_MONTH)
    cases.dispatch(bad)
    cases.rating(cases.reply(bad, "explained"), 3, solved=False)
    late = cases.case("handling", lead="SZ-RSJ", matter="permits", region="440306")
    cases.dispatch(late, "SZ-RSJ")
    cases.clock(late, due=NOW - timedelta(hours=2), missed=True)
    return [solved, bad, late, cases.case("submitted", at=LAST_MONTH), cases.case("withdrawn")]


def shown(page):
    """Every figure of a page with the row that it stands in."""
    for one in page.context["tables"]:
        for line in (*one["lines"], one["total"]):
            for figure in line.shown:
                yield line.name, figure


def found(client, query):
    """How many cases an address of figures leads to."""
    page = client.get(f"/desk/figures/cases/?{query}")
    assert page.status_code == 200, query
    assert page.context["found"].shown == str(len(page.context["rows"]))
    return len(page.context["rows"])


def names(page):
    return [line.name for line in page.context["tables"][0]["lines"]]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("unit", ["市工业和信息化局", "市人力资源和社会保障局", "还没派单"]),
        ("month", ["2026年10月", "2026年11月"]),
        ("district", ["南山区", "宝安区", "没写区域"]),
    ],
)
def test_figures_are_grouped_as_asked(desk, some, by, rows):
    page = desk.get("/desk/figures/", {"by": by, **PERIOD})
    assert page.status_code == 200
    assert names(page) == rows
    assert inline(page.content.decode()) == []
    reader = read(page)
    assert reader.headings == ["诉求指标"]
    assert len(reader.ids) == len(set(reader.ids))
    for row in rows:
        assert row in words(page)


def test_by_matter_each_row_has_the_name_of_the_pack(desk, some, demo_city):
    page = desk.get("/desk/figures/", {"by": "matter", **PERIOD})
    by_code = {one.code: one.name.zh for one in demo_city.matters}
    wanted = sorted(by_code.get(code, code) for code in ("payment_arrears", "permits"))
    assert sorted(names(page)) == sorted([*wanted, "还没定事项"])


@pytest.mark.parametrize("by", ["unit", "matter", "district", "month"])
def test_behind_every_figure_are_as_many_cases_as_it_says(desk, some, by):
    page = desk.get("/desk/figures/", {"by": by, **PERIOD})
    looked = 0
    for row, figure in shown(page):
        cell = figure.cell
        if figure.links:
            number = cell.counted or cell.of
            # the mean sums hops: behind it are the cases that were dispatched
            number = cell.of if cell.code == "hops_mean" else number
            assert found(desk, figure.counted) == number, (row, cell)
            looked += 1
        if cell.excluded:
            assert found(desk, figure.excluded) == cell.excluded, (row, cell)
            looked += 1
    assert looked > 20


def test_a_figure_with_nothing_behind_it_is_no_link(desk, some):
    page = desk.get("/desk/figures/", {"by": "unit", **PERIOD})
    for _row, figure in shown(page):
        behind = figure.cell.counted or (figure.cell.of or 0)
        assert figure.links == bool(behind)
        assert (f"?{figure.counted}" in [link[-len(figure.counted) - 1 :] for link in
                read(page).links]) == bool(behind)  # fmt: skip


def test_the_formula_of_every_figure_stands_below(desk, some):
    said = words(desk.get("/desk/figures/", PERIOD))
    assert "企业说已解决的诉求 ÷ 企业明确说了是否解决的诉求" in said
    assert "未评价的绝不算满意" in said
    assert "解决率" in said and "50.0%" in said and "1 ÷ 2" in said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "2026-11-22", "until": "2026-11-01"}, "结束日期早于开始日期"),
        ({"since": "2020-01-01", "until": "2026-11-01"}, "最多看三年"),
        ({"since": "yesterday"}, "日期写成 2026-11-22"),
        ({"since": "0000-00-00"}, "日期写成 2026-11-22"),
        ({"by": "firm"}, "只能按单位、事项、区域或月份看"),
    ],
)
def test_a_period_that_cannot_be_asked_says_so_and_keeps_what_was_typed(desk, asked, said):
    page = desk.get("/desk/figures/", asked)
    assert page.status_code == 422
    assert said in words(page)
    html = page.content.decode()
    for name in ("since", "until"):
        if name in asked:
            assert f'value="{asked[name]}"' in html
    part = desk.get("/desk/figures/", asked, **HTMX)
    assert part.status_code == 422
    assert said in words(part)
    assert desk.get("/desk/figures.xlsx", asked).status_code == 422


def test_a_period_without_cases_says_so(desk):
    page = desk.get("/desk/figures/", {"since": "2005-01-01", "until": "2005-12-31"})
    assert page.status_code == 200
    assert "这段时间没有诉求" in words(page)


def test_the_part_that_htmx_asks_for_is_the_page_word_for_word(desk, some):
    asked = {"by": "month", **PERIOD}
    part = desk.get("/desk/figures/", asked, **HTMX).content.decode().strip()
    assert part in desk.get("/desk/figures/", asked).content.decode()


def test_the_workbook_holds_every_figure_with_its_sets(desk, some):
    answer = desk.get("/desk/figures.xlsx", {"by": "unit", **PERIOD})
    rows = table(answer)
    head = {name: number for number, name in enumerate(rows[0])}
    assert [row[0] for row in rows[1:]] == [
        "市工业和信息化局", "市人力资源和社会保障局", "还没派单", "合计",
    ]  # fmt: skip
    ours, total = rows[1], rows[-1]
    assert ours[head["解决率"]] == 0.5
    assert (ours[head["解决率：分子"]], ours[head["解决率：分母"]]) == (1, 2)
    assert total[head["解决率：不计入"]] == 3
    assert total[head["收到"]] == 5
    assert total[head["超期在办"]] == 1
    assert rows[2][head["解决率"]] is None  # nothing to divide by is no zero
    name = answer.headers["Content-Disposition"]
    assert "20261001-20261130" in name


def test_the_cases_of_a_row_say_whose_and_of_which_days_they_are(desk, some):
    asked = {"by": "unit", "code": "received", "row": "SZ-GXJ", **PERIOD}
    page = desk.get("/desk/figures/cases/", asked)
    said = words(page)
    assert "收到 · 背后的诉求" in said
    assert "市工业和信息化局 · 2026年10月1日至2026年11月30日提交的诉求" in said
    assert {row["appeal"].number for row in page.context["rows"]} == {
        one.number for one in some[:2]
    }
    for by, row, name in (
        ("month", "2026-10", "2026年10月"), ("district", "440306", "宝安区"),
        ("unit", "", "还没派单"), ("matter", "", "还没定事项"),
    ):  # fmt: skip
        page = desk.get("/desk/figures/cases/", {**asked, "by": by, "row": row})
        assert f"{name} · " in words(page)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"code": "no-such"},
        {"code": "received", "part": "everything"},
        {"code": "received", "since": "x"},
        {"code": "received", "by": "month", "row": "2026-13"},
        {"code": "received", "by": "firm"},
    ],
)
def test_a_figure_that_is_none_is_refused(desk, asked):
    assert desk.get("/desk/figures/cases/", asked).status_code == 422


def test_who_sees_figures_but_not_the_cases_gets_numbers_without_words_or_links(some):
    firm = EnterpriseFactory.create(organisation__name="不该露面的企业")
    hidden = cases.case("handling", firm=firm, title="不该露面的标题", contact_name="不该露面的人")
    page = as_(officer("auditor")).get(
        "/desk/figures/cases/", {"code": "received", "part": "counted", **PERIOD}
    )
    assert hidden.number in words(page)
    assert "不该露面" not in page.content.decode()
    assert f"/desk/appeals/{hidden.pk}/" not in page.content.decode()


def test_a_unit_counts_its_own_cases_only(some):
    own = as_(officer("unit_admin", cases.unit("SZ-RSJ")))
    page = own.get("/desk/figures/", {"by": "unit", **PERIOD})
    assert names(page) == ["市人力资源和社会保障局"]
    asked = {"by": "unit", "code": "received", "row": "SZ-GXJ", **PERIOD}
    assert own.get("/desk/figures/cases/", asked).context["rows"] == []


def test_figures_cost_the_same_for_few_and_for_many_cases(desk, some):
    def ask():
        desk.get("/desk/figures/", {"by": "unit", **PERIOD})

    ask()
    few = queries(ask)
    for _more in range(12):
        cases.rating(cases.reply(cases.case("closed", lead="SZ-GXJ")), 4)
    assert queries(ask) == few


def gap(clause="注册不满一年的企业不能申报", *, lead="SZ-GXJ", **more):
    appeal = cases.case("closed_justified", lead=lead, **more)
    row = cases.callback(cases.rating(cases.reply(appeal), 1), "justified")
    return PolicyGap.objects.create(
        appeal=appeal, callback=row, clause=clause, matter=appeal.matter, recorded_at=NOW,
        explanation="已向企业说明",
    )  # fmt: skip


def test_gaps_are_counted_by_clause_and_each_is_told():
    for _one in range(2):
        gap(matter="payment_arrears")
    other = gap("名单以外的行业不能申报")
    client = as_(officer("policy_officer"))
    page = client.get("/desk/gaps/")
    said = words(page)
    assert said.index("注册不满一年") < said.index("名单以外")
    assert [row["count"].cases for row in page.context["counts"]] == [2, 1]
    assert "已向企业说明" in said
    one = client.get("/desk/gaps/", {"clause": other.clause})
    assert [row["gap"].pk for row in one.context["rows"]] == [other.pk]
    none = client.get("/desk/gaps/", {"clause": "没有这一条"})
    assert "这一条款下没有记录" in words(none)


def test_only_who_sees_the_case_can_open_it_from_its_gap(desk):
    row = gap()
    address = f"/desk/appeals/{row.appeal_id}/"
    assert address in read(desk.get("/desk/gaps/")).links
    assert address not in read(as_(officer("policy_officer")).get("/desk/gaps/")).links


def test_a_closing_that_a_coordinator_approved_is_among_the_gaps(monkeypatch):
    appeal = world.closed_justified()
    monkeypatch.setattr("django.utils.timezone.now", lambda: appeal.changed_at)
    page = as_(officer("policy_officer")).get("/desk/gaps/")
    assert "现行规定不允许" in words(page)
    assert [row["gap"].appeal_id for row in page.context["rows"]] == [appeal.pk]


def test_without_gaps_the_page_says_what_will_stand_there():
    assert "还没有政策缺口" in words(as_(officer("policy_officer")).get("/desk/gaps/"))
