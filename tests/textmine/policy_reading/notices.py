"""Notices made up for the tests, and the reader of the demo city."""

from functools import lru_cache
from pathlib import Path

from qifu.rulebook.documents import load_catalogue
from qifu.textmine.policy_reading.drafting import PolicyReader
from qifu.textmine.policy_reading.drafts import Draft
from qifu.textmine.policy_reading.inputs import plain_text

CITY = Path(__file__).parents[3] / "cities" / "shenzhen_demo"
NOTICE = """青禾市工业和信息化局关于申报2031年度星火企业研发奖励的通知
青工信〔2031〕12号
一、申报条件
(一)在本市依法登记注册,具有独立法人资格;
(二)上年度营业收入不低于2000万元,研发费用占营业收入比例达到5%以上;
(三)未被列入经营异常名录;
(四)内部管理制度健全。
二、奖励标准
按上年度研发费用的10%给予奖励,每家企业最高300万元。
三、申报时间
2031年3月1日至2031年3月31日。
四、申报材料
申请表;营业执照复印件;上年度审计报告。
五、联系方式
咨询电话:0755-00000000。
"""


@lru_cache(maxsize=1)
def reader() -> PolicyReader:
    """The reader against the demo city's catalogue, built once for all tests."""
    return PolicyReader(load_catalogue(CITY))


def drafted(content: str, area: str = "深圳市") -> Draft:
    """The draft of a text."""
    return reader().draft(plain_text(content), area=area)


def said(content: str, kind: str = "condition") -> list[tuple[str, dict[str, object]]]:
    """(words, what they say) of every element of a kind, without confidence and hardness."""
    draft = drafted(content)
    return [
        (e.quote, {k: v for k, v in e.says.items() if k not in ("hard",)})
        for e in draft.elements
        if e.kind == kind
    ]
