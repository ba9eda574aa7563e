"""What a lint says of a policy, before it is a finding with a file and a line."""

from dataclasses import dataclass

from qifu.rulebook.policy import Policy


@dataclass(frozen=True)
class Remark:
    """One thing that looks wrong: its place in the policy, and the words in both languages."""

    policy: Policy
    code: str
    path: str
    en: str
    zh: str
    found: object = None
