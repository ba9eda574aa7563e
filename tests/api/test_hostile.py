"""Requests that no honest program makes are refused like any other, never with a fault of ours."""

import pytest

from tests.api.programs import ROOT

pytestmark = pytest.mark.django_db
PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\nx\r\n'
FORMS = {
    "no boundary": ("multipart/form-data", b"x"),
    "empty boundary": ("multipart/form-data; boundary=", b"{}"),
    "too many files": (
        "multipart/form-data; boundary=b",
        b"".join(PART % (b"files", b'; filename="%d.txt"' % one) for one in range(150)) + b"--b--",
    ),
    "too many fields": (
        "multipart/form-data; boundary=b",
        b"".join(PART % (b"x%d" % one, b"") for one in range(600)) + b"--b--",
    ),
    "no base64": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n%%%\r\n--b--\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FORMS)
def test_a_form_that_is_none_is_a_bad_request(asks, what):
    kind, body = FORMS[what]
    pk = asks.post("/appeals/drafts", {"text": "货梯坏了"}).json()["id"]
    asks.client.raise_request_exception = False
    headers = {"Authorization": f"Bearer {asks.secret}", "Idempotency-Key": "a-bad-form-0001"}
    answer = asks.client.generic(
        "POST", f"{ROOT}/appeals/{pk}/files", body, content_type=kind, headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity"])
def test_a_number_that_is_none_is_refused_at_its_field(asks, firm, value):
    fact = {"attribute": "revenue", "period": "2025", "value": value, "as_of": "2026-05-31"}
    answer = asks.post(f"/firms/{firm.uscc}/facts", fact)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_is_none_in_another_zone_is_refused_at_its_field(asks, moment):
    answer = asks.get("/channels?open_at=" + moment.replace("+", "%2B"))
    assert (answer.status_code, answer.json()["field"]) == (422, "open_at")
    hook = {"url": "https://example.com/qifu", "kinds": ["appeal.*"]}
    pk = asks.post("/webhooks", hook).json()["id"]
    answer = asks.post(f"/webhooks/{pk}/replay", {"since": moment})
    assert (answer.status_code, answer.json()["field"]) == (422, "since")


def test_a_change_that_is_refused_in_part_changes_nothing(asks):
    hook = {"url": "https://example.com/qifu", "kinds": ["appeal.*"]}
    pk = asks.post("/webhooks", hook).json()["id"]
    both = {"url": "https://example.com/other", "state": "on"}
    assert asks.ask("PATCH", f"/webhooks/{pk}", both).status_code == 409
    assert asks.get(f"/webhooks/{pk}").json()["url"] == hook["url"]
