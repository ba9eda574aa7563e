"""Check prepared answers and reply templates: both languages, and a basis that exists."""

from collections.abc import Mapping
from typing import Any

from qifu.base.packs.desk import Desk

_ANSWER = (
    "code", "version", "matter", "question", "answer", "basis", "keywords", "valid_from",
    "valid_to", "made_up",
)  # fmt: skip
_BASIS = ("law", "article", "clause", "policy", "text")
_TEMPLATE = ("code", "matter", "outcome", "name", "text")
_SYNONYMS = ("words", "source")
_LONGEST_WORD = 40


def check_answers(
    desk: Desk,
    matters: set[str] | None,
    laws: Mapping[str, frozenset[str]],
    policies: set[str] | None,
) -> None:
    """`laws` maps a statute's code to its articles; None for what could not be read."""
    seen: dict[str, str] = {}
    for row, path in desk.rows(desk.data, ""):
        desk.keys(row, _ANSWER, path)
        desk.need(row, ("code", "version", "basis", "keywords", "valid_from", "made_up"), path)
        desk.words(row, "question", path)
        desk.words(row, "answer", path)
        version = row.get("version")
        if version is not None and (
            isinstance(version, bool) or not isinstance(version, int) or version < 1
        ):
            desk.say("type", f"{path}.version", "must be a whole number from 1", version)
        if row.get("code") is not None:
            desk.code(row["code"], f"{path}.code")
            desk.once(f"{row['code']}@{version}", seen, f"{path}.code")
        desk.short(row.get("question"), f"{path}.question", 300)
        if row.get("matter") is not None and matters is not None:
            desk.refer(row["matter"], sorted(matters), f"{path}.matter", "matter")
        begins, ends = desk.day(row, "valid_from", path), desk.day(row, "valid_to", path)
        if begins and ends and ends < begins:
            message = "ends before it begins: correct one of the two days"
            desk.say("reversed", f"{path}.valid_to", message, row["valid_to"])
        made_up = row.get("made_up")
        if made_up is not None and not isinstance(made_up, bool):
            desk.say("type", f"{path}.made_up", "must be true or false", made_up, "true, false")
        _check_keywords(desk, row.get("keywords"), f"{path}.keywords")
        if row.get("basis") is not None:
            for basis, where in desk.rows(row["basis"], f"{path}.basis"):
                _check_basis(desk, basis, where, laws, policies)


def _check_keywords(desk: Desk, keywords: Any, path: str) -> None:
    if keywords is None:
        return
    if not isinstance(keywords, list) or not keywords:
        desk.say("type", path, "must be a list of words that is not empty", keywords)
        return
    for i, word in enumerate(keywords):
        if not isinstance(word, str) or not word.strip():
            desk.say("type", f"{path}[{i}]", "must be a word: put it in quotes", word)


def _check_basis(
    desk: Desk,
    basis: Mapping[str, Any],
    path: str,
    laws: Mapping[str, frozenset[str]],
    policies: set[str] | None,
) -> None:
    """Exactly one of: a statute with its article, a policy of the pack, a text."""
    desk.keys(basis, _BASIS, path)
    named = [key for key in ("law", "policy", "text") if basis.get(key) is not None]
    if len(named) != 1:
        message = "must name one basis"
        desk.say("choice", path, message, named or None, "law with article, policy, or text")
        return
    if named == ["law"]:
        article = desk.text(basis, "article", path, required=True)
        if not desk.refer(basis["law"], laws, f"{path}.law", "statute") or article is None:
            return
        if article not in laws[str(basis["law"])]:
            message = "the statute has no such article: look at its text"
            desk.say("reference", f"{path}.article", message, article, "第十二条")
    elif basis.get("article") is not None:
        desk.say("choice", f"{path}.article", "only a statute has articles", basis["article"])
    elif named == ["policy"]:
        if policies is not None:
            desk.refer(basis["policy"], sorted(policies), f"{path}.policy", "policy")
    else:
        desk.words(basis, "text", path)


def check_reply_templates(desk: Desk, matters: set[str] | None, outcomes: set[str] | None) -> None:
    """Texts that an officer may begin with; for one matter or outcome, or for any."""
    seen: dict[str, str] = {}
    for row, path in desk.rows(desk.data, ""):
        desk.keys(row, _TEMPLATE, path)
        desk.words(row, "name", path)
        desk.words(row, "text", path)
        code = desk.text(row, "code", path, required=True)
        if code is not None:
            desk.once(code, seen, f"{path}.code")
        for key, known in (("matter", matters), ("outcome", outcomes)):
            if row.get(key) is not None and known is not None:
                desk.refer(row[key], sorted(known), f"{path}.{key}", key)


def check_synonyms(desk: Desk) -> None:
    """Groups of two or more words; a word stands in one group, else it would join the two."""
    seen: dict[str, str] = {}
    for row, path in desk.rows(desk.data, ""):
        desk.keys(row, _SYNONYMS, path)
        desk.words(row, "source", path, needed=False)
        listed = row.get("words")
        if not isinstance(listed, list) or len(listed) < 2:
            desk.say("type", f"{path}.words", "must be two or more words", listed, "[高企, …]")
            continue
        for i, word in enumerate(listed):
            where = f"{path}.words[{i}]"
            if not isinstance(word, str) or not 2 <= len(word.strip()) <= _LONGEST_WORD:
                desk.say("type", where, "must be a word", word, f"2 to {_LONGEST_WORD} characters")
            else:
                desk.once(word.strip().casefold(), seen, where)
