"""A small library of made-up statutes and answers."""

from datetime import date
from typing import Any

from qifu.accounts.models import User
from qifu.knowledge.actions import load_answers, load_laws
from qifu.organisations.permissions import Actor
from tests.conftest import NOW
from tests.factories import MembershipFactory, UnitFactory

TODAY = date(2026, 11, 22)

PAYMENTS = """# 示例款项支付条例

2025年3月17日 公布

<!-- INFO END -->

## 第一章 总则

第一条 为了保障中小企业款项支付，制定本条例。

## 第二章 支付

### 第一节 期限

第二条 机关、事业单位从中小企业采购货物，应当自交付之日起30日内支付款项。

合同另有约定的，付款期限最长不得超过60日。

### 第二节 投诉

第三条 机关拖欠账款的，中小企业可以向受理投诉部门投诉，逾期利息按日利率万分之五支付。

第三条之一 受理部门应当自收到投诉之日起10个工作日内转交。
"""
PATENTS = """# 示例专利办法

<!-- INFO END -->

第一条 申请专利资助的企业，应当提交申请书。

第二条 资助标准为每件五千元。
"""


def law(code: str, text: str, **more: Any) -> dict[str, Any]:
    """A statute as a pack carries it."""
    return {
        "code": code,
        "title": {"zh": text.splitlines()[0].removeprefix("# "), "en": f"Sample rules {code}"},
        "level": "regulation",
        "in_force_from": "2025-06-01",
        "text": text,
        **more,
    }


def answer(code: str = "A-1", version: int = 1, **more: Any) -> dict[str, Any]:
    """An answer as a pack carries it."""
    return {
        "code": code,
        "version": version,
        "matter": "",
        "question": {
            "zh": "机关拖欠货款可以向哪里投诉？", "en": "Who takes complaints about late payment?",
        },
        "answer": {
            "zh": "可以向受理投诉部门投诉，10个工作日内转交。", "en": "Complain to the office.",
        },
        "basis": [{"law": "payments", "article": "第三条"}],
        "keywords": ["欠薪", "账款"],
        "valid_from": "2026-01-01",
        "valid_to": None,
        "made_up": True,
        **more,
    }  # fmt: skip


def library() -> None:
    """Two statutes and three answers, and nothing else."""
    load_laws([law("payments", PAYMENTS), law("patents", PATENTS)], now=NOW)
    load_answers(
        [
            answer(),
            answer(
                "A-2",
                question={"zh": "专利资助怎么申请？", "en": "How is patent support applied for?"},
                answer={"zh": "在网上提交申请书。", "en": "Hand in the form online."},
                keywords=[],
                basis=[{"text": "示例"}],
            ),
            answer(
                "A-3",
                question={"zh": "企业开办需要几天？", "en": "How long does it take to register?"},
                answer={"zh": "一般一个工作日。", "en": "One working day as a rule."},
                keywords=[],
                basis=[{"text": "示例"}],
            ),
        ],
        now=NOW,
    )


def writer(*may: str) -> Actor:
    """An officer who may write answers, or only what is given."""
    unit = UnitFactory.create()
    member = MembershipFactory.create(organisation=unit.organisation, role="intake_officer")
    user: User = member.user
    codes = frozenset(may or ("knowledge.edit",))
    return Actor(user, member, unit.organisation, "intake_officer", codes)
