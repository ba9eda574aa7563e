"""Addresses of appeals: everybody's, the firm's own, and those of the desk and the office."""

from django.urls import URLPattern, path

from qifu.web.appeals.desk import urls as desk
from qifu.web.appeals.office import urls as office
from qifu.web.appeals.views import case, my, public, submit

_own: list[URLPattern] = [
    path("appeals/", public.about, name="appeals-about"),
    path("my/appeals/", my.my_appeals, name="my-appeals"),
    path("my/appeals/new/", submit.new, name="my-appeal-new"),
    path("my/appeals/hints/", submit.hints, name="my-appeal-hints"),
    path("my/appeals/<int:pk>/", case.case, name="my-appeal"),
    path("my/appeals/<int:pk>/print/", case.paper, name="my-appeal-print"),
    path("my/appeals/<int:pk>/files/<int:file>/", case.file, name="my-appeal-file"),
    path("my/appeals/<int:pk>/<slug:step>/", case.step, name="my-appeal-step"),
]

urlpatterns = [*_own, *desk.urlpatterns, *office.urlpatterns]
