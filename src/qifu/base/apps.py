from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "qifu.base"
    default_auto_field = "django.db.models.BigAutoField"
