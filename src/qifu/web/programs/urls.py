"""Addresses of programs."""

from django.urls import URLPattern, path

from qifu.web.programs import views

urlpatterns: list[URLPattern] = [
    path("programs/", views.tokens, name="programs"),
]
