"""The firm that a request is about, and how roles and organisations are called on its pages."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from qifu.base.city import City
from qifu.base.errors import NotAllowed
from qifu.organisations.models import Enterprise, Organisation
from qifu.organisations.selectors import enterprise_of
from qifu.web.http import AskedRequest


def firm_of(request: AskedRequest, needed: str) -> Enterprise:
    """The firm that the person acts for, if their role has the permission `needed`."""
    if not request.actor.may(needed):
        raise NotAllowed(_("您在这家企业的角色不能看这一页。请找企业的负责人调整角色。"))
    return enterprise_of(request.actor)


def roles_of(city: City, kind: str) -> dict[str, Mapping[str, str]]:
    """The roles of the pack for enterprises or for units, with their names."""
    return {code: role.name for code, role in city.roles.items() if role.for_ == kind}


def both_names(organisation: Organisation) -> dict[str, str]:
    """The name of an organisation in both languages; Chinese where there is no English."""
    return {"zh": organisation.name, "en": organisation.name_en or organisation.name}
