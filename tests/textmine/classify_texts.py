"""Made-up texts of three subjects, no two alike."""

import random

from qifu.textmine.classify.tables import Row

WORDS = {
    "finance": (
        "贷款 银行 利息 融资 担保 抵押 授信 信用 资金 还款 借款 贴息 续贷 基金 股权 债券 额度 放款"
    ),
    "hiring": (
        "招聘 工人 用工 社保 工资 培训 技工 岗位 学徒 劳务 加班 宿舍 招工 实习 劳动 合同 工伤 食堂"
    ),
    "roads": (
        "道路 公交 停车 拥堵 路灯 货车 红灯 司机 车站 地铁 高速 桥梁 出租 修路 隧道 限行 车辆 路口"
    ),
}
FILLING = (
    "公司 厂区 上月 门口 客户 周边 三楼 园区 工厂 隔壁 邻居 设备 办公室 仓库 院子 老街".split()
)


def made_up(each: int = 20, seed: int = 1) -> list[Row]:
    """So many texts of each subject, in turn."""
    drawn = random.Random(seed)
    rows = []
    for number in range(each):
        for label, words in WORDS.items():
            said = drawn.sample(words.split(), 5) + drawn.sample(FILLING, 3)
            drawn.shuffle(said)
            rows.append(Row(f"{label}-{number}", "，".join(said) + "。", label, number + 2))
    return rows
