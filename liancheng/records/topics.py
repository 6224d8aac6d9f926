"""The one registry of topics: name, key, values, owner, readers, partitions, retention.

Creation, access rights, and the documentation are derived from it. Topics that are joined, or that hold the state
of a stage which reads the other, share a partition count (`Family`).
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
    """Partition counts. Changing one moves keys to other partitions: only for a new cluster."""

    PROVINCE = 3  # a province publishes some hundred thousand decisions a year
    SUBJECT = 6  # everything keyed by USCC
    BANK = 3
    SINGLE = 1


@dataclass(frozen=True)
class Topic:
    """`name` may end in `<province>` or `<bank>`: then there is one topic for each."""

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
        """The part of the name before the placeholder, with its dot; the whole name where there is none."""
        return self.name.split("<", maxsplit=1)[0]

    def named(self, who: str) -> str:
        """The topic of one province or bank."""
        return self.prefix + who

    def settings(self) -> dict[str, str]:
        """Topic settings of Kafka.

        Compaction may not drop a change that a reader has not seen yet: seven days are far more than the lag at
        which ops are paged. Tombstones stay as long. Facts and alerts are kept for ever: they prove who knew what.
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
    "A document's state and what became of its last submission.",
)  # fmt: skip
PENALTIES = Topic(
    "penalties", "USCC", Penalty, "standardise, calendar, office", ("joint_list", "verify", "office"), Family.SUBJECT,
    False, "Standardised facts, no verdicts; the source of truth, kept for ever.",
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
    "Each watch and what its bank was last told.",
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
    "Where banks want their alerts posted to.",
)  # fmt: skip
WEBHOOK_STATE = Topic(
    "webhook-state", "bank/webhook", WebhookState, "webhooks", ("webhooks", "api"), Family.SINGLE, True,
    "Up to which alert a webhook has had all, and how it fails.",
)  # fmt: skip
SCREENING_RECEIPTS = Topic(
    "screening-receipts.<bank>", "receipt id", ScreeningReceipt, "api", ("bank", "office"), Family.SINGLE, False,
    "What one bank asked the HTTP service, and the proof of what it was answered.",
)  # fmt: skip
DEAD_LETTERS = Topic(
    "dead-letters", "the record's own", None, "stages", ("ops",), Family.SINGLE, False,
    "Records that a fold could not digest, with the cause in their headers.",
)  # fmt: skip

REGISTRY: tuple[Topic, ...] = (
    PENALTY_EVENTS, RECEIPTS, PENALTIES, SANCTION_LIST, WATCHLISTS, ALERTING_STATE, ALERTS, DISPATCH_STATE, BANK_ALERTS,
    BANKS, WEBHOOKS, WEBHOOK_STATE, SCREENING_RECEIPTS, DEAD_LETTERS,
)  # fmt: skip

# Keys of the records that belong to a partition, not to a subject.
NEW_DAY_KEY = b"day"
STANDARD_KEY = b"standard"


def shared_topics() -> tuple[Topic, ...]:
    """The topics that exist once, whatever provinces and banks there are."""
    return tuple(topic for topic in REGISTRY if "<" not in topic.name)
