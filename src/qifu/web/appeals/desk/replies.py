"""How others were answered: a search over earlier replies, for those who write and steer them."""

from typing import Any, Final

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qifu.appeals.selectors import EarlierReplies, find_replies
from qifu.base.city import City
from qifu.organisations.selectors import units_at_work
from qifu.web import xlsx
from qifu.web.appeals.desk.forms.base import unit_name
from qifu.web.appeals.desk.rows import unit_words
from qifu.web.appeals.forms.appeal import matter_choices
from qifu.web.appeals.words import matter_word, outcome_word
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest, city_of
from qifu.web.words import count_text

PAGE: Final = 10
MOST: Final = 100
LONGEST_SEARCH: Final = 200
# those of permissions.may_find_replies
_DESKS: Final = ("appeals.handle", "appeals.intake", "appeals.coordinate")


class ReplySearch(forms.Form):
    """Words, matter, unit. A value that is on no list is as if none was chosen."""

    q = forms.CharField(
        label=gettext_lazy("搜索历史答复"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "data-qf-search": True}
        ),
    )
    matter = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("答复的单位"), required=False)

    def __init__(self, data: Any, *, city: City) -> None:
        super().__init__(data)
        everything = ("", _("全部"))
        units = units_at_work(timezone.localdate())
        choices: dict[str, list[Any]] = {
            "matter": [everything, *matter_choices(city)[1:]],
            "unit": [everything, *((one.organisation.code, unit_name(one)) for one in units)],
        }
        for name, rows in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = rows

    def asked(self) -> dict[str, str]:
        """What to ask for; what cannot be read is dropped, not refused."""
        self.is_valid()
        return {name: str(value).strip() for name, value in self.cleaned_data.items() if value}


def _found(request: AskedRequest, asked: dict[str, str]) -> EarlierReplies:
    return find_replies(
        request.actor, asked.get("q", ""), now=timezone.now(), most=MOST + 1,
        matter=asked.get("matter", ""), unit=asked.get("unit", ""),
    )  # fmt: skip


@desk(*_DESKS)
@require_http_methods(["GET"])
def replies(request: AskedRequest) -> HttpResponse:
    """One box over the replies of the cases that the officer may see."""
    form = ReplySearch(request.GET, city=city_of(request))
    asked = form.asked()
    found = _found(request, asked)
    page = Paginator(found.hits[:MOST], PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "appeals/desk/replies.html#results" if request.htmx else "appeals/desk/replies.html",
        {
            "form": form,
            "text": asked.get("q", ""),
            "narrowed": set(asked) - {"q"},
            "page": page,
            "count": count_text(page.paginator.count),
            "more": len(found.hits) > MOST,
            "cap": MOST,
            "mended": found.mended,
            "query": request.GET.urlencode(),
        },
    )


@desk(*_DESKS)
@require_http_methods(["GET"])
def replies_xlsx(request: AskedRequest) -> HttpResponse:
    """What was found as a workbook; names of people are masked as on the page."""
    city = city_of(request)
    found = _found(request, ReplySearch(request.GET, city=city).asked())
    columns = [
        _("编号"), _("标题"), _("事项"), _("答复的单位"), _("答复时间"), _("办理结果"), _("答复"),
    ]  # fmt: skip
    title = _("历史答复")
    return xlsx.answer(
        f"{title}-{timezone.localdate():%Y%m%d}",
        title,
        columns,
        [
            (
                hit.appeal.number, hit.title, matter_word(hit.appeal.matter, city),
                unit_words(hit.reply.unit), hit.reply.replied_at,
                outcome_word(hit.reply.outcome, city), hit.text,
            )
            for hit in found.hits[:MOST]
        ],
    )  # fmt: skip
