"""Addresses of the desk."""

from django.urls import path

from qifu.web.desk.views import claims, disputes, firms, journal, overview, people

urlpatterns = [
    path("desk/", overview.overview, name="desk"),
    path("desk/firms/", firms.firms, name="desk-firms"),
    path("desk/firms.xlsx", firms.firms_xlsx, name="desk-firms-xlsx"),
    path("desk/firms/<str:uscc>/", firms.firm, name="desk-firm"),
    path("desk/claims/", claims.claims, name="desk-claims"),
    path("desk/claims/<int:pk>/", claims.claim, name="desk-claim"),
    path("desk/claims/<int:pk>/papers/<int:paper>/", claims.paper, name="desk-claim-paper"),
    path("desk/disputes/", disputes.disputes, name="desk-disputes"),
    path("desk/disputes/<int:pk>/", disputes.dispute, name="desk-dispute"),
    path("desk/people/", people.people, name="desk-people"),
    path("desk/journal/", journal.journal, name="desk-journal"),
    path("desk/journal.xlsx", journal.journal_xlsx, name="desk-journal-xlsx"),
]
