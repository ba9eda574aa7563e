"""Addresses of figures, policy gaps and the calendar."""

from django.urls import URLPattern, path

from qifu.web.appeals.office import calendar, exchange, figures, gaps

urlpatterns: list[URLPattern] = [
    path("desk/figures/", figures.figures_page, name="desk-figures"),
    path("desk/figures.xlsx", figures.figures_xlsx, name="desk-figures-xlsx"),
    path("desk/figures/cases/", figures.cases, name="desk-figure-cases"),
    path("desk/gaps/", gaps.gaps, name="desk-gaps"),
    path("desk/exchange/", exchange.exchange, name="desk-exchange"),
    path("desk/exchange/<int:pk>/", exchange.order, name="desk-exchange-order"),
    path("desk/calendar/", calendar.calendar_page, name="desk-calendar"),
]
