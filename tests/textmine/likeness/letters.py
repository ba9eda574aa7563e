"""Made-up letters: some trouble at some place, in words that differ from letter to letter."""

from datetime import datetime, timedelta

from qifu.textmine.likeness.told import CHINA, Told

START = datetime(2026, 3, 2, 9, tzinfo=CHINA)
NOISE = (
    "松涛里小区旁的混凝土搅拌站夜间施工，噪音和粉尘让居民无法入睡，请环保部门查处。",
    "夜里两点松涛里小区的搅拌站还在作业，噪音粉尘严重，居民休息不了，盼查处搅拌站。",
    "反映松涛里小区边搅拌站：粉尘遮天，噪音整夜不停，居民要求搬走搅拌站。",
    "松涛里小区搅拌站噪音扰民，粉尘落满阳台，居民多次投诉搅拌站没有结果。",
)
METER = (
    "青禾路智能水表换装后水费翻倍，怀疑水表计量不准，请自来水公司上门校验。",
    "青禾路换了智能水表，水费比原来翻倍，要求自来水公司校验水表计量。",
    "自来水公司给青禾路换的智能水表计量有误，水费翻倍，请校验。",
)
OTHERS = (
    "孩子明年上小学，想了解学位申请需要准备哪些材料。",
    "退休教师的体检安排在哪家医院，什么时候通知。",
    "建议在图书馆增设夜间自习室，方便备考的年轻人。",
    "公积金提取用于装修是否可行，网上办理的入口在哪里。",
    "出租车司机拒载并且不打表，要求核查车牌并退款。",
    "申请低保的收入怎么计算，村里说要开证明。",
)


def told(texts, *, firm="", day=0, prefix="m", **more):
    """Rows with ids, one day apart."""
    return [
        Told(f"{prefix}{n}", text, firm=firm, time=START + timedelta(days=day + n), **more)
        for n, text in enumerate(texts)
    ]


def letters():
    """All of them, a row a day."""
    return [
        *told(NOISE, prefix="noise"), *told(METER, prefix="meter"), *told(OTHERS, prefix="other"),
    ]  # fmt: skip
