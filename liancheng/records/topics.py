"""The one registry of topics: name, key, values, owner, readers, partitions, retention.

The creation of topics, `contracts/asyncapi.yaml` and the table in `docs/ARCHITECTURE.md` follow from it. Topics that a
stage joins, or that hold a stage's state, have the same number of partitions as the topic that the stage reads
(`Family`).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from liancheng.records.alerts import Alert, Bank, BankState, Watch, WatchState
from liancheng.records.entries import ListRecord
from liancheng.records.events import Event
from liancheng.records.facts import Penalty, Receipt
from liancheng.records.screening_receipts import ScreeningReceipt
from liancheng.records.webhooks import Webhook, WebhookState

DAY_MS = 24 * 3600 * 1000


class Family(Enum):
    """Partition counts. A change moves keys to other partitions, so it is possible only for a new cluster."""

    PROVINCE = 3  # a province publishes some hundred thousand decisions a year
    SUBJECT = 6  # everything keyed by USCC
    BANK = 3
    SINGLE = 1


@dataclass(frozen=True)
class Topic:
    """A topic, or one topic per province or bank if `name` ends in `<province>` or `<bank>`."""

    name: str
    key: str
    value: Any  # msgspec type or union
    owner: str  # who writes
    readers: tuple[str, ...]
    family: Family
    compacted: bool
    about: str

    @property
    def partitions(self) -> int:
        return self.family.value

    @property
    def prefix(self) -> str:
        """The part of the name before its placeholder, with the dot; the whole name if it has no placeholder."""
        return self.name.split("<", maxsplit=1)[0]

    def named(self, owner: str) -> str:
        """Returns the name of the topic of one province or bank."""
        return self.prefix + owner

    def settings(self) -> dict[str, str]:
        """Returns the topic's Kafka settings.

        Compaction must not drop a change that a reader has not seen yet: seven days are far more than the lag at
        which operations are paged. Tombstones stay for thirty. Facts and alerts are kept without limit, as proof of who
        knew what and when.
        """
        if self.compacted:
            return {
                "cleanup.policy": "compact",
                "min.compaction.lag.ms": str(7 * DAY_MS),
                "delete.retention.ms": str(30 * DAY_MS),
            }
        return {"cleanup.policy": "delete", "retention.ms": "-1"}


PENALTY_EVENTS = Topic(
    "penalty-events.<province>", "document id", Event, "agency", ("standardise",), Family.PROVINCE, False,
    "What an agency publishes, as it sent it.",
)  # fmt: skip
RECEIPTS = Topic(
    "receipts.<province>", "document id", Receipt, "standardise", ("agency", "standardise"), Family.PROVINCE, True,
    "A document's state and the result of its last submission.",
)  # fmt: skip
PENALTIES = Topic(
    "penalties", "USCC", Penalty, "standardise, calendar, office", ("joint_list", "verify", "office"), Family.SUBJECT,
    False, "Standardised facts, no verdicts; the source of truth, kept without limit.",
)  # fmt: skip
SANCTION_LIST = Topic(
    "sanction-list", "USCC", ListRecord, "joint_list", ("joint_list", "alerting", "bank", "views"), Family.SUBJECT,
    True, "A subject's entry and the change that made it.",
)  # fmt: skip
WATCHLISTS = Topic(
    "watchlists", "USCC/bank, on the USCC's partition", Watch, "api, office", ("alerting", "api", "office"),
    Family.SUBJECT, True, "Which bank watches which company.",
)  # fmt: skip
ALERTING_STATE = Topic(
    "alerting-state", "USCC/bank, on the USCC's partition", WatchState, "alerting", ("alerting",), Family.SUBJECT, True,
    "Each watch and its last alert.",
)  # fmt: skip
ALERTS = Topic(
    "alerts", "bank", Alert, "alerting", ("dispatch",), Family.BANK, False,
    "Alerts of all banks, not numbered yet.",
)  # fmt: skip
DISPATCH_STATE = Topic(
    "dispatch-state", "bank", BankState, "dispatch", ("dispatch",), Family.BANK, True,
    "The last number given to each bank.",
)  # fmt: skip
BANK_ALERTS = Topic(
    "alerts.<bank>", "USCC", Alert, "dispatch", ("bank",), Family.SINGLE, False,
    "One bank's alerts, numbered 1, 2, 3, … without gaps.",
)  # fmt: skip
BANKS = Topic(
    "banks", "bank", Bank, "office", ("office", "views"), Family.SINGLE, True,
    "The register of subscribing banks.",
)  # fmt: skip
WEBHOOKS = Topic(
    "webhooks", "bank/webhook", Webhook, "api", ("webhooks", "api"), Family.SINGLE, True,
    "The URLs to which banks want their alerts posted.",
)  # fmt: skip
WEBHOOK_STATE = Topic(
    "webhook-state", "bank/webhook", WebhookState, "webhooks", ("webhooks", "api"), Family.SINGLE, True,
    "The last alert that a webhook has received, and its failures.",
)  # fmt: skip
SCREENING_RECEIPTS = Topic(
    "screening-receipts.<bank>", "receipt id", ScreeningReceipt, "api", ("bank", "office"), Family.SINGLE, False,
    "What one bank asked the HTTP service, and the proof of the answer.",
)  # fmt: skip
DEAD_LETTERS = Topic(
    "dead-letters", "the record's own", None, "stages", ("ops",), Family.SINGLE, False,
    "Records that a fold could not apply, with the cause in their headers.",
)  # fmt: skip

REGISTRY: tuple[Topic, ...] = (
    PENALTY_EVENTS, RECEIPTS, PENALTIES, SANCTION_LIST, WATCHLISTS, ALERTING_STATE, ALERTS, DISPATCH_STATE, BANK_ALERTS,
    BANKS, WEBHOOKS, WEBHOOK_STATE, SCREENING_RECEIPTS, DEAD_LETTERS,
)  # fmt: skip

# Keys of the records that belong to a partition, not to a subject.
NEW_DAY_KEY = b"day"
STANDARD_KEY = b"standard"


def shared_topics() -> tuple[Topic, ...]:
    """Returns the topics that exist once, independent of provinces and banks."""
    return tuple(topic for topic in REGISTRY if "<" not in topic.name)
