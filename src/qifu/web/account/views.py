"""The page of one's own account."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from qifu.accounts.actions import change_details, change_password
from qifu.accounts.models import User
from qifu.base.errors import BadInput
from qifu.organisations.selectors import memberships_of
from qifu.web.account.forms import DetailsForm, PasswordForm
from qifu.web.http import AskedRequest, signed_in
from qifu.web.refusals import put_on


@signed_in
@sensitive_post_parameters("old", "new", "again")
@never_cache
@require_http_methods(["GET", "POST"])
def account(request: AskedRequest) -> HttpResponse:
    """Name and telephone in one form, the password in another; each is saved by itself."""
    user = request.actor.user
    assert user is not None
    what = request.POST.get("do", "")
    shown = {"display_name": user.display_name, "phone": user.phone}
    details = DetailsForm(request.POST if what == "details" else None, initial=shown)
    password = PasswordForm(request.POST if what == "password" else None)
    if what == "details" and details.is_valid() and _details_saved(user, details):
        messages.success(request, _("姓名和电话已保存。"))
        return redirect("account")
    if what == "password" and password.is_valid() and _password_changed(user, password):
        # the session goes on here; everywhere else the old password's sessions end
        update_session_auth_hash(request, user)
        messages.success(request, _("密码已更改，其他设备上的登录已经退出。"))
        return redirect("account")
    return render(
        request,
        "account/account.html",
        {
            "details": details,
            "password": password,
            "username": user.username,
            "memberships": memberships_of(request.actor),
        },
        status=422 if details.errors or password.errors else 200,
    )


def _details_saved(user: User, form: DetailsForm) -> bool:
    try:
        change_details(user, **form.cleaned_data)
    except BadInput as error:
        put_on(form, error)
        return False
    return True


def _password_changed(user: User, form: PasswordForm) -> bool:
    if form.cleaned_data["new"] != form.cleaned_data["again"]:
        form.add_error("again", _("两次填写的新密码不一样。"))
        return False
    try:
        change_password(user, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
    except BadInput as error:
        put_on(form, error)
        return False
    return True
