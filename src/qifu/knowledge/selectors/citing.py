"""A cited basis in words, with the address where it can be read; and read out of words again."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from qifu.knowledge.logic.statutes import article_number
from qifu.knowledge.models import Law, LawArticle

Entry = Mapping[str, Any]
_NATION: Final = "中华人民共和国"
_ARTICLE: Final = re.compile(r"\s*(第[^条]{1,12}条(?:之[一二三四五六七八九十]+)?)?\s*(.*)")
_TITLED: Final = re.compile(r"《(.+)》(.*)")
_POLICY: Final = re.compile(r"(?:政策|policy)[\s:：]*([\w.-]+)", re.IGNORECASE)


def citation(entry: Entry) -> dict[str, str]:
    """One cited basis as {zh, en, address}; see `citations`."""
    return citations([entry])[0]


def citations(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Cited bases as {zh, en, address}, in their order; two queries whatever their number.

    An entry is {"law": code, "article": "第十二条", "clause": "第二款"} (the last two may be left
    out), {"policy": id} or {"text": words}. `address` is "" where there is nothing to open. A law
    that is not known is shown by its code.
    """
    codes = {str(entry["law"]) for entry in entries if entry.get("law")}
    laws = {law.code: law for law in Law.objects.filter(code__in=codes)} if codes else {}
    anchors: dict[tuple[str, str], str] = {}
    if laws:
        rows = LawArticle.objects.filter(law__code__in=codes, number__in=_numbers(entries))
        anchors = {
            (code, number): anchor
            for code, number, anchor in rows.values_list("law__code", "number", "anchor")
        }
    return [_one(entry, laws, anchors) for entry in entries]


def _numbers(entries: Sequence[Entry]) -> set[str]:
    return {article_number(str(entry.get("article") or "")) for entry in entries}


def _one(
    entry: Entry, laws: Mapping[str, Law], anchors: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    if entry.get("law"):
        code = str(entry["law"])
        number = article_number(str(entry.get("article") or ""))
        law = laws.get(code)
        title = law.title if law else code
        anchor = anchors.get((code, number), "")
        figure = anchor.removeprefix("a")
        english = law.title_en if law and law.title_en else f"《{title}》"
        clause = str(entry.get("clause") or "")
        if number:
            english += f", Article {figure}" if figure else f", {number}"
        english += f" ({clause})" if clause else ""
        address = f"/laws/{quote(code)}/" if law else ""
        address += f"#{anchor}" if address and anchor and number else ""
        return {"zh": f"《{title}》{number}{clause}", "en": english, "address": address}
    if entry.get("policy"):
        policy = str(entry["policy"])
        address = f"/policies/{quote(policy)}/"
        return {"zh": f"政策 {policy}", "en": f"Policy {policy}", "address": address}
    text = entry.get("text") or ""
    if isinstance(text, Mapping):
        chinese = str(text.get("zh") or "")
        return {"zh": chinese, "en": str(text.get("en") or chinese), "address": ""}
    return {"zh": str(text), "en": str(text), "address": ""}


def basis_lines(entries: Sequence[Entry]) -> str:
    """Cited bases as a person writes them, a line each; `read_basis` reads them again."""
    return "\n".join(told["zh"] for told in citations(entries))


def read_basis(text: str, *, before: Sequence[Entry] = ()) -> list[dict[str, Any]]:
    """What a person wrote as basis, a line each, as entries.

    《保障中小企业款项支付条例》第六条第二款, with or without 中华人民共和国, or the code of a law
    instead of its title; 政策 SZD-2026-001; anything else is kept as words. A line that says what
    an entry of `before` says stays that entry.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    same = {told["zh"]: dict(one) for one, told in zip(before, citations(before), strict=True)}
    newest_last = Law.objects.filter(carried=True).order_by("in_force_from", "code")
    by_title = {law.title.removeprefix(_NATION): law.code for law in newest_last}
    codes = set(by_title.values()) | {law.code for law in newest_last}
    return [same.get(line) or _read(line, by_title, codes) for line in lines]


def _read(line: str, by_title: Mapping[str, str], codes: set[str]) -> dict[str, Any]:
    titled, (first, _space, rest) = _TITLED.fullmatch(line), line.partition(" ")
    law = first if first in codes else None
    if titled:
        law, rest = by_title.get(titled[1].strip().removeprefix(_NATION)), titled[2]
    if law:
        found = _ARTICLE.fullmatch(rest)
        assert found is not None
        entry = {"law": law, "article": article_number(found[1] or "")}
        return {**entry, "clause": found[2].strip()} if found[2].strip() else entry
    policy = _POLICY.fullmatch(line)
    return {"policy": policy[1]} if policy else {"text": line}
