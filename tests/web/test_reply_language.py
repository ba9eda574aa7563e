"""What an official puts in for the firm is in the language in which the firm wrote."""

import pytest

from qifu.base.city import current_city
from qifu.web.appeals.desk.forms.base import for_the_firm
from tests.appeals import world
from tests.web.desk_people import as_
from tests.web.pages import read

pytestmark = pytest.mark.usefixtures("demo_city")

ENGLISH = "Our transformer is too small and the mould line stops every afternoon."


def of(text: str):
    """A case that waits for intake, told in this text."""
    return world.submitted(text=text, title="")


def typed(page, step: str) -> dict[str, str]:
    """What stands in the fields of the form of a step."""
    found = next(one for one in read(page).forms if f"/{step}/" in one["action"])
    return dict(found["fields"])


@pytest.mark.parametrize(
    ("text", "language"), [(ENGLISH, "en"), ("变压器容量不够，怎么办？", "zh")]
)
def test_reason_and_channel_of_an_exclusion(text, language):
    case = of(text)
    known = current_city().scope.get("other_procedure")
    sent = {"do": "fill", "exclusion": "other_procedure"}
    page = as_(world.intake_actor()).post(f"/desk/appeals/{case.pk}/reject_intake/", sent)
    told = typed(page, "reject_intake")
    assert told["reason"] == known.reason.of(language)
    assert told["channel"].startswith(getattr(known.channel, language))


@pytest.mark.parametrize(
    ("text", "language"), [(ENGLISH, "en"), ("变压器容量不够，怎么办？", "zh")]
)
def test_a_template_of_a_reply(text, language):
    case = world.accepted(of(text))
    row = current_city().reply_templates[0]
    sent = {"do": "insert", "template": row["code"]}
    page = as_(world.intake_actor()).post(f"/desk/appeals/{case.pk}/answer_at_once/", sent)
    assert typed(page, "answer_at_once")["text"] == row["text"][language]


def test_what_has_no_english_stays_as_it_is():
    assert for_the_firm(of(ENGLISH), {"zh": "只有中文", "en": ""}) == "只有中文"
