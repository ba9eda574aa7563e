"""YAML for people, written so that `rulebook.yaml_text` reads back exactly what was written."""

import re
from datetime import date
from typing import Any, Final

import yaml

from qifu.base.packs.changes import plain
from qifu.rulebook.yaml_text import read_yaml

# scalars of a list that stand on one line if they fit
_LINE: Final = 88
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
# what a reader might take for something else than a text: such texts stand in quotes
_ODD: Final = re.compile(r"[-+.\d_eE:]+|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|")


# the C library writes the same text in a fraction of the time
_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_BASE):  # type: ignore[misc]
    """Block style, lists indented under their key as people write them, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if _is_day(value):
        return dumper.represent_scalar("tag:yaml.org,2002:timestamp", value)
    style = None
    if "\n" in value:
        style = "|"
    elif _ODD.fullmatch(value):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _is_day(value: str) -> bool:
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.SequenceNode:
    short = all(isinstance(item, str | int | float | None) for item in value)
    flow = short and sum(len(str(item)) + 2 for item in value) <= _LINE
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def yaml_text(data: Any, *, head: str = "") -> str:
    """The document, days unquoted, Chinese as it is, keys in their order; `head` are comments.

    `data` is plain JSON data. AssertionError where the text would not read back as the same: a
    pack that says something else than the running system must not leave the house.
    """
    body = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False,
        width=10_000,
    )  # fmt: skip
    ((read, _lines),) = read_yaml(body)
    assert plain(read) == data, "what was written reads differently"
    comments = "".join(f"# {line}\n" for line in head.splitlines())
    return comments + body
