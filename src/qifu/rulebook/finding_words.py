"""What each code of a finding means and how to mend it, in both languages; docs/findings.md.

A code never changes its meaning: programs and authors (`accept`) rely on it.
"""

from typing import Final

from qifu.rulebook.findings import Finding
from qifu.rulebook.lint_words import LINT
from qifu.rulebook.words import Words

# what cannot be read, in policies and in every other file of a pack
READING: Final = {
    "missing": Words("缺少这一项，请补上。", "Something that is needed is missing: add it."),
    "unknown_key": Words(
        "没有这个键，请改正名称或删去。", "There is no such key: correct its name or remove it."
    ),
    "unknown": Words(
        "没有这个名称，请改正或删去。", "There is no such name: correct it or remove it."
    ),
    "unknown_file": Words(
        "数据包里没有这种文件，请改名或移走。",
        "A pack has no such file: rename it or move it away.",
    ),
    "type": Words(
        "写法不对，请按允许的写法改。",
        "Written in the wrong form: write it as what is allowed says.",
    ),
    "text": Words(
        "要写文字，请加引号或补上内容。", "Text is needed: put it in quotes or write something."
    ),
    "reference": Words(
        "引用的代码不存在，请改正代码，或先补上它指的那一项。",
        "The code that is referred to does not exist: correct it, or add what it names first.",
    ),
    "duplicate_code": Words(
        "同一个代码写了两次，请删去一个或改名。",
        "The same code stands twice: remove one or rename it.",
    ),
    "duplicate_key": Words(
        "同一个键写了两次，请删去一个。", "The same key stands twice: remove one."
    ),
    "language": Words(
        "缺少这种语言的文字，请补上。", "The text in this language is missing: write it."
    ),
    "placeholder": Words(
        "占位符不对，请与允许的占位符和另一种语言一致。",
        "A placeholder is wrong: use those that are allowed, the same in both languages.",
    ),
    "choice": Words(
        "不在可选的范围内，请选一个允许的。", "Not one of the choices: take one that is allowed."
    ),
    "kind": Words(
        "没有这种类别，或者不能用在这里，请选一个允许的。",
        "An unknown kind, or one that cannot stand here: take one that is allowed.",
    ),
    "bounds": Words(
        "超出范围，请改成范围内的数。", "Outside the bounds: write a figure within them."
    ),
    "reversed": Words(
        "前后颠倒，请改正其中一个。", "The first is after the last: correct one of them."
    ),
    "cycle": Words(
        "转了一圈又回到自己，请改正其中一处。",
        "It leads back to itself: correct one place on the way.",
    ),
    "colour": Words(
        '要写成带引号的颜色，例如 "#0b5cab"。', 'Must be a colour in quotes, like "#0b5cab".'
    ),
    "contrast": Words(
        "颜色太浅，白字看不清，请换深一些的。",
        "Too light to read white text on it: take a darker colour.",
    ),
    "syntax": Words(
        "这里读不懂，请看缩进、冒号、引号和括号。",
        "This cannot be read: look at indentation, colons, quotes and brackets.",
    ),
    "encoding": Words(
        "文件不是 UTF-8 编码，请另存为 UTF-8。", "The file is not UTF-8: save it as UTF-8."
    ),
    "size": Words("文件太大，请拆开。", "The file is too large: split it."),
    "count": Words("一个文件只放一份内容。", "A file holds one document."),
    "header": Words(
        "第一行要写列名，请改成允许的列名。",
        "The first line names the columns: use the allowed names.",
    ),
    "columns": Words(
        "格子比列多，请删去多出的，或给含逗号的文字加引号。",
        "The columns are wrong: correct them, and put text with commas in quotes.",
    ),
    "id": Words("只用英文字母、数字和下划线。", "Not a proper id: see what is allowed."),
    "day": Words(
        "没有这一天，请写成 2026-01-31 的样子。", "There is no such day: write it like 2026-01-31."
    ),
    "year": Words(
        "年份不对，请与文件名一致并按年份接上。",
        "The year is wrong: as in the name of the file, one after the other.",
    ),
    "case": Words(
        "案例与政策算出的结果不同，请改政策或改案例。",
        "A case has another answer than it expects: correct the policy or the case.",
    ),
    "no_case": Words(
        "这条政策旁边没有案例，请至少写一个。",
        "The policy has no case beside it: write at least one.",
    ),
    "empty": Words("这里是空的，请补上内容。", "Nothing stands here: write something."),
    "extends": Words(
        "旁边没有要引用的数据包，请改正名称。",
        "The pack that is extended is not beside this one: correct its name.",
    ),
    "key": Words("键要写成文字。", "A key must be text."),
    "tag": Words(
        "这里不用标签；以感叹号开头的文字请加引号。",
        "Tags are not used here; put text that begins with ! in quotes.",
    ),
    "alias": Words(
        "前面没有这个名称的锚点，请改正。", "There is no anchor of this name before it: correct it."
    ),
    "operator": Words(
        "没有这种比较，请选一个允许的。",
        "There is no such operator for this attribute: take one that is allowed.",
    ),
    "unit": Words(
        "缺少单位，或者单位用在这里不合适，请写一个允许的。",
        "The unit is missing or does not fit: take one that is allowed.",
    ),
    "unknown_attribute": Words(
        "属性目录里没有这一项，请改正名称，或先在 attributes.yaml 里加上。",
        "The catalogue has no such attribute: correct its name or add it to attributes.yaml.",
    ),
    "attribute": Words(
        "属性目录里没有这一项，请改正名称，或先在 attributes.yaml 里加上。",
        "The catalogue has no such attribute: correct its name or add it to attributes.yaml.",
    ),
    "version": Words(
        "版本号不对，请写从 1 开始的整数。", "Not a version: write a whole number from 1."
    ),
    "period": Words(
        "缺少年度，或者年度写得不对，请写明哪一年，或删去。",
        "The period is missing or does not fit: name a year, or remove it.",
    ),
    "duplicate": Words("写了两次，请删去一个。", "It stands twice: remove one."),
    "code": Words(
        "代码不对，请改成允许的代码。", "There is no such code: take one that is allowed."
    ),
    "uscc": Words(
        "统一社会信用代码不对，请核对校验位。",
        "Not a unified social credit code: look at its check digit.",
    ),
    "overlap": Words(
        "两段时间重叠，请改正其中一段的日期。",
        "Two times overlap: correct the days of one of them.",
    ),
    "source": Words(
        "来源不对，请选一个允许的来源。", "Not one of the sources: take one that is allowed."
    ),
    "slug": Words("只用小写英文字母、数字和连字符。", "Only small letters, digits and hyphens."),
    "silenced": Words(
        "这里写了永远用不上，请删去或调整顺序。",
        "This is never reached: remove it or change the order.",
    ),
    "shape": Words(
        "写法不对，请照例子的样子写。", "Written in the wrong form: write it as the example does."
    ),
    "limits": Words(
        "时限写得不对，请每行只写一种时限。", "A time limit is wrong: one kind of limit a line."
    ),
    "human": Words("这里要写人能读懂的文字。", "Words for people are needed, and nothing else."),
    "gap": Words("中间缺了一段，请补上。", "Something is missing in between: add it."),
    "at": Words(
        "日期不对：只能写政策里有的日期，而且这个条件要用到日期。",
        "The day does not fit: a condition may only name a day that there is and that it looks at.",
    ),
    "weekday": Words("没有这个星期几，请写 mon 到 sun。", "There is no such weekday: mon to sun."),
    "visibility": Words(
        "可见范围不对，请选一个允许的。",
        "Not one of the kinds of visibility: take one that is allowed.",
    ),
    "verdict": Words(
        "没有这种结论，请选一个允许的。", "There is no such verdict: take one that is allowed."
    ),
    "unreadable": Words(
        "文件打不开，请检查权限。", "The file cannot be opened: look at its rights."
    ),
    "unreachable": Words(
        "前面的规则已经全部包括，这一条永远用不上：请调整顺序或删去。",
        "The rules before it leave nothing for this one: change the order or remove it.",
    ),
    "twice": Words("写了两次，请删去一个。", "It stands twice: remove one."),
    "taken": Words("这个名称已经用了，请换一个。", "The name is taken: choose another."),
    "status": Words(
        "没有这种状态，请选一个允许的。", "There is no such status: take one that is allowed."
    ),
    "short": Words("太短，请写完整。", "Too short: write it out."),
    "row": Words("这一行缺少代码或名称，请补上。", "The row lacks its code or its name: add it."),
    "roll": Words(
        "顺延的写法不对，请写 true 或 false。",
        "Whether a day moves on is written as true or false.",
    ),
    "parent": Words(
        "上级代码不存在，请改正或先补上那一行。",
        "The code above does not exist: correct it or add its row.",
    ),
    "order": Words("顺序不对，请从小到大排列。", "The order is wrong: from small to large."),
    "options": Words("选项不对，请改正。", "The options are wrong: correct them."),
    "no_rule": Words(
        "没有规则用到它，请补一条规则或删去。", "No rule uses it: write one or remove it."
    ),
    "marker": Words("标记不对，请改正。", "The marker is wrong: correct it."),
    "link": Words("链接不对，请写完整的网址。", "Not a link: write the whole address."),
    "length": Words("太长，请缩短。", "Too long: shorten it."),
    "impossible": Words(
        "永远不会成立，请改正条件。", "This can never be reached: correct the figure."
    ),
    "idle": Words("永远用不上，请改正或删去。", "This is never used: correct it or remove it."),
    "host": Words(
        "域名不对，请只写域名，不写 https:// 和路径。",
        "Not a host name: without https:// and without a path.",
    ),
    "group": Words(
        "没有这个分组，请改正名称或先加上。", "There is no such group: correct its name or add it."
    ),
    "function": Words(
        "没有这个函数，请选一个允许的。", "There is no such function: take one that is allowed."
    ),
    "forgotten": Words("漏了法定节假日，请补上。", "A public holiday is missing: add it."),
    "excludes": Words(
        "所指的另一条政策不在这里，或就是这一条：请改正编号。",
        "The other policy that is named is not here, or is this one: correct its id.",
    ),
    "combine": Words(
        "几项政策合起来的规定不对，请改正。",
        "This way to combine policies is wrong: see what is allowed.",
    ),
    "duplicate_version": Words(
        "同一个版本写了两次，请把版本号加一。",
        "The same version of a policy stands twice: count it up.",
    ),
    "duplicate_id": Words(
        "同一个编号写了两次，请改一个。", "The same id stands twice: change one."
    ),
    "domain": Words(
        "没有这个领域，请选一个允许的。", "There is no such field: take one that is allowed."
    ),
    "deputy": Words(
        "协办单位不能与主办单位相同，请换一个。",
        "The unit that helps is the unit in charge: choose another.",
    ),
    "depth": Words("层次太深，请简化。", "Nested too deeply: make it simpler."),
    "covered": Words(
        "同一个代码被两类包括，请删去一处。", "The same code is covered by two classes: remove one."
    ),
    "code_cycle": Words(
        "代码转了一圈又回到自己，请改正上级。", "A code is above itself: correct the code above."
    ),
    "closing": Words(
        '下班时间不对，请写成 "18:00"。', 'The end of office hours is wrong: write it like "18:00".'
    ),
    "check": Words(
        "没有这种检查，请选一个允许的。", "There is no such check: take one that is allowed."
    ),
    "benefit": Words(
        "没有这种支持方式，请选一个允许的。",
        "There is no such kind of benefit: take one that is allowed.",
    ),
    "name": Words("名称不对，请改正。", "The name is wrong: correct it."),
    "long": Words("太长，页面放不下，请缩短。", "Too long for the page: shorten it."),
    "mobile": Words(
        "手机号是个人的，请删去，或写单位的电话。",
        "A mobile number belongs to a person: remove it or write the unit's telephone.",
    ),
    "telephone": Words(
        "电话要加引号，只写数字、空格和连字符。",
        "A telephone number stands in quotes: digits, spaces and hyphens only.",
    ),
    "regex": Words("这个写法读不懂，请改正。", "This pattern cannot be read: correct it."),
    "policy": Words(
        "案例所指的政策不在这里：请改正编号。",
        "The cases name a policy that is not here: correct its id.",
    ),
    "words": Words(
        "要写成词语的列表，每个至少两个字。", "A list of words of two characters and more."
    ),
    "encrypted": Words(
        "文件加了密：请去掉密码再交。", "The file is encrypted: take its password away."
    ),
    "scanned": Words(
        "文件只有图像，没有文字：请交文字版。",
        "The file holds pictures and no text: give its text.",
    ),
    "format": Words(
        "没有这种文件格式：请用允许的格式。", "No such kind of file: take one that is allowed."
    ),
    "null": Words("集合里不能有 null：请删去。", "A set holds no null: leave it out."),
    "option": Words(
        "不是这一项的选项，请选一个允许的。", "Not among the options: take one of them."
    ),
    "tier": Words("分档的界限不对：要按顺序排列。", "The limits of the steps are wrong: in order."),
    "step": Words("取整的单位不对：要大于零。", "The step to round down to must be above zero."),
    "zero": Words("除数不能是零，请改正。", "Nothing is divided by zero: correct the figure."),
    "value": Words("值不对，请改成允许的值。", "Not a proper value: write one that is allowed."),
}
WORDS: Final = {**READING, **LINT}
_OTHER: Final = Words(
    "这里写得不对，请按括号里允许的写法改。", "Written in the wrong form: see what is allowed."
)
PAGE: Final = "docs/findings.md"


def in_chinese(finding: Finding) -> str:
    """What the finding itself says in Chinese, else one sentence for its code."""
    return finding.zh or WORDS.get(finding.code, _OTHER).zh


def as_json(finding: Finding) -> dict[str, object]:
    """A finding for programs: {severity, code, file, line, path, message, message_zh, found,
    allowed, page}."""
    found = finding.found
    return {
        "severity": finding.severity,
        "code": finding.code,
        "file": finding.file,
        "line": finding.line,
        "path": finding.path,
        "message": finding.message,
        "message_zh": in_chinese(finding),
        "found": found if isinstance(found, str | int | bool | None) else str(found),
        "allowed": finding.allowed,
        "page": f"{PAGE}#{finding.code}",
    }
