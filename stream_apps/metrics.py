"""Metrics of the stages. Each help text says what a high value means and what to do."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

RECORDS = Counter("liancheng_stage_records", "Records folded and committed.", ["stage"])
OUTPUTS = Counter("liancheng_stage_outputs", "Records written and committed.", ["stage"])
DEAD = Counter(
    "liancheng_stage_dead_letters", "Records that could not be folded: read `dead-letters`. Pages.", ["stage"]
)
SESSIONS = Counter(
    "liancheng_stage_sessions", "Sessions begun. Rising: the stage is fenced or loses the broker.", ["stage"]
)
RETRIES = Counter("liancheng_stage_retries", "Batches repeated because their transaction was aborted.", ["stage"])
BATCH_SECONDS = Histogram(
    "liancheng_stage_batch_seconds", "One batch, from read to committed. High: broker or disk slow.", ["stage"],
    buckets=_SECONDS,
)  # fmt: skip
DELAY_SECONDS = Histogram(
    "liancheng_stage_delay_seconds", "From a record's own timestamp to its commit here. High: this stage lags.",
    ["stage"], buckets=_SECONDS,
)  # fmt: skip
UNITS = Gauge("liancheng_stage_units", "Partitions this worker holds.", ["stage"])
RESTORE_SECONDS = Gauge("liancheng_stage_restore_seconds", "How long the last restore took.", ["stage"])
