"""The HTTP service for banks: one router a subject, all under /v1."""
