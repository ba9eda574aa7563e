"""Where the words of one condition begin, and what it is called."""

import re
from typing import Final

from qifu.textmine.policy_reading.comparing import Comparison

# where the words of one condition end before the next one begins
_CUT: Final = re.compile(
    "，|、(?!限制)|以及|并且|；|且|(?<![以普涉])及(?!以上|其|格)|和(?=[^，、]{0,12}$)|或者?"
)
_ASIDE: Final = re.compile("（[^（）]*）")
_SUBJECT: Final = re.compile(
    "^(?:申报|申请)?(?:但是?|企业|单位|主体|项目|者|人|申报主体|其中|对于?|凡|要求|应当|应|须|"
    "必须|需|的|该|其|经|且|并|在|企业的){1,5}"
)


def left_edge(plain: str, begin: int, start: int) -> int:
    """Where the words of the condition begin: behind the last cut before its attribute."""
    # what stands whole in parentheses belongs to the name in front of it
    words = _ASIDE.sub(lambda aside: "·" * len(aside[0]), plain[begin:start])
    cuts = [
        m.end()
        for m in re.finditer(
            "，|、|以及|并且|；|且|并(?=签|已|具|有|取)|和|或者?|（|）|：|的(?=上|近|年)"
            "|(?<=.{2})(?:企业|单位|机构|公司)(?=年|上|近|实|注|职|营|资|主|研|销|净|总|累|缴|拥|成|从|产|出)",
            words,
        )
    ]
    left = begin + (cuts[-1] if cuts else 0)
    lead = _SUBJECT.match(plain[left:start])
    return left + (lead.end() if lead else 0)


def noun_before(plain: str, begin: int, said: Comparison) -> str:
    """The words right before the comparison."""
    words = plain[begin : said.start]
    cut = [m.end() for m in _CUT.finditer(words)]
    return words[cut[-1] if cut else 0 :].strip()


def free(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether none of the spans shares a character with `[start, end)`."""
    return not any(a < end and start < b for a, b in spans)
