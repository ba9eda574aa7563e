"""Addresses of policy officers. Fixed words stand before the id of a policy."""

from django.urls import path

from qifu.web.rules import library

urlpatterns = [
    path("desk/policies/", library.policies, name="desk-policies"),
    path("desk/policies.xlsx", library.policies_xlsx, name="desk-policies-xlsx"),
]
