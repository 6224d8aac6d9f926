"""What the service does, apart from HTTP: live copies, books, uploads, receipts.

Imports no route and no page.
"""
