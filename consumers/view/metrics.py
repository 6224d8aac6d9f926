"""Metrics of the process that fills the screening view. Each help text says what a high value means."""

from prometheus_client import Counter, Gauge, Histogram

from consumers.view.fold import Changes

RECORDS = Counter("liancheng_view_records", "Records of the list applied to the view.")
UNDIGESTIBLE = Counter("liancheng_view_undigestible", "Records that are neither an entry nor a day: left out.")
FILLINGS = Counter(
    "liancheng_view_fillings", "Times it began to fill from the beginning. Rising: Redis loses its data."
)
SESSIONS = Counter("liancheng_view_sessions", "Times it began a session. Rising: it loses Redis or the broker.")
CONFLICTS = Counter("liancheng_view_conflicts", "Writes that found another filler's, or a flush. Harmless.")
BATCH_SECONDS = Histogram(
    "liancheng_view_batch_seconds", "One batch, from read to written. High: Redis slow.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2),
)  # fmt: skip
BEHIND = Gauge("liancheng_view_behind", "Offsets between the view and the topic's end of a second ago. High: lag.")
FILL_SECONDS = Gauge("liancheng_view_fill_seconds", "How long the last filling from the beginning took.")
AGE = Gauge("liancheng_view_age_seconds", "How old the view is; -1: not filled yet. Above the limit readers refuse.")


def progressed(changes: Changes, behind: int, seconds: float | None) -> None:
    """Counts a batch that was written (`seconds`; None: nothing was read)."""
    RECORDS.inc(changes.records)
    BEHIND.set(behind)
    UNDIGESTIBLE.inc(changes.undigestible)
    if seconds is not None:
        BATCH_SECONDS.observe(seconds)
