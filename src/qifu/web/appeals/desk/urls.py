"""Addresses of the officials' work on appeals."""

from django.urls import URLPattern, path

from qifu.web.appeals.desk import absences, case, lists, many, new, replies

urlpatterns: list[URLPattern] = [
    path("desk/appeals/", lists.cases, name="desk-appeals"),
    path("desk/appeals.xlsx", lists.cases_xlsx, name="desk-appeals-xlsx"),
    path("desk/appeals/new/", new.new, name="desk-appeal-new"),
    path("desk/appeals/many/", many.many, name="desk-appeals-many"),
    path("desk/appeals/<int:pk>/", case.case, name="desk-appeal"),
    path("desk/appeals/<int:pk>/<slug:step>/", case.step, name="desk-appeal-step"),
    path("desk/appeals/<int:pk>/files/<int:file>/", case.file, name="desk-appeal-file"),
    path("desk/replies/", replies.replies, name="desk-replies"),
    path("desk/replies.xlsx", replies.replies_xlsx, name="desk-replies-xlsx"),
    path("desk/absences/", absences.absences, name="desk-absences"),
]
