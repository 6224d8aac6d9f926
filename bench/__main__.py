"""`make bench`: measures the stages beside bare loops on one real broker. docs/performance.md says how and why."""

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from bench import channels, latency, machine, report, restore, screening, throughput, view
from bench.lab import Lab
from liancheng.errors import LianchengError
from stream_apps.worker import STAGES

PARTS = ("throughput", "latency", "restore", "view", "screening", "channels")


def main() -> None:
    options = _options()
    try:
        with tempfile.TemporaryDirectory(prefix="liancheng-bench-") as root:
            results = _measure(Lab(Path(root)), options)
    except LianchengError as error:
        sys.exit(f"bench: {error}")
    print("\n" + report.text(results))
    if options.json:
        options.json.write_text(json.dumps(results.as_json(), indent=1) + "\n")


def _measure(lab: Lab, options: argparse.Namespace) -> report.Results:
    quick = options.quick
    about = {"cores": os.cpu_count(), "load": f"{machine.load():.1f}", "python": platform.python_version()}
    rounds = options.rounds or (1 if quick else 3)
    events = options.events or (30_000 if quick else 100_000)
    sizes = options.subjects or ([100_000] if quick else [100_000, 1_000_000])
    parts = options.parts or PARTS
    return report.Results(
        about,
        throughput.measure(lab, events, events // 5, rounds, options.stages) if "throughput" in parts else [],
        latency.measure(lab, options.seconds or (10 if quick else 25), rounds) if "latency" in parts else None,
        restore.measure(lab, sizes) if "restore" in parts else [],
        view.measure(lab, sizes) if "view" in parts else [],
        screening.measure(lab, sizes[0], options.seconds or (10 if quick else 20), rounds)
        if "screening" in parts
        else None,
        channels.measure(lab, options.seconds or (10 if quick else 25)) if "channels" in parts else [],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure, of {', '.join(PARTS)} (all)")
    parser.add_argument("--quick", action="store_true", help="one round on a fifth of the data, no million subjects")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run's figures there")
    parser.add_argument("--rounds", type=int, metavar="N", help="interleaved rounds (3)")
    parser.add_argument("--events", type=int, metavar="N", help="events to fold (100000), of a fifth as many companies")
    parser.add_argument("--stages", nargs="+", choices=list(STAGES), default=list(STAGES), help="stages to measure")
    parser.add_argument(
        "--seconds", type=int, metavar="S", help="how long to publish (25), or to screen (20), steadily"
    )
    parser.add_argument(
        "--subjects", type=int, nargs="+", metavar="N", help="subjects to restore and to view (100000 1000000)"
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown part {sorted(unknown)[0]!r}, expected some of: {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    main()
