"""Made-up texts with the spans of everything personal in them, drawn anew from a seed."""

import random
from collections.abc import Callable

from qifu.textmine.privacy import is_identity, passes_luhn

# text, [(kind, start, end)]
Marked = tuple[str, list[tuple[str, int, int]]]

_NAMES = (
    "王小明 李建国 张丽 陈大勇 刘芳 赵一鸣 黄志强 周婷婷 吴海波 徐静 "
    "孙立 马晓燕 朱文博 胡雪 郭子豪 何敏 欧阳锋 司马青 高翔 林月娥 "
    "罗永红 梁家辉 宋佳 郑凯 谢雨 韩冰 唐果 冯绍 董洁 萧然 "
    "程东 曹颖 安琪 方圆 "
).split()
_PLACES = "粤 京 沪 湘 川 鲁".split()
# {kind} is replaced by something made up; the sentences at the end are traps.
_SAID = (
    "联系人：{name}，电话{mobile}。",
    "我叫{name}，身份证号{identity}，一直没有人管。",
    "请回电{mobile}或者{landline}，找{name_title}先生。",
    "{name_title}经理说下周答复，座机{landline}。",
    "法定代表人：{name}，邮箱{email}。",
    "车牌{plate}被误开罚单，车主{mobile}。",
    "退款请转到卡号{bank_card}，户名：{name}。",
    "开户行建设银行，账号 {bank_card}。",
    "投诉人{name}，住幸福路{door}。",
    "企业热线{hotline}一直打不通，改打{landline}也没人接。",
    "我是业主{name3}，手机：{mobile}。",
    "经办人{name}、{name}都不在。",
    "微信号：{chat}，随时联系。",
    "局长{blanked}收了材料。",
    "{name3}（{mobile}）和{name3}（{mobile}）",
    "感谢{name3}主任的帮助。",
    "新能源车{plate_new}不能进厂区。",
    "｛备注｝身份证{identity}登记有误",
    "统一社会信用代码{firm}，注册资本500万元。",
    "合同编号20240315001234567，金额1234567.89元。",
    "订单号{order}已付款。",
    "项目经理和班主任都参加了会议，财务经理请假。",
    "根据深府办〔2024〕12号文和第38号令办理。",
    "咨询热线是12345，办公时间9:00-18:00。",
    "1号楼拆迁了，2023年12月31日前搬完，共1380000元。",
    "高新技术企业可以申报，任何单位不得收费。",
    "乘坐113路公交到市民中心，面积13800平方米。",
    "电话打了13次都没有接，等了15天。",
    "平安路和黄河大道路口拥堵，方便群众出行。",
)


def drawn(count: int, seed: int = 7) -> list[Marked]:
    """So many texts of one to four sentences."""
    dice = random.Random(seed)
    return [_text(dice) for _ in range(count)]


def _text(dice: random.Random) -> Marked:
    text, spans = "", []
    for said in dice.sample(_SAID, dice.randint(1, 4)):
        rest = said
        while "{" in rest:
            before, _, rest = rest.partition("{")
            what, _, rest = rest.partition("}")
            text += before
            made = _MAKERS[what](dice)
            kind = what.split("_new")[0]
            kind = "name" if what.startswith(("name", "blanked")) else kind
            if kind not in ("firm", "order"):
                spans.append((kind, len(text), len(text) + len(made)))
            text += made
        text += rest
    return text, spans


def _digits(dice: random.Random, size: int) -> str:
    return "".join(dice.choices("0123456789", k=size))


def _mobile(dice: random.Random) -> str:
    # x x0 0000: a range that nobody is given
    parts = ["1" + dice.choice("3578") + "0", "0000", _digits(dice, 4)]
    return dice.choice(("", "", " ", "-")).join(parts)


def _identity(dice: random.Random) -> str:
    while True:
        number = f"440{dice.randint(300, 309)}19{dice.randint(50, 99)}0{dice.randint(1, 9)}"
        number += f"{dice.randint(10, 28)}{_digits(dice, 3)}"
        for last in "0123456789X":
            if is_identity(number + last):
                return number + last


def _card(dice: random.Random) -> str:
    while True:
        number = "6222" + _digits(dice, 15)
        if passes_luhn(number):
            return number if dice.random() < 0.5 else " ".join(
                number[i : i + 4] for i in range(0, 19, 4)
            )  # fmt: skip


def _order(dice: random.Random) -> str:
    while True:
        number = "8" + _digits(dice, 16)
        if not passes_luhn(number):
            return number


def _landline(dice: random.Random) -> str:
    area = dice.choice(("0755", "010", "0731", "020"))
    return area + dice.choice(("-", "", " ")) + "8" + _digits(dice, 7 if len(area) == 3 else 6)


def _door(dice: random.Random) -> str:
    house, block, stairs = dice.randint(1, 200), dice.randint(1, 9), dice.randint(1, 4)
    return f"{house}号{block}栋{stairs}单元{dice.randint(1, 30)}0{dice.randint(1, 8)}室"


def _letters(dice: random.Random, size: int) -> str:
    return "".join(dice.choices("abcdefghkmnpqrstuvwxyz", k=size))


_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "name": lambda dice: dice.choice(_NAMES),
    "name3": lambda dice: dice.choice([name for name in _NAMES if len(name) == 3]),
    "name_title": lambda dice: dice.choice(
        [name[0] for name in _NAMES if name[0] not in "欧司高安方"]
    ),
    "blanked": lambda dice: dice.choice("张李王赵") + dice.choice(("某", "某某", "某明", "XX")),
    "mobile": _mobile,
    "landline": _landline,
    "hotline": lambda dice: f"400-{_digits(dice, 3)}-{_digits(dice, 4)}",
    "identity": _identity,
    "email": lambda dice: f"{_letters(dice, 6)}{_digits(dice, 2)}@{_letters(dice, 4)}.com.cn",
    "plate": lambda dice: (
        f"{dice.choice(_PLACES)}B{_digits(dice, 3)}{dice.choice('AKLM')}{_digits(dice, 1)}"
    ),
    "plate_new": lambda dice: f"{dice.choice(_PLACES)}B{dice.choice('DF')}{_digits(dice, 5)}",
    "bank_card": _card,
    "chat": lambda dice: f"{_letters(dice, 4)}_{_digits(dice, 4)}",
    "door": _door,
    "firm": lambda dice: dice.choice(("91440300708461136T", "914403001922038216")),
    "order": _order,
}
