"""Addresses on this site: where the person is, and where it is safe to go on."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme


def is_ours(request: HttpRequest, address: str) -> bool:
    """Whether an address is a page of this site; anything that leaves it is not."""
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return False
    try:
        resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return False
    return True


def safe_next(request: HttpRequest, default: str) -> str:
    """Where to go on: the `next` that was asked for if it is a page of this site, else default."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if wanted and is_ours(request, wanted) else default


def here(request: HttpRequest) -> str:
    """The address of the page the person looks at; for a fragment that is the page around it."""
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.current_url_abs_path:
        return str(htmx.current_url_abs_path)
    return request.get_full_path()
