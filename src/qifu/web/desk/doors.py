"""Who may open a page of the desk, and what every page of it is given."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from qifu.base.errors import NotAllowed
from qifu.web.http import AskedRequest, View, for_unit


def desk(*permissions: str) -> Callable[[View], View]:
    """Only officials who act for their unit now, in a role that has one of the permissions."""

    def guard(view: View) -> View:
        @for_unit
        @wraps(view)
        def guarded(request: AskedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if permissions and not any(request.actor.may(code) for code in permissions):
                raise NotAllowed(
                    _("您的岗位不办理这一项。需要时请本单位管理成员的同事调整您的角色。")
                )
            return view(request, *args, **kwargs)

        return guarded

    return guard
