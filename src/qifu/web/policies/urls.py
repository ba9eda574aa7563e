"""Addresses of the public pages of policies."""

from django.urls import path

from qifu.web.policies import views

urlpatterns = [
    path("policies/", views.policies, name="library"),
    path("policies/list.xlsx", views.policies_xlsx, name="library-xlsx"),
    path("policies/<str:policy_id>/", views.policy, name="policy"),
    path("policies/<str:policy_id>/calendar.ics", views.policy_calendar, name="policy-calendar"),
    path("diagnosis/", views.diagnosis, name="diagnosis"),
    path("industries/", views.industries, name="industries"),
]
