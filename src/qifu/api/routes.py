"""Every router of the API, and what is beside it: the document and the page that explains it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from qifu.api import (
    appeal_help,
    appeal_steps,
    appeals,
    attachments,
    channels,
    claims,
    codes,
    disputes,
    earlier_replies,
    exchange,
    facts,
    figures,
    firms,
    journal,
    knowledge,
    matching,
    matters,
    me,
    messages,
    people,
    policies,
    policy_drafts,
    reach,
    reports,
    search,
    webhooks,
)
from qifu.api.core import api
from qifu.api.docs import docs, to_docs
from qifu.api.document import document
from qifu.api.refusals import plain

# each module has a `router` whose paths are whole
_ROUTERS = (
    me.router,
    search.router,
    reach.router,  # before the path of one policy, which would take its fixed words for an id
    policies.router,
    policy_drafts.router,
    codes.router,
    firms.router,
    facts.router,
    disputes.router,
    matching.router,
    reports.router,
    messages.router,
    people.router,
    claims.router,
    journal.router,
    webhooks.router,
    appeals.router,
    appeal_steps.router,
    appeal_help.router,
    earlier_replies.router,
    attachments.router,
    channels.router,
    knowledge.router,
    matters.router,
    figures.router,
    exchange.router,
)
for _router in _ROUTERS:
    api.add_router("", _router)


# no cookie opens the API: without a CSRF token it is a wrong address or method, not a forbidden one
@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The document for programs, in the language asked for; no token is needed."""
    if request.method != "GET":
        answer: HttpResponse = plain(405)
        answer["Allow"] = "GET"
        return answer
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """No such address, said in JSON."""
    return plain(404)


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/openapi.json", openapi, name="api-document"),
    path("api/v1/docs", to_docs, name="api-docs-short"),
    path("help/api/", docs, name="api-docs"),
    path("api/v1/", api.urls),
    re_path(r"^api/v1/", unknown, name="api-unknown"),
]
