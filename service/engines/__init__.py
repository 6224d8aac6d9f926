"""What the service does: live copies, screening, books, uploads, receipts. Raises domain errors.

Knows no HTTP: imports no web framework, nothing of `web`, no route and no page.
"""
