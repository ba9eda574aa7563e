"""Addresses of policy officers. Fixed words stand before the id of a policy."""

from django.urls import path

from qifu.web.rules import drafts, library, policy, preview

urlpatterns = [
    path("desk/policies/", library.policies, name="desk-policies"),
    path("desk/policies.xlsx", library.policies_xlsx, name="desk-policies-xlsx"),
    path("desk/policies/preview/", preview.preview, name="desk-preview"),
    path("desk/policies/drafts/", drafts.drafts, name="desk-policy-drafts"),
    path("desk/policies/drafts/new/", drafts.new_draft, name="desk-policy-draft-new"),
    path("desk/policies/drafts/<int:pk>/", drafts.draft, name="desk-policy-draft"),
    path(
        "desk/policies/drafts/<int:pk>/document/",
        drafts.document,
        name="desk-policy-draft-document",
    ),
    path("desk/policies/drafts/<int:pk>.yaml", drafts.draft_yaml, name="desk-policy-draft-yaml"),
    path("desk/policies/<str:policy_id>/", policy.policy, name="desk-policy"),
    path("desk/policies/<str:policy_id>/preview/", preview.preview_of, name="desk-policy-preview"),
]
