"""A made-up notice, and a draft of it."""

from typing import Any

from qifu.organisations.permissions import Actor
from qifu.policies.actions import make_draft
from qifu.policies.models import PolicyDraft
from tests.conftest import NOW

NOTICE = """\
虚构市工业局关于申报虚构的智能改造扶持计划的通知

各有关单位：
一、申报条件
（一）在深圳市注册，具有独立法人资格；
（二）上年度营业收入不低于2000万元；
（三）拥有发明专利2项以上，或者属于高新技术企业；
（四）未被列入严重违法失信名单；
（五）团队曾获虹光奖章。
二、扶持标准
按照研发费用的10%给予补助，最高不超过300万元。
三、申报时间
2027年3月1日至2027年4月30日。
四、申报材料
（一）申请表；
（二）上年度审计报告。
五、联系方式
咨询电话：0755-00000000。
"""


def drafted(actor: Actor, **asked: Any) -> PolicyDraft:
    """The notice as a draft of the actor's unit."""
    return make_draft(actor=actor, now=NOW, **{"text": NOTICE, **asked})
