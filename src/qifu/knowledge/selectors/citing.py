"""A cited basis in words, with the address where it can be read."""

from collections.abc import Mapping, Sequence
from typing import Any

from qifu.knowledge.logic.statutes import article_number
from qifu.knowledge.models import Law, LawArticle

Entry = Mapping[str, Any]


def citation(entry: Entry) -> dict[str, str]:
    """One cited basis as {zh, en, address}; see `citations`."""
    return citations([entry])[0]


def citations(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Cited bases as {zh, en, address}, in their order; two queries whatever their number.

    An entry is {"law": code, "article": "第十二条"}, {"policy": id} or {"text": words}. `address`
    is "" where there is nothing to open. A law that is not known is shown by its code.
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
        if number:
            english += f", Article {figure}" if figure else f", {number}"
        address = f"/laws/{code}/" + (f"#{anchor}" if anchor and number else "") if law else ""
        return {"zh": f"《{title}》{number}", "en": english, "address": address}
    if entry.get("policy"):
        policy = str(entry["policy"])
        return {"zh": f"政策 {policy}", "en": f"Policy {policy}", "address": f"/policies/{policy}/"}
    text = entry.get("text") or ""
    if isinstance(text, Mapping):
        chinese = str(text.get("zh") or "")
        return {"zh": chinese, "en": str(text.get("en") or chinese), "address": ""}
    return {"zh": str(text), "en": str(text), "address": ""}
