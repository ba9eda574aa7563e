"""Addresses of an enterprise's own pages."""

from django.urls import path

from qifu.web.my.views import consents, overview, people, policies, profile, questions, reports

urlpatterns = [
    path("my/", overview.overview, name="my-overview"),
    path("my/policies/", policies.policies, name="my-policies"),
    path("my/policies/<str:policy_id>/", policies.policy, name="my-policy"),
    path("my/question/answer/", questions.answer, name="my-answer"),
    path("my/question/skip/", questions.skip, name="my-skip"),
    path("my/question/undo/", questions.undo, name="my-undo"),
    path("my/profile/", profile.profile, name="my-profile"),
    path("my/profile/<slug:name>/", profile.fact, name="my-fact"),
    path("my/reports/", reports.reports, name="my-reports"),
    path("my/reports/<int:pk>/", reports.report, name="my-report"),
    path("my/reports/<int:pk>/xlsx/", reports.report_xlsx, name="my-report-xlsx"),
    path("my/people/", people.people, name="my-people"),
    path("my/consents/", consents.consents, name="my-consents"),
]
