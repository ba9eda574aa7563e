"""Addresses of the fronts: the first page, the whole city, the list of districts, each district."""

from django.urls import URLPattern, path

from qifu.web.zones import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("city/", views.whole_city, name="whole-city"),
    path("zones/", views.zones, name="zones"),
    path("z/<slug:zone>/", views.zone, name="zone"),
]
