"""Addresses of appeals: everybody's, the firm's own, and those of the desk and the office."""

from django.urls import URLPattern

from qifu.web.appeals.desk import urls as desk
from qifu.web.appeals.office import urls as office

_own: list[URLPattern] = []

urlpatterns = [*_own, *desk.urlpatterns, *office.urlpatterns]
