from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "qifu.knowledge"
    default_auto_field = "django.db.models.BigAutoField"
