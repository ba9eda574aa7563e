"""Check the recipe of a demo: every code exists, no made-up firm could be taken for a real one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from stdnum.cn import uscc

from qifu.base.packs.codes import made_up_code
from qifu.base.packs.desk import Desk
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import INDUSTRY, REGION
from qifu.rulebook.facts import Unfit, read_value, split_key

_KEYS = (
    "seed", "count", "uscc_prefix", "series", "marker", "password", "names", "forms", "districts",
    "industries", "profiles", "unknown", "only_register", "city_only", "division_only", "conflict",
    "figures", "disputed", "hand_made", "accounts", "draft",
)  # fmt: skip
_OPTIONAL = ("figures", "disputed", "hand_made", "draft")
_PROFILE = (
    "staff", "spread", "per_head", "assets", "margin", "rd_chance", "rd_share", "ip", "export",
    "renovation", "loans",
)  # fmt: skip
_HAND_MADE = ("uscc", "name", "story", "facts", "also")
_ACCOUNT = ("username", "name", "roles")


def check_demo(
    desk: Desk,
    catalogue: Catalogue,
    roles: Mapping[str, str] | None,
    units: set[str] | None,
) -> None:
    """`roles` maps a role to enterprise or unit; `units` are the codes of the pack's units.

    None for either where its own file could not be read: nothing is then compared with it.
    """
    doc = desk.mapping(desk.data, "", ", ".join(_KEYS))
    if doc is None:
        return
    desk.keys(doc, _KEYS, "")
    desk.need(doc, [key for key in _KEYS if key not in _OPTIONAL], "")
    marker = desk.text(doc, "marker", "") or ""
    try:
        made_up_code(str(doc.get("uscc_prefix")), str(doc.get("series")), 0)
    except ValueError as error:
        desk.say("uscc", "uscc_prefix", str(error), doc.get("uscc_prefix"), "91440399 with MADE")
    else:
        region = str(doc["uscc_prefix"])[2:8]
        tree = catalogue.trees.get(REGION)
        if tree is not None and tree.has(region):
            message = "a real region: made-up firms need one that nobody has"
            desk.say("uscc", "uscc_prefix", message, region, "440399")
    _check_choices(desk, doc, catalogue)
    for key in ("only_register", "city_only", "division_only", "conflict"):
        _share(desk, doc.get(key), key)
    figures = desk.mapping(doc.get("figures") or {}, "figures", "{attribute: figure}") or {}
    for attribute in figures:
        desk.refer(attribute, catalogue.attributes, f"figures.{attribute}", "attribute")
    if doc.get("disputed") is not None:
        desk.refer(doc["disputed"], catalogue.attributes, "disputed", "attribute")
    shares = desk.mapping(doc.get("unknown") or {}, "unknown", "{group: share}") or {}
    for group, share in shares.items():
        desk.refer(group, catalogue.groups, f"unknown.{group}", "group of attributes")
        _share(desk, share, f"unknown.{group}")
    firms = _check_hand_made(desk, doc, catalogue, marker)
    _check_accounts(desk, doc, firms, roles, units)
    if doc.get("draft") is not None:
        draft = desk.mapping(doc["draft"], "draft", "{account, text}") or {}
        desk.keys(draft, ("account", "text"), "draft")
        desk.text(draft, "text", "draft", required=True)
        known = [
            str(row.get("username")) for row, _path in desk.rows(doc.get("accounts"), "accounts")
        ]
        desk.refer(draft.get("account"), known, "draft.account", "account")


def _share(desk: Desk, value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
        desk.say("type", path, "must be a share", value, "0 to 1")


def _check_choices(desk: Desk, doc: Mapping[str, Any], catalogue: Catalogue) -> None:
    trees: Sequence[tuple[str, str, str]] = (
        ("forms", "legal_form", "legal form"),
        ("districts", REGION, "region"),
        ("industries", INDUSTRY, "industry"),
    )
    profiles = desk.mapping(doc.get("profiles"), "profiles", "{name: figures}") or {}
    for name, profile in profiles.items():
        figures = desk.mapping(profile, f"profiles.{name}", ", ".join(_PROFILE))
        if figures is not None:
            desk.keys(figures, _PROFILE, f"profiles.{name}")
            desk.need(figures, _PROFILE, f"profiles.{name}")
    for key, tree_name, what in trees:
        tree = catalogue.trees.get(tree_name)
        for row, path in desk.rows(doc.get(key), key):
            code, weight = row.get("code"), row.get("weight")
            if not isinstance(code, str) or (tree is not None and not tree.has(code)):
                allowed = tree.describe() if tree else "text in quotes"
                message = f"no such {what}: correct the code"
                desk.say("reference", f"{path}.code", message, code, allowed)
            if isinstance(weight, bool) or not isinstance(weight, int | Decimal) or weight <= 0:
                desk.say("type", f"{path}.weight", "must be a number above zero", weight)
            if key == "industries":
                desk.refer(row.get("profile"), profiles, f"{path}.profile", "profile")
                desk.text(row, "field", path, required=True)
            if key == "forms":
                desk.text(row, "suffix", path, required=True)


def _check_hand_made(
    desk: Desk, doc: Mapping[str, Any], catalogue: Catalogue, marker: str
) -> set[str]:
    seen: dict[str, str] = {}
    for row, path in desk.rows(doc["hand_made"], "hand_made") if doc.get("hand_made") else []:
        desk.keys(row, _HAND_MADE, path)
        code, name = row.get("uscc"), desk.text(row, "name", path, required=True)
        desk.once(code, seen, f"{path}.uscc")
        if not isinstance(code, str) or not uscc.is_valid(code):
            message = "not a valid 统一社会信用代码: its check digit must be right"
            desk.say("uscc", f"{path}.uscc", message, code)
        elif not code.startswith(str(doc.get("uscc_prefix"))):
            message = "could be a real firm's: begin it with the recipe's prefix"
            desk.say("uscc", f"{path}.uscc", message, code, str(doc.get("uscc_prefix")))
        if name and marker and marker not in name:
            message = "a made-up firm must say so in its name"
            desk.say("marker", f"{path}.name", message, name, marker)
        facts = desk.mapping(row.get("facts"), f"{path}.facts", "{attribute: value}") or {}
        for key, value in facts.items():
            _check_fact(desk, catalogue, key, value, f"{path}.facts.{key}")
        for i, said in enumerate(row.get("also") or []):
            where = f"{path}.also[{i}]"
            _check_fact(desk, catalogue, said.get("attr"), said.get("value"), where)
            desk.refer(said.get("source"), catalogue.sources, f"{where}.source", "source")
    return set(seen)


def _check_fact(desk: Desk, catalogue: Catalogue, key: Any, value: Any, path: str) -> None:
    try:
        name, _ = split_key(str(key))
    except ValueError:
        desk.say("key", path, "not a fact's key", key, "region, revenue@2025")
        return
    attribute = catalogue.get(name)
    if attribute is None:
        desk.refer(name, catalogue.attributes, path, "attribute")
        return
    try:
        read_value(value, attribute, catalogue)
    except Unfit as error:
        desk.unfit(error, path, value)


def _check_accounts(
    desk: Desk,
    doc: Mapping[str, Any],
    firms: set[str],
    roles: Mapping[str, str] | None,
    units: set[str] | None,
) -> None:
    seen: dict[str, str] = {}
    for row, path in desk.rows(doc.get("accounts"), "accounts"):
        desk.keys(row, _ACCOUNT, path)
        desk.words(row, "name", path)
        desk.once(row.get("username"), seen, f"{path}.username")
        for given, where in desk.rows(row.get("roles"), f"{path}.roles"):
            desk.keys(given, ("kind", "code", "role"), where)
            kind = given.get("kind")
            if kind not in ("enterprise", "unit"):
                message = "people act for an enterprise or a unit"
                desk.say("kind", f"{where}.kind", message, kind, "enterprise, unit")
                continue
            if kind == "enterprise":
                desk.refer(given.get("code"), sorted(firms), f"{where}.code", "hand-made firm")
            elif units is not None:
                desk.refer(given.get("code"), sorted(units), f"{where}.code", "unit")
            if roles is not None:
                fitting = [code for code, is_for in roles.items() if is_for == kind]
                desk.refer(given.get("role"), fitting, f"{where}.role", f"role for {kind} people")
