"""The page of a case for officials: what it shows to whom, what it helps with, its files."""

import io
from datetime import timedelta

import pytest

from qifu.appeals import actions
from qifu.appeals.models import Appeal, Attachment, Dispatch, Reply, ScopeDecision, Suggestion
from tests.appeals import world
from tests.appeals.world import later
from tests.conftest import NOW
from tests.factories import officer
from tests.knowledge.sample import library
from tests.web.desk_people import as_, queries
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
PDF = b"%PDF-1.4\n" + b"0" * 60
DEBT = "某公司拖欠我公司货款80万元，合同约定验收后三十日付清，已经超期半年，希望督促付款。"


def at(appeal: Appeal, step: str = "") -> str:
    return f"/desk/appeals/{appeal.pk}/" + (f"{step}/" if step else "")


def offered(page, appeal: Appeal) -> set[str]:
    """The steps whose forms stand on a page."""
    return {
        one["action"].split("/")[4]
        for one in read(page).forms
        if one["action"].startswith(at(appeal)) and one["method"] == "post"
    }


@pytest.mark.parametrize(
    ("case", "who", "expected"),
    [
        (world.submitted, world.intake_actor,
         {"accept", "reject_intake", "ask_for_facts", "merge", "escalate", "files", "link"}),
        (world.accepted, world.intake_actor,
         {"dispatch", "answer_at_once", "merge", "escalate", "files", "link"}),
        (world.need_info, world.intake_actor, {"supply_facts", "escalate", "files", "link"}),
        (world.dispatched, world.handler_actor,
         {"acknowledge", "object", "contact", "assign", "transfer", "files"}),
        (world.handling_, world.handler_actor,
         {"reply", "contact", "assign", "transfer", "ask_extension", "files"}),
        (world.handling_, world.coordinator_actor,
         {"remind", "supervise", "escalate", "files", "link"}),
        (world.callback_due, world.callback_actor,
         {"attempt_callback", "wants_more", "propose_justified", "ask_confirmation", "files"}),
        (world.rehandling, world.handler_actor, {"reply", "contact", "assign", "files"}),
        (world.closed, world.handler_actor, set()),
        (world.closed, world.coordinator_actor, {"link", "forget_requester"}),
        (world.withdrawn, world.intake_actor, {"link"}),
    ],
)  # fmt: skip
def test_only_the_steps_that_can_be_taken_stand_on_the_page(case, who, expected):
    appeal = case()
    page = as_(who()).get(at(appeal))
    assert page.status_code == 200
    assert offered(page, appeal) == expected
    assert inline(page.content.decode()) == []
    assert len(read(page).headings) == 1
    assert len(set(read(page).ids)) == len(read(page).ids)


def test_the_page_tells_the_case_the_newest_first_and_why_each_day_counts():
    appeal = world.handling_(points=("什么时候通电？", "要交多少钱？"))
    said = words(as_(world.handler_actor()).get(at(appeal)))
    for part in (
        appeal.number, appeal.text, "什么时候通电？", appeal.enterprise.name, world.PHONE,
        "办理中", "绿 · 还剩", "为什么是这一天", "第 1 个工作日", "市工业和信息化局",
    ):  # fmt: skip
        assert part in said
    told = said[said.index("办理过程") :]
    assert told.index("签收") < told.index("派单") < told.index("受理")
    assert "最近一次" in said


def test_a_case_that_is_not_ones_own_is_not_there():
    appeal, draft = world.dispatched(to=world.OTHER), world.draft()
    handler = as_(world.handler_actor())
    for path in (at(appeal), at(appeal, "reply"), at(appeal, "acknowledge"), at(draft),
                 "/desk/appeals/999999999/", f"/desk/appeals/{2**70}/"):  # fmt: skip
        assert handler.get(path).status_code == 404
    assert as_(world.intake_actor()).get(at(draft)).status_code == 404
    assert as_(world.callback_actor()).get(at(appeal)).status_code == 404
    assert as_(officer("policy_officer")).get(at(appeal)).status_code == 403


def test_a_unit_that_gave_the_case_on_sees_it_but_not_whom_to_call():
    appeal = world.handling_()
    first = world.handler_actor()
    actions.record_contact(
        appeal, actor=first, now=later(appeal), person="陈工程师", channel="phone", reached=True,
        result="电话 13912345678 联系，已说明",
    )  # fmt: skip
    actions.transfer(appeal, actor=first, now=later(appeal), unit=world.unit(world.DISTRICT))
    old = words(as_(first).get(at(appeal)))
    for hidden in (world.PHONE, "测试联系人", "陈工程师", "13912345678"):
        assert hidden not in old
    assert "测**" in old and "只有经办的单位看得到全部" in old
    new = words(as_(world.handler_actor(world.DISTRICT)).get(at(appeal)))
    for shown in (world.PHONE, "测试联系人", "陈工程师", "13912345678"):
        assert shown in new


def test_the_firms_page_is_linked_for_those_who_may_open_it():
    appeal = world.handling_()
    link = f"/desk/firms/{appeal.enterprise.uscc}/"
    assert link in read(as_(world.handler_actor()).get(at(appeal))).links


def test_a_case_costs_no_more_queries_with_a_long_history():
    appeal = world.handling_()
    handler = world.handler_actor()
    client = as_(handler)

    def call(number: int) -> None:
        for _one in range(number):
            actions.record_contact(
                appeal, actor=handler, now=later(appeal), person="陈工", channel="phone",
                reached=True, result="说明",
            )  # fmt: skip
            appeal.refresh_from_db()

    call(2)
    client.get(at(appeal))
    few = queries(lambda: client.get(at(appeal)))
    call(12)
    assert queries(lambda: client.get(at(appeal))) == few


def test_files_are_downloads_and_those_of_officials_stay_with_them():
    appeal = world.handling_()
    desk = as_(world.handler_actor())
    upload = io.BytesIO(PDF)
    upload.name = "内部意见.pdf"
    empty = desk.post(at(appeal, "files"), {})
    assert empty.status_code == 422 and "请选择要上传的文件" in words(empty)
    assert desk.post(at(appeal, "files"), {"files": upload, "internal": "on"}).status_code == 302
    file = Attachment.objects.get()
    assert file.internal
    said = words(desk.get(at(appeal)))
    assert "内部意见.pdf" in said and "只给部门看" in said and "安全检查中" in said
    address = f"{at(appeal)}files/{file.pk}/"
    assert address not in read(desk.get(at(appeal))).links
    assert desk.get(address).status_code == 404
    actions.scan_attachment(file.pk, now=NOW)
    got = desk.get(address)
    assert got.status_code == 200
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert as_(world.handler_actor(world.OTHER)).get(address).status_code == 404
    assert desk.get(f"{at(world.handling_())}files/{file.pk}/").status_code == 404
    owner = as_(world.owner_of(appeal))
    assert owner.get(f"/my/appeals/{appeal.pk}/files/{file.pk}/").status_code == 404


def test_accepting_shows_the_words_that_spoke_and_keeps_what_the_rules_said():
    appeal = world.submitted(text=DEBT)
    desk = as_(world.intake_actor())
    page = desk.get(at(appeal, "accept"))
    assert "拖欠账款" in words(page) and "因为写了" in words(page)
    assert '<option value="arrears" selected>' in page.content.decode()
    sent = {"matter": "arrears", "kind": "complaint", "region": "440306", "several": "on"}
    desk.post(at(appeal, "accept"), sent)
    appeal.refresh_from_db()
    assert (appeal.matter, appeal.kind, appeal.several) == ("arrears", "complaint", True)
    kept = {row.about: row for row in Suggestion.objects.filter(appeal=appeal)}
    assert {"matter", "scope"} <= set(kept)
    assert kept["matter"].chosen == "arrears"


def test_an_exclusion_is_suggested_with_its_reason_and_channel_and_a_person_decides():
    appeal = world.submitted(text="我公司不服行政处罚，已经向法院起诉，正在审理，请协调。")
    desk = as_(world.intake_actor())
    page = desk.get(at(appeal, "reject_intake"))
    html = page.content.decode()
    assert 'value="other_procedure"' in html and "checked" in html
    fields = dict(form(page, at(appeal, "reject_intake"))["fields"])
    assert fields["exclusion"] == "other_procedure"
    assert len(fields["reason"]) > 10 and len(fields["channel"]) > 5
    assert "可能不在受理范围" in words(page)
    # another exclusion brings its own words, without a script
    filled = desk.post(
        at(appeal, "reject_intake"), {"exclusion": "petition", "reason": "x", "do": "fill"}
    )
    other = dict(form(filled, at(appeal, "reject_intake"))["fields"])
    assert filled.status_code == 200
    assert other["exclusion"] == "petition" and other["reason"] not in ("x", fields["reason"])
    assert ScopeDecision.objects.count() == 0
    desk.post(at(appeal, "reject_intake"), {**other, "reason": "改过的理由"})
    decision = ScopeDecision.objects.get()
    assert (decision.exclusion, decision.reason) == ("petition", "改过的理由")
    assert decision.suggested == ["other_procedure"]


def test_the_prepared_door_of_another_exclusion_is_not_sent_to_the_firm():
    """The words stand in the form as the rules guess it; whoever chooses otherwise is told."""
    appeal = world.submitted()
    desk = as_(world.intake_actor())
    filled = desk.post(at(appeal, "reject_intake"), {"exclusion": "petition", "do": "fill"})
    words_of_petition = dict(form(filled, at(appeal, "reject_intake"))["fields"])
    wrong = {**words_of_petition, "exclusion": "outside_region", "reason": "货梯在东莞的厂区。"}
    answer = desk.post(at(appeal, "reject_intake"), wrong)
    assert answer.status_code == 422
    assert "和您选的不是一类" in words(answer)
    assert Appeal.objects.get(pk=appeal.pk).state == "submitted"
    desk.post(at(appeal, "reject_intake"), {**wrong, "channel": "拨打东莞的 12345"})
    assert Appeal.objects.get(pk=appeal.pk).state == "not_accepted"


def test_dispatching_shows_which_rule_fired_what_was_tried_and_the_load():
    appeal = world.accepted(world.submitted(text=DEBT, matter="arrears"))
    own = world.handler_actor()
    world.handling_()
    desk = as_(world.intake_actor())
    page = desk.get(at(appeal, "dispatch"))
    said = words(page)
    assert "规则 arrears 符合" in said
    assert '<option value="SZ-GXJ" selected>' in page.content.decode()
    assert own.user.display_name in said and "在办 0 件" in said
    look = desk.post(at(appeal, "dispatch"), {"unit": "SZ-RSJ", "note": "先看看", "do": "look"})
    assert look.status_code == 200
    assert '<option value="SZ-RSJ" selected>' in look.content.decode()
    assert dict(form(look, at(appeal, "dispatch"))["fields"])["note"].strip() == "先看看"
    assert "市人力资源和社会保障局的在办情况" in words(look)
    refused = desk.post(at(appeal, "dispatch"), {"unit": "SZ-RSJ", "note": ""})
    assert refused.status_code == 422
    assert "没有按派单目录派，请写明原因" in words(refused)
    desk.post(at(appeal, "dispatch"), {"unit": "SZ-GXJ", "note": ""})
    row = Dispatch.objects.get(appeal=appeal)
    assert (row.rule, row.suggested, row.unit) == ("arrears", row.unit, world.unit("SZ-GXJ"))


def test_a_unit_that_was_let_off_is_not_offered_again_and_the_one_it_named_is():
    appeal = world.objected(world.dispatched(world.accepted(world.submitted(matter="arrears"))))
    desk = as_(world.intake_actor())
    assert "不归本单位管" in words(desk.get(at(appeal, "settle_objection")))
    desk.post(at(appeal, "settle_objection"), {"outcome": "uphold", "reason": "归人社"})
    html = desk.get(at(appeal, "dispatch")).content.decode()
    assert '<option value="SZ-RSJ" selected>' in html
    assert '<option value="SZ-GXJ"' not in html
    desk.post(at(appeal, "dispatch"), {"unit": "SZ-RSJ", "note": ""})
    appeal.refresh_from_db()
    assert appeal.state == "dispatched"


def test_a_text_to_begin_with_is_put_in_without_a_script_and_what_was_typed_stays():
    appeal = world.handling_(points=("甲问题？", "乙问题？"))
    desk = as_(world.handler_actor())
    typed = {"point_1": "甲的答复", "point_2": "", "text": "", "outcome": "resolved"}
    page = desk.post(at(appeal, "reply"), {**typed, "template": "explained", "do": "insert"})
    assert page.status_code == 200
    fields = dict(form(page, at(appeal, "reply"))["fields"])
    assert fields["point_1"].strip() == "甲的答复"
    assert fields["point_2"].startswith("您问的是")
    assert Reply.objects.count() == 0
    asked = desk.get(at(appeal, "reply") + "?template=resolved")
    assert dict(form(asked, at(appeal, "reply"))["fields"])["point_1"].startswith("您反映的")


def test_a_basis_is_found_ticked_and_cited_and_an_answer_brings_its_words():
    library()
    appeal = world.handling_(text=DEBT, matter="arrears")
    desk = as_(world.handler_actor())
    page = desk.post(at(appeal, "reply"), {"find": "付款期限", "text": "先写的", "do": "find"})
    html = page.content.decode()
    assert page.status_code == 200
    assert 'name="cited" value="law:' in html
    part = desk.post(
        at(appeal, "reply"), {"find": "付款期限", "do": "find"}, headers={"HX-Request": "true"}
    )
    assert part.content.decode().strip().startswith("<fieldset")
    code = html.split('name="cited" value="law:')[1].split('"')[0]
    kept = desk.post(at(appeal, "reply"), {"find": "别的", "cited": f"law:{code}", "do": "find"})
    assert f'value="law:{code}" checked' in kept.content.decode()
    sent = {"text": "已经核对。", "outcome": "not_possible", "cited": [f"law:{code}", "law:x:y"]}
    assert desk.post(at(appeal, "reply"), {**sent, "cited": ["no:thing"]}).status_code == 422
    assert desk.post(at(appeal, "reply"), sent).status_code == 422
    done = desk.post(at(appeal, "reply"), {**sent, "cited": f"law:{code}", "basis": "办事指南"})
    assert done.status_code == 302
    law, _colon, article = code.rpartition(":")
    assert Reply.objects.get().basis == [{"law": law, "article": article}, {"text": "办事指南"}]


def test_repeats_of_the_same_firm_and_similar_texts_of_others_stand_beside_the_case():
    firm = world.firm_actor()
    old = world.closed(world.replied(world.handling_(world.dispatched(world.accepted(
        world.submitted(firm, text=DEBT))))))  # fmt: skip
    other = world.submitted(text=DEBT)
    again = world.submitted(firm, text=DEBT, now=NOW + timedelta(hours=2))
    said = words(as_(world.intake_actor()).get(at(again)))
    assert "办结后又提" in said and old.number in said
    assert "其他企业" in said and other.number in said
    # a unit sees of these only its own
    handed = world.dispatched(world.accepted(again))
    beside = words(as_(world.handler_actor()).get(at(handed)))
    assert old.number in beside and other.number not in beside


def test_facts_that_are_usually_needed_can_be_ticked():
    appeal = world.submitted(text=DEBT, matter="arrears")
    desk = as_(world.intake_actor())
    page = desk.get(at(appeal, "ask_for_facts"))
    assert "这类事通常要补的" in words(page)
    desk.post(at(appeal, "ask_for_facts"), {"asks": ["0"], "question": "还有付款凭证"})
    question = appeal.info_requests.get().question
    assert question.endswith("还有付款凭证") and len(question.splitlines()) == 2


def test_the_case_prints_whole_without_the_forms():
    page = as_(world.handler_actor()).get(at(world.handling_())).content.decode()
    assert 'class="qd-decide qf-no-print"' in page
    assert "data-qf-print" in page


def test_an_english_page_says_the_same(english_texts):
    client = as_(world.handler_actor())
    client.cookies["django_language"] = "en"
    assert client.get(at(world.handling_())).status_code == 200
    assert client.get("/desk/appeals/").status_code == 200


def test_a_clock_that_stands_still_says_so():
    appeal = world.need_info()
    said = words(as_(world.intake_actor()).get(at(appeal)))
    assert "暂停中，会顺延" in said and "请提供用电户号" in said
