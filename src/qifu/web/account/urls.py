"""Addresses of one's own account."""

from django.urls import path

from qifu.web.account import views

urlpatterns = [path("account/", views.account, name="account")]
