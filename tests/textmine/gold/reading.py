"""A draft in the form of the gold file, so that the scorer can compare the two."""

from typing import Any

from qifu.textmine.policy_reading.drafts import Draft


def as_reading(draft: Draft) -> dict[str, Any]:
    """`{"elements": [marks], "groups": …}` with what each element says."""
    elements = [
        {"kind": e.kind, "span": list(e.span), **e.says}
        | ({"group": e.group} if e.group else {})
        for e in draft.elements
    ]  # fmt: skip
    return {"elements": elements, "groups": {name: dict(g) for name, g in draft.groups.items()}}
