"""Statutes and their articles."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from qifu.knowledge.logic.numbers import document_number
from qifu.knowledge.logic.statutes import article_number
from qifu.knowledge.models import Law, LawArticle


def laws_carried() -> QuerySet[Law]:
    """The statutes of the pack in force, each with `article_count`."""
    counted = Count("articles", filter=~Q(articles__number=""))
    return Law.objects.filter(carried=True).annotate(article_count=counted).order_by("code")


def law_by_code(code: str) -> Law:
    """One statute, also one that the pack no longer carries; else Law.DoesNotExist."""
    return Law.objects.get(code=code)


def laws_numbered(text: str, *, most: int = 3) -> list[Law]:
    """The statutes that a decree put into force or changed, by its number: 国务院令第802号.

    Nothing, and no query, for a text that is no number of a document.
    """
    named = [Q(history__contains=number) for number in document_number(text)]
    if not named:
        return []
    found = Law.objects.filter(reduce(or_, named), carried=True)
    return list(found.order_by("code")[:most])


def article(law_code: str, number: str) -> LawArticle:
    """One article with its law, by its number as it is cited or as a figure: 第十二条, 第12条, 12.

    Raises LawArticle.DoesNotExist.
    """
    found = LawArticle.objects.select_related("law")
    return found.get(law__code=law_code, number=article_number(number))


@dataclass
class Chapter:
    """A heading of a statute with its articles and the headings below it."""

    heading: str = ""
    articles: list[LawArticle] = field(default_factory=list)
    parts: list["Chapter"] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where the chapter begins: its first article."""
        return self.articles[0].anchor if self.articles else self.parts[0].anchor

    @property
    def first(self) -> str:
        return self.articles[0].number if self.articles else self.parts[0].first

    @property
    def last(self) -> str:
        return self.parts[-1].last if self.parts else self.articles[-1].number


def table_of_contents(articles: Iterable[LawArticle]) -> Chapter:
    """The articles in the tree of their headings; the root has none."""
    root = Chapter()
    for one in articles:
        here = root
        for heading in one.heading.split("\n") if one.heading else []:
            if not here.parts or here.parts[-1].heading != heading:
                here.parts.append(Chapter(heading))
            here = here.parts[-1]
        here.articles.append(one)
    return root
