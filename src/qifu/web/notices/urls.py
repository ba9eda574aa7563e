"""Addresses of the inbox."""

from django.urls import path

from qifu.web.notices import views

urlpatterns = [
    path("messages/", views.inbox, name="messages"),
    path("messages/read/", views.all_read, name="messages-read"),
    path("messages/<int:pk>/", views.message, name="message"),
]
