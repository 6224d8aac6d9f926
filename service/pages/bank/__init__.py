"""Pages for a bank's clerk. Nothing for other kinds of user."""

from service.pages.bank import alerts, books, search

ROUTERS = (search.router, books.router, alerts.router)
