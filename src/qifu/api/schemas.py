"""What all inputs and answers are made of: bounded texts and numbers, names in both languages."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, LiteralString

from django.utils.translation import gettext_noop as _
from ninja import P, PathEx
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

MOST_ID = 2**63 - 1


def _no_nul(text: str) -> str:
    """PostgreSQL stores no NUL; no word has one. Blanks around a text count for its length only."""
    if "\x00" in text:
        raise PydanticCustomError("nul", "no NUL")
    return text.strip()


def _written(kind: LiteralString) -> Callable[[Any], Any]:
    """Days and moments are written out: pydantic would also count seconds since 1970."""

    def look(value: Any) -> Any:
        if isinstance(value, int | float) or (isinstance(value, str) and "-" not in value):
            raise PydanticCustomError(kind, "written as ISO 8601")
        return value

    return look


class In(BaseModel):
    """What a program sends: nothing but what is named, every text and number bounded.

    pydantic's BaseModel and not ninja's Schema: that one would take a bare JSON string.
    """

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What a program is told."""

    model_config = ConfigDict(extra="forbid")


Line = Annotated[str, Field(max_length=200), AfterValidator(_no_nul)]
Text = Annotated[str, Field(max_length=5_000), AfterValidator(_no_nul)]
Code = Annotated[str, Field(max_length=64), AfterValidator(_no_nul)]
Number = Annotated[int, Field(ge=1, le=MOST_ID)]
# not at the ends of what a clock can count: there the same moment in another zone is none
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
    BeforeValidator(_written("datetime_parsing")),
]
Day = Annotated[date, BeforeValidator(_written("date_parsing"))]
# in an address
PathId = PathEx[int, P(ge=1, le=MOST_ID, examples=[1])]
PathCode = PathEx[str, P(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._@-]+$")]


class Words(Out):
    """A name in both languages; Chinese in both where there is no English."""

    zh: str = Field(examples=["市工业和信息化局"])
    en: str = Field(examples=["Industry Bureau"])


class Named(Out):
    """A code of a closed list with its name."""

    code: str = Field(examples=["open"])
    name: Words


class Refusal(Out):
    """Why a request was not done."""

    code: str = Field(examples=["bad_input"], description=_("固定的代码，给程序判断用"))
    message: str = Field(
        examples=["请填写名称，例如：财务系统"], description=_("一句话，语言随 Accept-Language")
    )
    field: str = Field(examples=["name"], description=_("有问题的那一项；没有时为空"))
    fields: dict[str, str] | None = Field(default=None, description=_("有几项要改时，每一项一句话"))


def words(value: Any) -> Words:
    """Bilingual data of a pack ({zh, en} or a pair) as an answer."""
    if isinstance(value, Mapping):
        zh, en = value.get("zh"), value.get("en")
    elif isinstance(value, tuple | list) and len(value) == 2:
        zh, en = value
    else:
        zh, en = value, value
    return Words(zh=str(zh or en or ""), en=str(en or zh or ""))


def yuan(value: Decimal | int | None) -> str | None:
    """Money as a decimal text in yuan, without an exponent: \"300000\"."""
    return None if value is None else format(Decimal(value), "f")
