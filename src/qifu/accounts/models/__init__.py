"""People who sign in, the tokens of their programs, and what programs were answered."""

from qifu.accounts.models.people import User
from qifu.accounts.models.tokens import ApiToken, KeptAnswer, RateCount

__all__ = ["ApiToken", "KeptAnswer", "RateCount", "User"]
