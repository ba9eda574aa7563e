"""Addresses that work without an account; whoever has the secret part may open them."""

from django.urls import path

from qifu.web.claims import views

urlpatterns = [
    path("claims/new/", views.claim_new, name="claim-new"),
    path("claims/<str:token>/", views.claim_status, name="claim-status"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
