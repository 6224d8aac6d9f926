"""/v1 as banks use it: one router for each subject. Nothing for other kinds of user."""

from service.routes.bank import (
    alerts,
    companies,
    screening_stream,
    screenings,
    service_keys,
    watches,
    webhooks,
)

ROUTERS = (
    companies.router,
    screenings.router,
    screening_stream.router,
    service_keys.router,
    watches.router,
    alerts.router,
    webhooks.router,
)
