"""Addresses of the finder and of the desk that keeps its entries."""

from django.urls import URLPattern, path

from qifu.web.channels import desk, views

urlpatterns: list[URLPattern] = [
    path("channels/", views.channels, name="channels"),
    path("channels.xlsx", views.channels_xlsx, name="channels-xlsx"),
    path("channels/debt/", views.debt, name="channels-debt"),
    path("channels/<slug:code>/", views.channel, name="channel"),
    path("desk/channels/", desk.channels, name="desk-channels"),
    path("desk/new-channel/", desk.new_channel, name="desk-channel-new"),
    path("desk/channels/<slug:code>/", desk.channel, name="desk-channel"),
]
