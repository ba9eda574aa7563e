"""Addresses of signing in."""

from django.urls import path

from qifu.web.accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("after-sign-in/", views.after_sign_in, name="after-sign-in"),
    path("switch/", views.switch, name="switch"),
]
