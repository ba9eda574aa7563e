"""What somebody had typed when the session ran out is carried through the sign-in, not lost.

A form sent without a session is answered with the sign-in page; the fields travel behind it as
hidden inputs named `carry:…` and come back on a page that asks to send them again. Passwords and
files are never carried. Nothing is stored on the server.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qifu.web.accounts.forms import SignInForm
from qifu.web.addresses import is_ours

PREFIX: Final = "carry:"
TARGET: Final = "carry-target"
FILES: Final = "carry-files"
MOST_CHARACTERS: Final = 200_000
MOST_FIELDS: Final = 200
_NEVER: Final = ("csrfmiddlewaretoken", TARGET, FILES)
# fields that steer a form and that nobody typed
_MACHINE: Final = ("next", "version", "do", "expected", "pick", "key", "draft")
# what people call the fields that are typed into most; other fields show their own name
_NAMES: Final = {
    "text": lambda: _("内容"),
    "value": lambda: _("填写的值"),
    "reason": lambda: _("理由"),
    "note": lambda: _("说明"),
    "as_of": lambda: _("截至日期"),
    "period": lambda: _("年度"),
    "applicant": lambda: _("申请人"),
    "phone": lambda: _("手机"),
    "position": lambda: _("职务"),
    "answer": lambda: _("答复"),
    "label": lambda: _("称呼"),
    "purpose": lambda: _("用途"),
    "points": lambda: _("要答复的几点"),
    "contact_name": lambda: _("联系人"),
    "contact_phone": lambda: _("联系电话"),
}


@dataclass(frozen=True)
class Carried:
    """A form that waits to be sent again: its address, its fields in order, what is left out."""

    target: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    too_long: bool = False

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields as hidden inputs of the sign-in form."""
        return [(PREFIX + name, value) for name, value in self.fields]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What the person typed, with words for the fields, to be looked at before sending."""
        return [
            (_NAMES[name]() if name in _NAMES else name, value)
            for name, value in self.fields
            if value.strip() and name not in _MACHINE
        ]


def typed_into(request: HttpRequest) -> Carried:
    """The form in this request. Too long a form is not carried, and that is said."""
    fields = tuple(
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name not in _NEVER and not name.startswith(PREFIX) and not _is_secret(name)
    )
    too_long = len(fields) > MOST_FIELDS or sum(len(v) for _n, v in fields) > MOST_CHARACTERS
    return Carried(
        target=request.get_full_path(),
        fields=() if too_long else fields,
        files=tuple(
            str(file.name) for name in request.FILES for file in request.FILES.getlist(name)
        ),
        too_long=too_long,
    )


def carried_by(request: HttpRequest) -> Carried | None:
    """The form that travels behind this sign-in, if there is one and its address is ours."""
    target = request.POST.get(TARGET, "")
    if not target or not is_ours(request, target):
        return None
    fields = tuple(
        (name.removeprefix(PREFIX), str(value))
        for name, values in request.POST.lists()
        if name.startswith(PREFIX)
        for value in values
    )
    return Carried(target, fields, tuple(str(name) for name in request.POST.getlist(FILES)))


def interrupted(request: HttpRequest) -> HttpResponse:
    """The session ran out over a form: sign in and go on with what was typed."""
    carried = typed_into(request)
    page = render(
        request,
        "accounts/sign_in.html",
        {"form": SignInForm(), "carried": carried, "next": _page_of(request)},
        status=200 if getattr(request, "htmx", None) else 401,
    )
    return _whole_page(request, page)


def send_again(request: HttpRequest, carried: Carried) -> HttpResponse:
    """Show what was typed and let the person send it, with a fresh token."""
    page = render(request, "accounts/send_again.html", {"carried": carried})
    return _whole_page(request, page)


def same_site(request: HttpRequest) -> bool:
    """Whether a form came from a page of this site, by what the browser says of its origin."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(origin).netloc == request.get_host()


def _is_secret(name: str) -> bool:
    return "password" in name.lower() or "token" in name.lower()


def _page_of(request: HttpRequest) -> str:
    """The page to come back to when there is nothing to send again."""
    page = request.headers.get("Referer", "")
    path = urlsplit(page).path
    if path and urlsplit(page).netloc == request.get_host() and is_ours(request, path):
        return path
    return reverse("after-sign-in")


def _whole_page(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """For htmx: put the page in place of the whole window, not into the fragment's place."""
    if getattr(request, "htmx", None):
        page["HX-Retarget"] = "body"
        page["HX-Reswap"] = "innerHTML"
    return page
