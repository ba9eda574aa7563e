"""Addresses of programs."""

from django.urls import URLPattern, path

from qifu.web.programs import feeds, views, webhooks

urlpatterns: list[URLPattern] = [
    path("programs/", views.tokens, name="programs"),
    path("programs/webhooks/", webhooks.webhooks, name="programs-webhooks"),
    path("programs/webhooks/<int:pk>/", webhooks.webhook, name="programs-webhook"),
    path("programs/feeds/", feeds.feeds, name="programs-feeds"),
    path("feeds/windows.ics", feeds.windows, name="feed-windows"),
    path("feeds/policies.atom", feeds.policies, name="feed-policies"),
    path("feeds/<str:secret>/due.ics", feeds.due, name="feed-due"),
]
