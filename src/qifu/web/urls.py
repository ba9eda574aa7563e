"""Every address of the site, room by room."""

from django.urls import URLPattern, URLResolver, include, path

from qifu.web import views

# each room brings its own urls.py
_ROOMS = (
    "accounts", "account", "policies", "tools", "claims", "notices", "my", "desk", "appeals",
    "knowledge", "channels", "zones", "programs", "rules", "search",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/", views.preferences, name="preferences"),
    path("city.css", views.city_css, name="city-css"),
    path("logo.png", views.city_logo, name="city-logo"),
    path("help/", views.help_page, name="help"),
    path("healthz", views.healthz, name="healthz"),
    *(path("", include(f"qifu.web.{room}.urls")) for room in _ROOMS),
]
