"""Check units, roles and notices of a pack: who there is, who may what, what people are told."""

from collections.abc import Mapping
from typing import Any

from qifu.base.packs.desk import Desk, placeholders
from qifu.base.packs.vocabulary import LANGUAGES, NOTICES, PERMISSIONS
from qifu.rulebook.codes import CodeTree

_UNIT_KEYS = ("code", "name", "parent", "region", "kind")
_ROLE_KEYS = ("code", "name", "for", "may")


def check_units(desk: Desk, regions: CodeTree | None) -> set[str]:
    """The units form one tree, each in a region that exists; gives their codes."""
    seen: dict[str, str] = {}
    rows = desk.rows(desk.data, "")
    for row, path in rows:
        desk.keys(row, _UNIT_KEYS, path)
        desk.need(row, ("code", "kind"), path)
        desk.words(row, "name", path)
        if row.get("code") is not None:
            desk.code(row["code"], f"{path}.code")
            desk.once(row["code"], seen, f"{path}.code")
        desk.short(row.get("name"), f"{path}.name", 200)
        region = row.get("region")
        if region is not None and not (
            isinstance(region, str) and (regions is None or regions.has(region))
        ):
            allowed = regions.describe() if regions else "text in quotes"
            message = "no such region: correct the code, or null for none"
            desk.say("reference", f"{path}.region", message, region, allowed)
    parents: dict[str, str] = {}
    for row, path in rows:
        above = row.get("parent")
        if above is not None and desk.refer(above, seen, f"{path}.parent", "unit"):
            parents[str(row.get("code"))] = str(above)
    for code, parent in parents.items():
        way = _way_up(code, parents)
        if way[-1] == code:
            path = seen[code].removesuffix(".code")
            message = f"a unit is above itself: {' → '.join(way)}; correct one parent"
            desk.say("cycle", f"{path}.parent", message, parent)
    return set(seen)


def _way_up(code: str, parents: Mapping[str, str]) -> list[str]:
    way = [code]
    while (above := parents.get(way[-1])) is not None:
        way.append(above)
        if above in way[:-1]:
            break
    return way


def check_roles(desk: Desk) -> dict[str, str]:
    """Roles hold permissions that the software knows; gives code → enterprise or unit."""
    seen: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for row, path in desk.rows(desk.data, ""):
        desk.keys(row, _ROLE_KEYS, path)
        desk.need(row, ("code", "may"), path)
        desk.words(row, "name", path)
        if row.get("code") is not None:
            desk.once(row["code"], seen, f"{path}.code")
        kind = row.get("for")
        if kind not in PERMISSIONS:
            message = "a role is for people of an enterprise or of a unit: write one of them"
            desk.say("kind", f"{path}.for", message, kind, ", ".join(PERMISSIONS))
            continue
        kinds[str(row.get("code"))] = kind
        may = row.get("may")
        if may is not None and not isinstance(may, list):
            desk.say("type", f"{path}.may", "must be a list of permissions", may)
            continue
        listed = may or []
        for i, permission in enumerate(listed):
            desk.refer(
                permission, PERMISSIONS[kind], f"{path}.may[{i}]",
                f"permission for {kind} roles", mend="choose one of the list",
            )  # fmt: skip
            if permission in listed[:i]:
                message = "the same permission twice: remove one"
                desk.say("duplicate_code", f"{path}.may[{i}]", message, permission)
    if kinds and not any(
        "claims.decide" in (r.get("may") or []) for r, _ in desk.rows(desk.data, "")
    ):
        message = "no role may decide claims, so no firm could get an account: give it to one"
        desk.say("missing", "", message, None, "claims.decide")
    if kinds and not any(
        row.get("for") == "enterprise" and "people.manage" in (row.get("may") or [])
        for row, _ in desk.rows(desk.data, "")
    ):
        message = "no role of a firm manages its people, which whoever claims a firm does: give it"
        desk.say("missing", "", message, None, "people.manage")
    return kinds


def check_notices(desk: Desk) -> None:
    """Every message of the software has its texts; the languages use the same placeholders."""
    templates = desk.mapping(desk.data, "", "{template: {title, body}}")
    if templates is None:
        return
    for name in NOTICES:
        if name not in templates:
            desk.say("missing", name, "the software sends this message: write its texts")
    for name, template in templates.items():
        if not desk.refer(name, NOTICES, name, "message", mend="remove it or correct its name"):
            continue
        texts = desk.mapping(template, name, "{title: {zh, en}, body: {zh, en}}")
        if texts is None:
            continue
        desk.keys(texts, ("title", "body"), name)
        for part in ("title", "body"):
            desk.words(texts, part, name)
            if isinstance(texts.get(part), Mapping):
                _check_placeholders(desk, texts[part], f"{name}.{part}", NOTICES[name])


def _check_placeholders(
    desk: Desk, texts: Mapping[str, Any], path: str, known: tuple[str, ...]
) -> None:
    used: dict[str, frozenset[str]] = {}
    for language in LANGUAGES:
        text = texts.get(language)
        if not isinstance(text, str):
            continue
        where = f"{path}.{language}"
        try:
            used[language] = placeholders(text)
        except ValueError as error:
            message = f"braces that cannot be filled: {error}"
            desk.say("placeholder", where, message, text, "{" + "}, {".join(known) + "}")
            continue
        for name in sorted(used[language] - set(known)):
            message = "nothing is filled in here: remove it or correct its name"
            desk.say("placeholder", where, message, f"{{{name}}}", ", ".join(known))
    for language, names in used.items():
        for other, others in used.items():
            for name in sorted(names - others):
                message = f"the text in {language} has {{{name}}} and this one has not: add it"
                desk.say("placeholder", f"{path}.{other}", message, texts[other], f"{{{name}}}")
