"""Addresses of the knowledge base and of its desk."""

from django.urls import path

from qifu.web.knowledge import desk, views

urlpatterns = [
    path("answers/", views.answers, name="answers"),
    path("answers/<str:code>/", views.answer, name="answer"),
    path("laws/", views.laws, name="laws"),
    path("laws/<str:code>/", views.law, name="law"),
    path("desk/knowledge/", desk.answers, name="desk-knowledge"),
    path("desk/knowledge/<str:code>/", desk.answer, name="desk-answer"),
    path("desk/new-answer/", desk.new_answer, name="desk-answer-new"),
]
