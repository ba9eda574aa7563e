"""Everything that can be done to the accounts of people."""

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from qifu.accounts.models import User
from qifu.base.errors import BadInput

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,39}")


def create_user(
    *,
    username: str,
    password: str,
    display_name: str,
    phone: str = "",
    language: str = "zh-hans",
    made_up: bool = False,
) -> User:
    """Make an account; BadInput names every field that cannot be taken and what would do."""
    wrong: dict[str, object] = {}
    if not USERNAME.fullmatch(username):
        wrong["username"] = _(
            "登录名用 3 至 40 个字母、数字或 . _ @ -，以字母或数字开头，例如 zhang.san"
        )
    if not display_name.strip():
        wrong["display_name"] = _("请填写姓名，例如：张三")
    user = User(
        username=username,
        display_name=display_name.strip()[:60],
        phone=phone.strip(),
        language=language,
        made_up=made_up,
    )
    try:
        validate_password(password, user)
    except ValidationError as error:
        wrong["password"] = " ".join(error.messages)
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        taken = _("这个登录名不能用，请换一个，例如 %(name)s2") % {"name": username}
        raise BadInput(taken, field="username") from None
    return user


def remember_language(user: User, language: str) -> None:
    """Keep the language that a person chose, for messages that leave the house."""
    User.objects.filter(pk=user.pk).update(language=language)


def change_details(user: User, *, display_name: str, phone: str) -> None:
    """The person's own name and telephone; BadInput names the field."""
    name, digits = display_name.strip(), phone.replace(" ", "").replace("-", "")
    wrong: dict[str, object] = {}
    if not name:
        wrong["display_name"] = _("请填写姓名，例如：张三")
    if phone.strip() and not (digits.lstrip("+").isdigit() and 7 <= len(digits) <= 16):
        wrong["phone"] = _("请填写能联系到您的电话，例如 13800000000 或 010-12345678")
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    user.display_name, user.phone = name[:60], phone.strip()[:20]
    user.save(update_fields=["display_name", "phone"])


def change_password(user: User, *, old: str, new: str) -> None:
    """A new password; sessions that know only the old one end."""
    if not user.check_password(old):
        raise BadInput(_("现在的密码不对。"), field="old")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), field="new") from None
    user.set_password(new)
    user.save(update_fields=["password"])
