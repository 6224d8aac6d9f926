"""Metrics of the process that sends webhooks. Each help text says what a high value means."""

from prometheus_client import Counter, Gauge, Histogram

ATTEMPTS = Counter(
    "liancheng_webhook_attempts", "Posts to receivers, by outcome. failed, rising: receivers are down.",
    ("outcome",),
)  # fmt: skip
ENDPOINTS = Gauge("liancheng_webhooks", "Webhooks by health. dead or gone: a bank gets no alerts there.", ("health",))
DELAY = Histogram(
    "liancheng_webhook_delay_seconds", "From an alert's record to its acceptance. High: a receiver is slow or down.",
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600, 3600, 86400),
)  # fmt: skip
