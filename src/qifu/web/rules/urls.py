"""Addresses of policy officers. Fixed words stand before the id of a policy."""

from django.urls import path

from qifu.web.rules import library, policy, preview

urlpatterns = [
    path("desk/policies/", library.policies, name="desk-policies"),
    path("desk/policies.xlsx", library.policies_xlsx, name="desk-policies-xlsx"),
    path("desk/policies/preview/", preview.preview, name="desk-preview"),
    path("desk/policies/<str:policy_id>/", policy.policy, name="desk-policy"),
    path("desk/policies/<str:policy_id>/preview/", preview.preview_of, name="desk-policy-preview"),
]
