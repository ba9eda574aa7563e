"""The pages as a Django app: templates, static files, template tags."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "qifu.web"
