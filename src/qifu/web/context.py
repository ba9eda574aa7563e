"""What the frame of every page shows: site, doors, who is asking. Each part is read when used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from qifu.base.city import City
from qifu.base.zones import Zone
from qifu.notices.selectors import unread_count
from qifu.organisations.models import Membership
from qifu.organisations.permissions import NOBODY, Actor
from qifu.organisations.selectors import enterprise_of, memberships_of
from qifu.web.addresses import here
from qifu.web.http import site_city
from qifu.web.preferences import size_of, theme_of
from qifu.web.words import language, spoken
from qifu.web.zones.chosen import has_chosen, zone_of, zone_of_host


@dataclass(frozen=True)
class Door:
    """One entry of the main navigation."""

    label: str
    url: str
    icon: str
    current: bool


# url name, words, icon, the pages that belong to it, permission that is needed: "", or one of them
_Row = tuple[str, Callable[[], str], str, tuple[str, ...], str | tuple[str, ...]]
_APPEAL = ("my-appeal", "my-appeal-new", "my-appeal-step", "my-appeal-print")
_LAWS = ("answer", "laws", "law")
_ANSWERS: _Row = ("answers", lambda: pgettext("栏目", "解答"), "help-circle", _LAWS, "")
_PROGRAMS: _Row = ("programs", lambda: _("程序接入"), "link", ("api-docs",), "programs.connect")
_CHANNELS: _Row = (
    "channels", lambda: _("办事渠道"), "map-pin", ("channel", "channels-debt"), "",
)  # fmt: skip
_PUBLIC: tuple[_Row, ...] = (
    ("library", lambda: _("政策库"), "file-certificate", ("policy",), ""),
    ("appeals-about", lambda: _("诉求"), "message-report", (), ""),
    _CHANNELS,
    _ANSWERS,
    ("diagnosis", lambda: _("快速诊断"), "stethoscope", (), ""),
    ("size-test", lambda: _("规模自测"), "ruler-measure", (), ""),
)
_ENTERPRISE: tuple[_Row, ...] = (
    ("my-overview", lambda: _("总览"), "home", (), ""),
    ("my-policies", lambda: _("我的政策"), "coins", ("my-policy", "my-answer"), "policies.view"),
    ("my-appeals", lambda: _("诉求"), "message-report", _APPEAL, "appeals.view"),
    ("my-profile", lambda: _("企业资料"), "building", ("my-fact",), "facts.view"),
    ("my-reports", lambda: _("报告"), "report", ("my-report",), "policies.view"),
    ("my-people", lambda: _("人员"), "users", (), "people.manage"),
    ("my-consents", lambda: _("数据授权"), "shield-check", (), "consents.manage"),
    _CHANNELS,
    _PROGRAMS,
    ("library", lambda: _("政策库"), "file-certificate", ("policy",), ""),
    _ANSWERS,
)
_WRITING = ("desk-answer", "desk-answer-new")
_KEEPING = ("desk-channel", "desk-channel-new")
_CASE = (
    "desk-appeal", "desk-appeal-step", "desk-appeal-new", "desk-appeals-many", "desk-absences",
)  # fmt: skip
_APPEALS = (
    "appeals.view_all", "appeals.intake", "appeals.handle", "appeals.coordinate",
    "appeals.callback",
)  # fmt: skip
_REPLIES = ("appeals.handle", "appeals.intake", "appeals.coordinate")
_POLICIES = (
    "desk-policy", "desk-policy-preview", "desk-preview", "desk-policy-drafts", "desk-policy-draft",
    "desk-policy-draft-new", "desk-policy-draft-document",
)  # fmt: skip
_UNIT: tuple[_Row, ...] = (
    ("desk", lambda: _("工作台"), "inbox", (), ""),
    ("desk-appeals", lambda: pgettext("栏目", "诉求"), "clipboard-list", _CASE, _APPEALS),
    ("desk-replies", lambda: pgettext("栏目", "历史答复"), "mail", (), _REPLIES),
    ("desk-firms", lambda: pgettext("栏目", "企业"), "building", ("desk-firm",), "firms.search"),
    ("desk-claims", lambda: _("认领"), "key", ("desk-claim",), "claims.decide"),
    ("desk-disputes", lambda: _("异议"), "message-report", ("desk-dispute",), "disputes.settle"),
    ("desk-figures", lambda: _("指标"), "report", ("desk-figure-cases",), "appeals.figures"),
    ("desk-policies", lambda: _("政策维护"), "file-text", _POLICIES, "policies.edit"),
    ("desk-gaps", lambda: _("政策缺口"), "scale", (), ("policies.edit", "appeals.coordinate")),
    (
        "desk-exchange",
        lambda: _("数据交换"),
        "arrows-exchange",
        ("desk-exchange-order",),
        "exchange.run",
    ),
    ("desk-calendar", lambda: _("放假安排"), "calendar", (), "calendar.manage"),
    ("desk-people", lambda: _("人员"), "users", (), "people.manage"),
    ("desk-journal", lambda: _("操作日志"), "history", (), "journal.view"),
    ("desk-knowledge", lambda: _("解答维护"), "edit", _WRITING, "knowledge.edit"),
    ("desk-channels", lambda: _("渠道维护"), "map-pin", _KEEPING, "channels.edit"),
    _PROGRAMS,
    ("library", lambda: _("政策库"), "file-certificate", ("policy",), ""),
    _ANSWERS,
)


class Shell:
    """The frame around a page. `shell` in every template."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def actor(self) -> Actor:
        return getattr(self.request, "actor", NOBODY)

    @cached_property
    def city(self) -> City | None:
        return site_city(self.request)

    @cached_property
    def zone(self) -> Zone | None:
        """The district's front that this page is shown in; None for the whole city."""
        return zone_of(self.request)

    @property
    def fronts(self) -> tuple[Zone, ...]:
        return self.city.fronts if self.city else ()

    @cached_property
    def own_zone(self) -> Zone | None:
        """The front of the firm's own district, until somebody chose one: offered, no more."""
        if not self.fronts or self.zone or not self.actor.is_enterprise:
            return None
        if self.city is None or has_chosen(self.request):
            return None
        return self.city.zone_of_region(enterprise_of(self.actor).region)

    @property
    def home_url(self) -> str:
        """The first page of where one is: a front, or the whole city whatever the host."""
        if self.zone:
            return reverse("zone", args=[self.zone.code])
        return reverse("whole-city" if zone_of_host(self.request) else "home")

    @property
    def site_name(self) -> str:
        if self.zone:
            return spoken(self.zone.site_name)
        return spoken(self.city.site_name) if self.city else _("企服")

    @property
    def made_up(self) -> bool:
        return bool(self.city and self.city.made_up)

    @property
    def logo(self) -> str:
        """Where the city's logo is; nothing where it has none."""
        if self.city is None or not self.city.logo:
            return ""
        return f"{reverse('city-logo')}?v={self.city.load_id}"

    @property
    def city_css(self) -> str:
        """The address changes with pack and front, so that browsers may keep a sheet for good."""
        front = f"&z={self.zone.code}" if self.zone else ""
        return f"{reverse('city-css')}?v={self.city.load_id if self.city else 0}{front}"

    @property
    def language(self) -> str:
        return language()

    @property
    def many_languages(self) -> bool:
        """Whether there is a language to change to."""
        return self.city is None or len(self.city.languages) > 1

    @property
    def theme(self) -> str:
        return theme_of(self.request)

    @property
    def size(self) -> str:
        return size_of(self.request)

    @property
    def here(self) -> str:
        """The url name of this page."""
        match = self.request.resolver_match
        return match.url_name or "" if match else ""

    @property
    def here_path(self) -> str:
        """Where a change of language or size comes back to."""
        return here(self.request)

    @cached_property
    def memberships(self) -> Sequence[Membership]:
        return memberships_of(self.actor) if self.actor.signed_in else []

    @cached_property
    def unread(self) -> int:
        return unread_count(self.actor.user)

    @property
    def unread_shown(self) -> str:
        return "99+" if self.unread > 99 else str(self.unread)

    @property
    def role_name(self) -> str:
        role = self.city.roles.get(self.actor.role) if self.city else None
        return spoken(role.name) if role else ""

    @cached_property
    def nav(self) -> list[Door]:
        """The doors that this person may open, and no other."""
        actor = self.actor
        rows = _ENTERPRISE if actor.is_enterprise else _UNIT if actor.is_unit else _PUBLIC
        return [
            Door(word(), reverse(name), look, self.here == name or self.here in under)
            for name, word, look, under, needed in rows
            if not needed or _has_one(actor, needed)
        ]


def _has_one(actor: Actor, needed: str | tuple[str, ...]) -> bool:
    codes = (needed,) if isinstance(needed, str) else needed
    return any(actor.may(code) for code in codes)


def site(request: HttpRequest) -> dict[str, Any]:
    """`shell` for every template, one for a request."""
    if not hasattr(request, "qifu_shell"):
        request.qifu_shell = Shell(request)  # type: ignore[attr-defined]
    return {"shell": request.qifu_shell}  # type: ignore[attr-defined]
