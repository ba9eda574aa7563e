"""Addresses of the small tools."""

from django.urls import path

from qifu.web.tools import views

urlpatterns = [path("size/", views.size_test, name="size-test")]
