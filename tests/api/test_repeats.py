"""A create that is sent twice is done once; pages stay right while rows are added."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection

from qifu.accounts.actions.tokens import sweep_programs
from qifu.accounts.logic import SCOPES
from qifu.accounts.models import KeptAnswer, RateCount
from qifu.organisations.models import Fact, Invitation
from qifu.policies.models import StoredReport
from tests.api.programs import program
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor

STATEMENT = {"attribute": "employees", "value": 186, "as_of": "2026-11-20"}


@pytest.fixture
def facts(firm) -> str:
    return f"/firms/{firm.uscc}/facts"


@pytest.mark.django_db
class TestOneKey:
    def test_a_create_without_a_key_is_told_to_bring_one(self, asks, facts, firm):
        for key in ("", "short", "with blanks in it", "x" * 101):
            answer = asks.post(facts, STATEMENT, Idempotency_Key=key)
            told = answer.json()
            assert (answer.status_code, told["code"], told["field"]) == (
                422, "idempotency_key_required", "Idempotency-Key",
            )  # fmt: skip
        assert not Fact.objects.filter(enterprise=firm, source="self").exists()

    def test_the_same_request_again_gets_the_same_answer_and_does_nothing(self, asks, facts, firm):
        first = asks.post(facts, STATEMENT, Idempotency_Key="one-statement")
        again = asks.post(facts, STATEMENT, Idempotency_Key="one-statement")
        assert first.status_code == again.status_code == 201
        assert json.loads(first.content) == json.loads(again.content)
        assert "Idempotent-Replay" not in first and again["Idempotent-Replay"] == "true"
        assert Fact.objects.filter(enterprise=firm, source="self").count() == 1

    def test_a_key_is_for_one_request(self, asks, facts):
        asks.post(facts, STATEMENT, Idempotency_Key="one-statement")
        other = asks.post(facts, {**STATEMENT, "value": 187}, Idempotency_Key="one-statement")
        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_key_reused"
        elsewhere = facts.replace("facts", "reports")
        assert asks.post(elsewhere, Idempotency_Key="one-statement").status_code == 422

    def test_a_refused_request_may_be_sent_again_with_its_key(self, asks, facts):
        wrong = asks.post(facts, {**STATEMENT, "value": -1}, Idempotency_Key="one-statement")
        assert (wrong.status_code, wrong.json()["field"]) == (422, "value")
        assert not KeptAnswer.objects.exists()
        right = asks.post(facts, STATEMENT, Idempotency_Key="one-statement")
        assert right.status_code == 201 and "Idempotent-Replay" not in right

    def test_keys_of_two_tokens_are_two_keys(self, asks, facts, firm):
        clerk = program(enterprise_actor(firm, "clerk"), SCOPES)
        asks.post(facts, STATEMENT, Idempotency_Key="one-statement")
        answer = clerk.post(facts, STATEMENT, Idempotency_Key="one-statement")
        assert answer.status_code == 201 and "Idempotent-Replay" not in answer

    def test_a_secret_of_an_answer_is_told_once_and_not_kept(self, asks):
        body = {"label": "新同事", "role": "clerk"}
        first = asks.post("/invitations", body, Idempotency_Key="one-invitation")
        again = asks.post("/invitations", body, Idempotency_Key="one-invitation")
        secret = first.json()["address"].rstrip("/").rpartition("/")[2]
        assert again.json() == {**first.json(), "address": None}
        assert secret not in json.dumps(KeptAnswer.objects.get().answer)
        assert Invitation.objects.count() == 1

    def test_steps_take_a_key_and_need_none(self, asks, firm):
        asks.post(f"/firms/{firm.uscc}/facts", STATEMENT)
        path = f"/firms/{firm.uscc}/facts/employees/retract"
        assert asks.ask("POST", path, {}).status_code == 200
        first = asks.ask("POST", path, {}, Idempotency_Key="one-retraction")
        again = asks.ask("POST", path, {}, Idempotency_Key="one-retraction")
        assert "Idempotent-Replay" not in first and again["Idempotent-Replay"] == "true"

    def test_old_answers_and_counts_are_swept(self, asks, facts, settings):
        asks.post(facts, STATEMENT, Idempotency_Key="one-statement")
        soon = NOW + timedelta(days=settings.QIFU_API_ANSWER_DAYS)
        sweep_programs(now=soon)
        assert KeptAnswer.objects.count() == 1 and not RateCount.objects.exists()
        sweep_programs(now=soon + timedelta(seconds=1))
        assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_make_one_report(demo_city):
    firm = EnterpriseFactory.create()
    secret = program(enterprise_actor(firm), SCOPES).secret
    ready, got = threading.Barrier(2), []

    def make() -> None:
        from tests.api.programs import Program

        asks = Program(secret)
        ready.wait()
        answer = asks.post(f"/firms/{firm.uscc}/reports", Idempotency_Key="the-very-same")
        got.append((answer.status_code, answer.json().get("id")))
        connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = StoredReport.objects.get(enterprise=firm)
    assert got == [(201, made.pk)] * 2


@pytest.mark.django_db
class TestPages:
    def seen(self, asks, path: str, between=lambda: None) -> list[int]:
        found, onward = [], ""
        while True:
            told = asks.get(f"{path}{'&' if '?' in path else '?'}limit=2{onward}").json()
            found += [one["id"] for one in told["items"]]
            if not told["next"]:
                return found
            onward = f"&cursor={told['next']}"
            between()

    def test_every_row_comes_once_while_others_are_added(self, asks, firm):
        path = f"/firms/{firm.uscc}/reports"
        made = [asks.post(path).json()["id"] for _ in range(5)]

        def add() -> None:
            if StoredReport.objects.count() < 7:
                asks.post(path)

        assert self.seen(asks, path, add) == sorted(made, reverse=True)

    def test_pages_cut_anywhere_give_the_whole_list(self, asks):
        whole = [one["id"] for one in asks.get("/policies?limit=100").json()["items"]]
        assert len(whole) > 10 and whole == sorted(whole)
        assert self.seen(asks, "/policies") == whole

    @pytest.mark.parametrize("cursor", ["x", "WzFd", "a:b:c", "%00"])
    def test_a_cursor_that_is_none_is_refused(self, asks, cursor):
        answer = asks.get(f"/policies?cursor={cursor}")
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor")

    def test_the_cursor_of_another_list_is_refused(self, asks):
        cursor = asks.get("/policies?limit=1").json()["next"]
        assert asks.get(f"/messages?cursor={cursor}").status_code == 422

    @pytest.mark.parametrize("limit", ["0", "-707", "101", "x", "9" * 30])
    def test_the_limit_is_bounded(self, asks, limit):
        answer = asks.get(f"/policies?limit={limit}")
        assert (answer.status_code, answer.json()["field"]) == (422, "limit")
