"""Search over answers and statutes, one answer, one statute: no account needed."""

from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qifu.base.city import City
from qifu.knowledge.models import Law
from qifu.knowledge.permissions import may_edit_answers
from qifu.knowledge.selectors import (
    answer_for,
    answers_in_force,
    find_knowledge,
    law_by_code,
    laws_carried,
    table_of_contents,
    versions_of,
)
from qifu.knowledge.selectors.search import KINDS
from qifu.web.http import AskedRequest, city_of
from qifu.web.knowledge.forms import KnowledgeSearch
from qifu.web.knowledge.names import level_name, matter_names
from qifu.web.knowledge.rows import answer_rows, blocks_of, cited_rows, hit_rows, law_title
from qifu.web.words import count_text

PAGE: Final = 10
LISTED: Final = 20
MOST: Final = 100
ALSO: Final = 5


@require_http_methods(["GET"])
def answers(request: AskedRequest) -> HttpResponse:
    """One box over answers and statutes; without words, the answers by matter."""
    city = city_of(request)
    form = KnowledgeSearch(request.GET, city=city)
    asked = form.asked()
    text = asked.get("text", "").strip()
    data: dict[str, Any] = {
        "form": form,
        "text": text,
        "asked": asked,
        "narrowed": set(asked) - {"text"},
        **_found(request, city, asked, text),
    }
    if request.htmx and not request.htmx.history_restore_request:
        page = render(request, "knowledge/answers.html#results", data)
        query = urlencode(asked)
        page["HX-Push-Url"] = f"{reverse('answers')}{'?' if query else ''}{query}"
        return page
    return render(request, "knowledge/answers.html", data)


def _found(request: AskedRequest, city: City, asked: dict[str, str], text: str) -> dict[str, Any]:
    on, number = timezone.localdate(), request.GET.get("page")
    kind, matter = asked.get("kind", ""), asked.get("matter", "")
    if text:
        found = find_knowledge(
            text, kinds=[kind] if kind else KINDS, matter=matter, most=MOST + 1, on=on
        )
        hits = found.hits
        page = Paginator(hits[:MOST], PAGE).get_page(number)
        count = count_text(page.paginator.count) + ("+" if len(hits) > MOST else "")
        return {
            "page": page, "rows": hit_rows(page.object_list, city), "count": count,
            "more": len(hits) > MOST, "cap": MOST, "mended": found.mended,
            "partly": found.partly,
        }  # fmt: skip
    if kind == "law":
        return {"laws": _by_level()}
    listed = answers_in_force(on, matter=matter).order_by("matter", "code")
    listing = Paginator(listed, LISTED).get_page(number)
    return {
        "page": listing,
        "rows": answer_rows(listing.object_list, city),
        "count": count_text(listing.paginator.count),
    }


@require_http_methods(["GET"])
def answer(request: AskedRequest, code: str) -> HttpResponse:
    """One answer with what it rests on, and others on the same matter."""
    city, on = city_of(request), timezone.localdate()
    found = answer_for(request.actor, code, _version(request), on=on)
    versions = list(versions_of(request.actor, code))
    current = answers_in_force(on).filter(code=code).first()
    others = answers_in_force(on, matter=found.matter).exclude(code=code) if found.matter else None
    return render(
        request,
        "knowledge/answer.html",
        {
            "answer": found,
            "row": answer_rows([found], city)[0],
            "matter": matter_names(city).get(found.matter, found.matter),
            "basis": cited_rows(found.basis, on=on),
            "counts": current is not None and current.pk == found.pk,
            "current": current,
            "today": on,
            "versions": versions if len(versions) > 1 else [],
            "others": answer_rows(others.order_by("code")[:ALSO], city) if others else [],
            "may_edit": may_edit_answers(request.actor),
        },
    )


def _version(request: AskedRequest) -> int | None:
    asked = request.GET.get("version", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        raise Http404
    return int(asked)


@require_http_methods(["GET"])
def laws(request: AskedRequest) -> HttpResponse:
    """The statutes of the pack by their level."""
    return render(
        request,
        "knowledge/laws.html",
        {"laws": _by_level(), "form": KnowledgeSearch(request.GET, city=city_of(request))},
    )


def _by_level() -> list[tuple[str, list[tuple[Law, str]]]]:
    """Level in words and its statutes, each with its title; the highest level first."""
    ranks = {"law": 0, "regulation": 1, "department_rule": 2, "local_regulation": 3}
    ordered = sorted(
        laws_carried(), key=lambda law: (ranks.get(law.level, 9), law.level, law.title)
    )
    return [
        (level_name(level), [(law, law_title(law)) for law in rows])
        for level, rows in groupby(ordered, key=lambda law: law.level)
    ]


@require_http_methods(["GET"])
def law(request: AskedRequest, code: str) -> HttpResponse:
    """One statute whole: contents, articles that can be linked, for reading and for paper."""
    found, on = law_by_code(code), timezone.localdate()
    blocks = blocks_of(table_of_contents(found.articles.order_by("order")))
    return render(
        request,
        "knowledge/law.html",
        {
            "law": found,
            "title": law_title(found),
            "level": level_name(found.level) if found.level else "",
            "history": found.history.split("\n") if found.history else [],
            "blocks": blocks,
            "contents": [block for block in blocks if block.heading],
            "count": sum(1 for block in blocks if block.article and block.article.number),
            "not_yet": bool(found.in_force_from and found.in_force_from > on),
            "over": bool(found.in_force_to and found.in_force_to < on),
        },
    )
