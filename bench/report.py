"""The figures as tables, and as JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from bench.channels import ChannelResult
from bench.latency import LatencyResult
from bench.restore import RestoreResult
from bench.screening import RATE_PER_S, ScreeningResult
from bench.throughput import StageResult
from bench.view import ViewResult

# What is wanted of every change to the stages or the engine.
RATIO_MIN = 0.6
SLOWEST_MIN = 20_000
P50_MS_MAX, P99_MS_MAX, RELAY_RATIO_MAX = 30, 150, 2
SCREEN_P99_MS_MAX, SCREEN_RATIO_MIN, BOOK_MS_MAX = 5, 0.5, 500


class Results(NamedTuple):
    machine: dict[str, Any]
    throughput: list[StageResult]
    latency: LatencyResult | None
    restore: list[RestoreResult]
    view: list[ViewResult]
    screening: ScreeningResult | None
    channels: list[ChannelResult]

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": self.machine,
            "throughput": [_stage_json(stage) for stage in self.throughput],
            "latency": _latency_json(self.latency) if self.latency else None,
            "restore": [result._asdict() for result in self.restore],
            "view": [result._asdict() for result in self.view],
            "screening": msgspec.to_builtins(self.screening._asdict()) if self.screening else None,
            "channels": [result._asdict() for result in self.channels],
        }


def text(results: Results) -> str:
    parts = (_machine, _throughput, _latency, _restore, _view, _screening, _channels)
    blocks = [part(results) for part in parts]
    return "\n\n".join(block for block in blocks if block)


def _machine(results: Results) -> str:
    return "  ".join(f"{name} {value}" for name, value in results.machine.items())


def _throughput(results: Results) -> str:
    if not results.throughput:
        return ""
    rows = [
        (
            stage.stage, f"{stage.records:,}", f"{stage.outputs_per_record:.2f}", f"{stage.bare_events_s:,.0f}",
            f"{stage.events_s:,.0f}", f"{stage.ratio:.2f}", f"{stage.fold_us:.0f}", f"{stage.cpu_us:.0f}",
            f"{stage.cpu_ratio:.2f}", f"{max(run.peak_mb for run in stage.worker):.0f}",
            _load(stage.bare + stage.worker),
            _kept(stage.ratio >= RATIO_MIN and stage.events_s >= SLOWEST_MIN),
        )
        for stage in results.throughput
    ]  # fmt: skip
    head = (
        "one process", "records", "out/rec", "bare/s", "worker/s", "ratio", "fold us", "CPU us", "of bare", "peak MB",
        "load", "",
    )  # fmt: skip
    target = (
        f"wanted: ratio >= {RATIO_MIN}, every stage >= {SLOWEST_MIN:,}/s. Medians; CPU per record: of the fold alone, "
        "of the whole worker"
    )
    return _table(head, rows) + "\n" + target


def _latency(results: Results) -> str:
    found = results.latency
    if found is None:
        return ""
    rows = [
        ("p50", f"{found.relay_p50_ms:.1f}", f"{found.p50_ms:.1f}", f"{found.p50_ratio:.2f}",
         _kept(found.p50_ms <= P50_MS_MAX and found.p50_ratio <= RELAY_RATIO_MAX)),
        ("p99", f"{found.relay_p99_ms:.1f}", f"{found.p99_ms:.1f}", f"{found.p99_ratio:.2f}",
         _kept(found.p99_ms <= P99_MS_MAX and found.p99_ratio <= RELAY_RATIO_MAX)),
    ]  # fmt: skip
    head = ("publish to alert, ms", "relay", "worker", "ratio", "")
    target = (
        f"at {found.rate}/s; wanted: p50 <= {P50_MS_MAX}, p99 <= {P99_MS_MAX}, <= {RELAY_RATIO_MAX} x relay; "
        f"load {_load(found.relay + found.worker)}"
    )
    return _table(head, rows) + "\n" + target


def _restore(results: Results) -> str:
    if not results.restore:
        return ""
    rows = [
        (
            result.stage, f"{result.subjects:,}", f"{result.entry_bytes:.0f}", f"{result.seconds:.1f}",
            f"{result.reading_s:.1f}", f"{result.subjects / result.reading_s:,.0f}", f"{result.memory_mb:.0f}",
            f"{result.memory_mb / result.empty_mb:.1f}", f"{result.load:.1f}",
        )
        for result in results.restore
    ]  # fmt: skip
    head = (
        "restore",
        "subjects",
        "bytes each",
        "start to health s",
        "reading s",
        "subjects/s",
        "RSS MB",
        "x empty",
        "load",
    )
    return _table(head, rows)


def _view(results: Results) -> str:
    if not results.view:
        return ""
    rows = [
        (
            "filled", f"{found.subjects:,}", f"{found.entry_bytes:.0f}", f"{found.fill_s:.1f}",
            f"{found.subjects / found.fill_s:,.0f}", f"{found.fill_cpu_us:.0f}", f"{found.valkey_mb:.0f}",
            f"{found.valkey_rss_mb:.0f}", f"{found.filler_mb:.0f}", f"{found.one_p50_ms:.2f}",
            f"{found.one_p99_ms:.2f}", f"{found.book_p50_ms:.0f}", f"{found.decode_ms:.0f}",
            f"{found.digest_s:.1f}", f"{found.load:.1f}",
        )
        for found in results.view
    ]  # fmt: skip
    head = (
        "view", "subjects", "bytes each", "fill s", "subjects/s", "CPU us", "Valkey MB", "RSS MB", "filler MB",
        "one p50 ms", "p99 ms", "10,000 ms", "decoding", "digest s", "load",
    )  # fmt: skip
    return _table(head, rows)


def _screening(results: Results) -> str:
    found = results.screening
    if found is None:
        return ""
    steady, bare = found.steady, found.bare_steady
    full, cpu = max(one.per_s for one in found.full), min(found.full_cpu_us)
    wrong = steady.wrong + sum(one.wrong for one in found.full)
    at = f"ms at {RATE_PER_S}/s"
    rows = [
        (f"p50 {at}", f"{steady.p50_ms:.2f}", f"{bare.p50_ms:.2f}", f"{bare.p50_ms / steady.p50_ms:.2f}", ""),
        (
            f"p99 {at}", f"{steady.p99_ms:.2f}", f"{bare.p99_ms:.2f}", f"{bare.p99_ms / steady.p99_ms:.2f}",
            _kept(steady.p99_ms <= SCREEN_P99_MS_MAX),
        ),
        (
            "requests/s", f"{full:,.0f}", f"{max(one.per_s for one in found.bare):,.0f}", f"{found.ratio:.2f}",
            _kept(found.ratio >= SCREEN_RATIO_MIN and not wrong),
        ),
        ("CPU us a request", f"{cpu:.0f}", f"{min(found.bare_cpu_us):.0f}", f"{found.cpu_ratio:.2f}", ""),
        ("10,000 companies ms", f"{found.book_ms:.0f}", "", "", _kept(found.book_ms <= BOOK_MS_MAX)),
        ("10,000 on the list ms", f"{found.listed_book_ms:.0f}", "", "", ""),
    ]  # fmt: skip
    head = (f"screening of {found.subjects:,}", "one process", "one GET", "ratio", f"load {found.load:.1f}")
    return _table(head, rows)


def _channels(results: Results) -> str:
    rows = [
        (
            result.channel, f"{result.alerts:,}", f"{result.p50_ms:.1f}", f"{result.p99_ms:.1f}",
            f"{result.made_p50_ms:.1f}", f"{result.made_p99_ms:.1f}", f"{result.load:.1f}",
        )
        for result in results.channels
    ]  # fmt: skip
    head = ("publish to bank", "alerts", "p50 ms", "p99 ms", "of it the channel: p50 ms", "p99 ms", "load")
    return _table(head, rows) if rows else ""


def _kept(holds: bool) -> str:
    return "kept" if holds else "MISSED"


def _load(runs: Any) -> str:
    loads = sorted(run.load for run in runs)
    return f"{loads[0]:.1f}-{loads[-1]:.1f}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = []
    for row in (head, *rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _stage_json(stage: StageResult) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "records": stage.records,
        "outputs_per_record": stage.outputs_per_record,
        "events_s": stage.events_s,
        "fold_us": stage.fold_us,
        "bare_events_s": stage.bare_events_s,
        "ratio": stage.ratio,
        "cpu_ratio": stage.cpu_ratio,
        "bare": [run._asdict() for run in stage.bare],
        "worker": [run._asdict() for run in stage.worker],
    }


def _latency_json(found: LatencyResult) -> dict[str, Any]:
    return {
        "rate": found.rate,
        "p50_ms": found.p50_ms,
        "p99_ms": found.p99_ms,
        "relay_p50_ms": found.relay_p50_ms,
        "relay_p99_ms": found.relay_p99_ms,
        "p50_ratio": found.p50_ratio,
        "p99_ratio": found.p99_ratio,
        "relay": [run._asdict() for run in found.relay],
        "worker": [run._asdict() for run in found.worker],
    }
