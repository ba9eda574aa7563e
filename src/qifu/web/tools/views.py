"""The size self-test: large, medium, small or micro, and the rule that says so."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qifu.rulebook.sizes import size_class
from qifu.web.http import AskedRequest, city_of
from qifu.web.industries import match
from qifu.web.tools.forms import SizeForm
from qifu.web.words import day_text

SIZE_WORDS: dict[str, Promise] = {
    "large": gettext_lazy("大型企业"),
    "medium": gettext_lazy("中型企业"),
    "small": gettext_lazy("小型企业"),
    "micro": gettext_lazy("微型企业"),
}


@require_http_methods(["GET"])
def size_test(request: AskedRequest) -> HttpResponse:
    """A form in the address, so that the answer can be kept, sent on and printed."""
    city, today = city_of(request), timezone.localdate()
    asked = any(request.GET.get(name) for name in ("industry", "staff", "revenue", "assets"))
    form = SizeForm(request.GET if asked else None, city=city, today=today)
    data: dict[str, Any] = {"form": form, "result": None}
    if asked and form.is_valid():
        code, on = form.cleaned_data["industry"], form.cleaned_data["on"]
        try:
            result = size_class(code, **form.figures(), on=on, rules=city.sizes)
        except LookupError:
            first = min(one.start for one in city.sizes.mappings)
            words = _("这一天还没有划型标准，标准从 %(day)s 开始。") % {"day": day_text(first)}
            form.add_error("on", words)
        else:
            data |= {
                "result": result,
                "industry": match(city.catalogue.trees["industry"], code),
                "word": SIZE_WORDS.get(result.size or ""),
                "possible": [str(SIZE_WORDS[size]) for size in result.possible],
                "table": [(SIZE_WORDS[row.size], row) for row in result.table],
            }
    status = 422 if asked and form.errors else 200
    return render(request, "public/size_test.html", data, status=status)
