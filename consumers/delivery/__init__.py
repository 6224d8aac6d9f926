"""Alerts for banks without a Kafka client: what SSE, long polls and webhooks share. The same numbers and JSON."""
