"""Sign-in by password. Made-up accounts work only in a demo, even in a copied database."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from qifu.accounts.models import User


class PasswordBackend(ModelBackend):
    """Django's own, closed to made-up people outside QIFU_DEMO=1."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if getattr(user, "made_up", False) and not settings.QIFU_DEMO:
            return False
        return super().user_can_authenticate(user)
