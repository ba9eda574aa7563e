"""What each code of the lint means and how to mend it, in both languages."""

from typing import Final

from qifu.rulebook.words import Words

# what `qifu rules check` finds in policies that can be read
LINT: Final = {
    "contradiction": Words(
        "没有企业能满足这些条件：请核对数字、代码和互相冲突的条件。",
        "Nobody can meet these conditions: look at their figures, codes and at those "
        "that fight each other.",
    ),
    "never_met": Words(
        "这个选项没有企业能满足：请改正或删去。",
        "Nobody can meet this alternative: correct it or remove it.",
    ),
    "always_met": Words(
        "任何企业都满足：请核对数字，或删去。",
        "Every firm meets this: look at its figure, or remove it.",
    ),
    "implied": Words(
        "同一条政策里另一条已经决定了它：请删去，或核对数字。",
        "Another condition of the policy settles it already: remove it, or look at its figure.",
    ),
    "repeated": Words(
        "同一个条件写了两次：请删去一个。", "The same condition stands twice: remove one."
    ),
    "human_only": Words(
        "全部条件都由人评判：请写出能核对的条件。",
        "People judge everything: write what can be looked up as conditions.",
    ),
    "same_conditions": Words(
        "与同一地区另一条政策条件相同、时间重叠：请合并，或用 excludes 写明互斥。",
        "Another policy of the same area has the same conditions at the same time: join "
        "them, or say with excludes that only one can be claimed.",
    ),
    "other_figures": Words(
        "与同一地区另一条政策只有数字不同、时间重叠：请核对是不是另一年的数字。",
        "Another policy of the same area differs in its figures only, at the same time: "
        "are they those of another year?",
    ),
    "one_more": Words(
        "比同一地区另一条政策只多一个条件：请写明能否同时享受。",
        "It asks for one thing more than another policy of the same area: say whether "
        "both may be claimed.",
    ),
    "expired": Words(
        "政策已经失效：请更新日期，或移走。",
        "The policy is no longer in force: bring its days up to date, or take it away.",
    ),
    "window": Words(
        "申报时间与生效时间不一致：请改正日期。",
        "The time to apply does not fit the time in force: correct the days.",
    ),
    "basis": Words(
        "依据比政策先失效：请换成现行依据，或改正日期。",
        "The legal basis ends before the policy: name the one in force, or correct the day.",
    ),
    "old_year": Words(
        "指定的年份太早：请核对是不是上一轮的年份。",
        "The year lies long before one can apply: is it that of an earlier round?",
    ),
    "unanswerable": Words(
        "没有人能回答这一条：请在属性目录里写明来源，或换一个属性。",
        "Nobody can answer this: name a source in the catalogue, or use another attribute.",
    ),
    "unit_quote": Words(
        "数字与引文差在单位上：请照引文改。",
        "The figure differs from the quote by its unit: write it as the quote does.",
    ),
    "figure_quote": Words(
        "引文里没有这个数字：请照引文改。",
        "The quote does not name this figure: write it as the quote does.",
    ),
    "unit_scale": Words(
        "数字大得或小得不像话：请核对单位。",
        "The figure is far too small or too large: look at its unit.",
    ),
    "unit_peers": Words(
        "与其他政策在同一项上的要求差得太远：请核对单位。",
        "Far from what other policies ask for in the same attribute: look at its unit.",
    ),
    "amount_scale": Words(
        "金额与卡片上的文字差在单位上：请核对。",
        "The amount differs from the words of the card by its unit: look at both.",
    ),
    "quote_place": Words(
        "引文没有写明出自哪里：请补上 doc 和 para。",
        "The quote does not say where it stands: add doc and para.",
    ),
    "quote_document": Words(
        "没有引文所指的原文：请补上这份文字，或改正 doc。",
        "The quoted document is not here: add its text, or correct doc.",
    ),
    "quote_text": Words(
        "引文与原文不符：请照原文改。",
        "The quote is not the text at its place: write it as the text does.",
    ),
    "accept": Words(
        "接受了一个没有出现的提醒：请删去这一条。",
        "A warning is accepted that is not there: remove this entry.",
    ),
}
