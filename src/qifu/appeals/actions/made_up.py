"""Made-up appeals of a demo are marked as such, and exist only there."""

from django.conf import settings

from qifu.appeals.actions.core import set_fields
from qifu.appeals.models import Appeal
from qifu.base.errors import NotAllowed


def mark_made_up(appeal: Appeal) -> None:
    """Say on the case that it is made up. NotAllowed outside of a demo."""
    if not settings.QIFU_DEMO:
        raise NotAllowed("made-up data exists only with QIFU_DEMO=1")
    set_fields(appeal, made_up=True)
