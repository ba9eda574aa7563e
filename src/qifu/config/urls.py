"""The root of all addresses: pages, and what answers when a page cannot."""

from django.urls import include, path

urlpatterns = [path("", include("qifu.api.routes")), path("", include("qifu.web.urls"))]

handler400 = "qifu.web.views.bad_request"
handler403 = "qifu.web.views.forbidden"
handler404 = "qifu.web.views.not_found"
handler500 = "qifu.web.views.server_error"
