"""Words on the pages of a firm: a policy's title, a question, in the page's language."""

from django import template

from qifu.organisations.permissions import Actor
from qifu.rulebook.policy import Policy
from qifu.rulebook.questions import Question
from qifu.web.words import language

register = template.Library()


@register.simple_tag
def bilingual_name(policy: Policy) -> str:
    """The title of a policy; Chinese where there is no English."""
    return policy.name(language())


@register.simple_tag
def question_words(question: Question) -> str:
    """A question with its year."""
    return question.text(language())


@register.filter
def may(actor: Actor, code: str) -> bool:
    """Whether the role of the person has a permission."""
    return actor.may(code)
