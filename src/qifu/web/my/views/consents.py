"""What a firm lets units of government see."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.organisations.actions import give_consent, revoke_consent
from qifu.organisations.permissions import may_manage_consents
from qifu.organisations.selectors import consents_of, units_to_consent
from qifu.web.http import AskedRequest, city_of, for_enterprise
from qifu.web.my.firm import both_names, firm_of
from qifu.web.my.forms import ConsentForm
from qifu.web.refusals import put_on
from qifu.web.words import spoken

PER_PAGE = 20


@for_enterprise
@require_http_methods(["GET", "POST"])
def consents(request: AskedRequest) -> HttpResponse:
    """What is given, to whom, for what, until when; give more, take back."""
    firm = firm_of(request, "facts.view")
    actor, city = request.actor, city_of(request)
    today = timezone.localdate()
    may_manage = may_manage_consents(actor, firm)
    if request.POST.get("do") == "revoke":
        return _revoke(request)
    form = None
    if may_manage or request.method == "POST":
        data = request.POST if request.method == "POST" else None
        form = ConsentForm(city, units_to_consent(actor), today, data)
    if form is not None and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("groups", "purpose", "until")}
        try:
            consent = give_consent(
                firm, actor=actor, unit=form.chosen_unit, now=timezone.now(), **given
            )
        except BadInput as error:
            put_on(form, error)
        else:
            name = spoken(both_names(consent.unit.organisation))
            messages.success(request, _("已授权%(unit)s，随时可以收回。") % {"unit": name})
            return redirect("my-consents")
    page = Paginator(consents_of(actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "firm": firm,
        "form": form,
        "may_manage": may_manage,
        "page": page,
        "groups": city.groups,
        "today": today,
    }
    wrong = form is not None and bool(form.errors)
    return render(request, "my/consents.html", context, status=422 if wrong else 200)


def _revoke(request: AskedRequest) -> HttpResponse:
    try:
        pk = int(request.POST.get("pk", "0")[:18])
    except ValueError:
        raise BadInput(_("请从列表中选择。")) from None
    consent = consents_of(request.actor).get(pk=pk)
    name = spoken(both_names(consent.unit.organisation))
    try:
        revoke_consent(consent, actor=request.actor, now=timezone.now())
    except (WrongState, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已收回，%(unit)s不再能看到这些资料。") % {"unit": name})
    return redirect("my-consents")
