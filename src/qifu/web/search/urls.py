"""The address of the search over everything."""

from django.urls import path

from qifu.web.search import views

urlpatterns = [path("search/", views.search, name="search")]
