"""Django's name for the room."""

from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "qifu.appeals"
    label = "appeals"
