"""The pages as a Django app: templates, static files, template tags."""

from django.apps import AppConfig
from django.conf import settings

from qifu.adapters.reach import plug_in


class WebConfig(AppConfig):
    name = "qifu.web"

    def ready(self) -> None:
        """Pages may ask whom a policy reaches."""
        plug_in(settings.QIFU_INDEX)
