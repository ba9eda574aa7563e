"""What every step of an official has: who takes it, when it fits, its fields, what it does."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Self

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.accounts.models import User
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_take
from qifu.appeals.selectors import Colleague
from qifu.base.errors import BadInput
from qifu.organisations.models import Unit
from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.forms.fields import LongText
from qifu.web.appeals.forms.steps import StepForm
from qifu.web.appeals.words import CHANNELS
from qifu.web.words import day_text, language, spoken

Text = str | Promise
# buttons that help to fill a form in, and take no step
HELP: Final = frozenset({"find", "insert", "fill", "look", "check", "earlier"})
CALLED: Final = ("phone", "visit", "message", "meeting")
CHOOSE: Final[Any] = {
    "required": gettext_lazy("请从列表里选择。"),
    "invalid_choice": gettext_lazy("请从列表里选择。"),
}

_CHINESE: Final = re.compile("[\u3400-\u9fff]")


def for_the_firm(appeal: Appeal, text: Any) -> str:
    """Bilingual words (`zh` and `en`) in the language in which the firm wrote its appeal."""
    mapped = isinstance(text, Mapping)
    zh, en = (text.get("zh", ""), text.get("en", "")) if mapped else (text.zh, text.en)
    return str(zh if _CHINESE.search(appeal.text) or not en else en)


class DeskStep(StepForm):
    """One step of an official on a case; `rows` are the rows of the step table that it takes."""

    rows: ClassVar[tuple[str, ...]] = ()
    # fields that may stay empty; a template with what to know before deciding
    optional: ClassVar[frozenset[str]] = frozenset()
    # what the room calls a field that has another name here
    names: ClassVar[Mapping[str, str]] = {}
    intro: ClassVar[str] = ""
    layout: ClassVar[str] = "appeals/desk/_fields.html"
    wide: ClassVar[bool] = False

    def __init__(self, about: About, *args: Any, **given: Any) -> None:
        self.about = about
        super().__init__(about.city, *args, **given)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the case: choices, first values."""

    @classmethod
    def taken(cls) -> tuple[str, ...]:
        """The rows of the step table that the form serves."""
        return cls.rows or (cls.step,)

    @classmethod
    def theirs(cls, about: About) -> bool:
        """Whether the official's side may ever take it on this case."""
        return any(may_take(about.actor, about.appeal, row) for row in cls.taken())

    @classmethod
    def in_table(cls, about: About) -> bool:
        """Whether the table allows it now."""
        return any(row.name in cls.taken() for row in about.case.steps)

    @classmethod
    def fits(cls, about: About) -> bool:
        """Whether it can be taken now: the table allows it, and the case has what it needs."""
        return cls.in_table(about) and cls.ready(about)

    @classmethod
    def ready(cls, about: About) -> bool:
        """What the case needs beside its state."""
        return True

    @classmethod
    def unsent(cls, about: About, sent: QueryDict) -> Self:
        """The form as it was typed, not judged: for a button that only helps to fill it in."""
        typed = {
            name: field.widget.value_from_datadict(sent, {}, name)
            for name, field in cls(about, initial=sent.dict()).fields.items()
            if not isinstance(field, forms.FileField)
        }
        return cls(about, initial=typed)

    def help(self, asked: QueryDict) -> None:
        """Do what a helping button, or the address, asks: fill something in."""

    def told(self) -> str:
        """What is said when the step was taken."""
        return str(self.done)

    @property
    def because(self) -> Text:
        """What is said above the form."""
        return self.why

    def refused(self, error: BadInput) -> BadInput:
        """A refusal of the room with the names that the fields have here."""
        fields = {self.names.get(name, name): words for name, words in error.fields.items()}
        return BadInput(error.message, fields=fields)

    def typed(self, name: str, default: str = "") -> str:
        """What stands in a field, sent or to begin with."""
        if self.is_bound:
            return str(self.data.get(name) or default)
        found = self.initial.get(name)
        return default if found is None else str(found)

    def typed_list(self, name: str) -> list[str]:
        """The same for a field that takes several."""
        if not self.is_bound:
            return [str(one) for one in self.initial.get(name) or ()]
        data = self.data
        return data.getlist(name) if isinstance(data, QueryDict) else list(data.get(name) or ())

    def begin(self, name: str, value: Any) -> None:
        """A first value, where nothing else was given to begin with."""
        if not self.is_bound and self.initial.get(name) in (None, ""):
            self.initial[name] = value

    @property
    def shown(self) -> list[tuple[forms.BoundField, bool]]:
        """The fields with whether they may stay empty."""
        return [(field, field.name in self.optional) for field in self]


class UnitField(forms.ChoiceField):
    """One of the units that are offered; gives the unit."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("error_messages", CHOOSE)
        super().__init__(**given)
        self.units: dict[str, Unit] = {}

    def offer(self, units: Iterable[Unit], *, home: str, empty: Text) -> None:
        """The units to choose from: those of the whole place first, then those of its parts."""
        self.units = {unit.organisation.code: unit for unit in units}
        wide: list[tuple[str, str]] = []
        near: list[tuple[str, str]] = []
        for code, unit in self.units.items():
            (wide if unit.region in ("", home) else near).append((code, unit_name(unit)))
        groups: list[tuple[str, Any]] = [("", str(empty))]
        for words, rows in ((_("本级单位"), wide), (_("下级单位"), near)):
            if rows:
                groups.append((words, rows))
        self.choices = groups

    def clean(self, value: Any) -> Unit | None:
        return self.units.get(super().clean(value))


class NamesSelect(forms.Select):
    """A list of names that only exist in Chinese, each marked as such on a page in English."""

    def create_option(self, *args: Any, **given: Any) -> dict[str, Any]:
        made = super().create_option(*args, **given)
        if language() != "zh" and made["value"]:
            made["attrs"]["lang"] = "zh"
        return made


class PersonField(forms.ChoiceField):
    """A colleague, with what they have and until when they are away; gives the person."""

    widget = NamesSelect

    def __init__(self, **given: Any) -> None:
        given.setdefault("error_messages", CHOOSE)
        super().__init__(**given)
        self.people: dict[str, User] = {}

    def offer(self, colleagues: Sequence[Colleague]) -> None:
        """The people to choose from, in the order given."""
        self.people = {str(one.user.pk): one.user for one in colleagues}
        rows = [(str(one.user.pk), load_words(one)) for one in colleagues]
        self.choices = [("", _("请选择")), *rows]

    def clean(self, value: Any) -> User | None:
        return self.people.get(super().clean(value))


def unit_name(unit: Unit) -> str:
    """A unit in the language of the page."""
    return spoken((unit.organisation.name, unit.organisation.name_en))


def load_words(one: Colleague) -> str:
    """陈工（在办 3 件，超期 1 件，11月30日前不在岗）."""
    told = [_("在办 %(open)s 件") % {"open": one.open}]
    if one.overdue:
        told.append(_("超期 %(late)s 件") % {"late": one.overdue})
    if one.away_until:
        told.append(_("%(day)s 之前不在岗") % {"day": day_text(one.away_until, weekday=False)})
    return _("%(name)s（%(told)s）") % {"name": one.user.display_name, "told": _("，").join(told)}


def words_field(label: Any, help_text: Any = "", *, rows: int = 3) -> LongText:
    """A text that is written; how long it may be is for the room to say."""
    return LongText(label=label, help_text=help_text, rows=rows)


def channel_field() -> forms.ChoiceField:
    """How somebody was reached."""
    return forms.ChoiceField(
        label=gettext_lazy("怎样联系"),
        choices=[(code, CHANNELS[code]) for code in CALLED],
        initial="phone",
        error_messages=CHOOSE,
    )


def yes_no(label: Any, yes: Any, no: Any) -> forms.TypedChoiceField:
    """One of two, neither chosen beforehand."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("yes", yes), ("no", no)],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选择一项。"),
            "invalid_choice": gettext_lazy("请选择一项。"),
        },
    )


def days_field(label: Any, help_text: Any = "") -> forms.IntegerField:
    """A number of days; how many are allowed is for the room to say."""
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("请填写天数，例如 3"),
            "invalid": gettext_lazy("请填写整数，例如 3"),
        },
    )


def number_field(label: Any, help_text: Any) -> forms.CharField:
    """The number of another case, as people write or paste it."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": gettext_lazy("编号的样子是 SQ20261122-000123")},
    )
