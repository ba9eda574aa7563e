"""Values of facts, names in both languages, and the firm that an address names."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from django.utils.translation import gettext, override
from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr

from qifu.api.schemas import Line, Named, Words
from qifu.base.city import City
from qifu.organisations.logic.values import show_value, typed_value
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import enterprise_for, enterprises_visible_to
from qifu.rulebook.catalogue import Attribute

MOST = 10**15
# a value as JSON: in the catalogue's own unit (money in yuan, shares between 0 and 1)
Value = (
    StrictBool
    | Annotated[StrictInt, Field(ge=-MOST, le=MOST)]
    | Annotated[float, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]
    | Annotated[StrictStr, Field(max_length=500), AfterValidator(str.strip)]
    | Annotated[list[Line], Field(max_length=100)]
)
Told = bool | int | float | str | list[str] | None


def both(text: object) -> Words:
    """A text of the program in both languages; lazy texts and sources of gettext alike."""
    # gettext("") is the head of the catalogue
    source = text if isinstance(text, str) and text else None
    with override("zh-hans"):
        zh = str(text)
    with override("en"):
        en = gettext(source) if source else str(text)
    return Words(zh=zh, en=en)


def named(names: Mapping[str, Any], code: str) -> Named:
    """A code of a closed list with its name; the code itself where it is not on the list."""
    return Named(code=code, name=both(names.get(code, code)))


def as_typed(attribute: Attribute | None, value: Any) -> str | list[str]:
    """A JSON value as the actions take it, who read what a person types (money in 万元).

    A number, and a text that is nothing but a number, is in the catalogue's unit.
    """
    if isinstance(value, list):
        return [str(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if attribute is not None and attribute.numeric:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return str(value)
        if not number.is_finite() or abs(number) > MOST:  # NaN, too: the room says that it is none
            return str(value)[:40]
        return str(typed_value(attribute, number))
    return str(value)


def value_words(attribute: Attribute | None, value: Any, city: City) -> Words:
    """A value as people read it, in both languages."""
    if attribute is None:
        return Words(zh=str(value), en=str(value))
    told = (show_value(attribute, value, name, catalogue=city.catalogue) for name in ("zh", "en"))
    return Words(zh=next(told), en=next(told))


def label_words(city: City, key: str) -> Words:
    """The name of a fact with its year."""
    name, _at, year = key.partition("@")
    attribute = city.catalogue.get(name)
    if attribute is None:
        return Words(zh=key, en=key)
    zh, en = attribute.label_zh, attribute.label_en
    return Words(zh=f"{year} 年{zh}" if year else zh, en=f"{en} ({year})" if year else en)


def firm_of(actor: Actor, code: str) -> Enterprise:
    """The firm of an address, by its unified social credit code or by its number in events.

    Enterprise.DoesNotExist for what one may not see.
    """
    if code.isascii() and code.isdigit() and len(code) < 16:
        return enterprises_visible_to(actor).get(pk=int(code))
    return enterprise_for(actor, code)
