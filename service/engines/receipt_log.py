"""Receipts on their banks' topics, written after the answers, which carry the same receipts already."""

import logging
import threading
import time
from collections import deque

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from prometheus_client import Counter, Gauge

from liancheng import codec
from liancheng.errors import LianchengError, UnavailableError
from liancheng.records import topics
from liancheng.records.screening_receipts import ScreeningReceipt
from liancheng.settings import Settings
from transport import admin
from transport.clients import producer

log = logging.getLogger("liancheng.api")

_WAITING_MAX = 200_000  # far more than are made before the view is too old without a broker
SOURCE = b"/api"
_IDLE_S = 0.02

LOGGED = Counter("liancheng_api_receipts_logged", "Receipts that reached their topic.")
FAILED = Counter(
    "liancheng_api_receipts_failed",
    "Receipts that did not reach their topic after all retries. The banks hold them.",
)
WAITING = Gauge("liancheng_api_receipts_waiting", "Receipts on their way to their topic. High: no broker.")


class ReceiptLog:
    """`put` takes a microsecond; a thread creates missing topics and writes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: deque[ScreeningReceipt] = deque()
        self._client: Producer = producer(settings, linger_ms=20)
        self._topics: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="liancheng.receipts", daemon=True)
        WAITING.set_function(lambda: len(self._waiting) + len(self._client))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(15)

    def put(self, receipt: ScreeningReceipt) -> None:
        """Raises UnavailableError if too many wait: an answer without a receipt is not given."""
        if len(self._waiting) >= _WAITING_MAX:
            raise UnavailableError("too many receipts wait for the broker")
        self._waiting.append(receipt)

    def _run(self) -> None:
        while not self._stopping.is_set() or self._waiting:
            if not self._waiting:
                self._client.poll(0)
                time.sleep(_IDLE_S)
                continue
            try:
                self._write(self._waiting[0])
                self._waiting.popleft()
            except (LianchengError, KafkaException, BufferError) as error:
                log.warning("receipts wait: %s", error)
                self._client.poll(0.2)
                if self._stopping.is_set():
                    break
        self._client.flush(10)

    def _write(self, receipt: ScreeningReceipt) -> None:
        topic = topics.SCREENING_RECEIPTS.named(receipt.bank)
        if topic not in self._topics:
            admin.add_bank_topic(self._settings, receipt.bank)  # for a bank registered before there were receipts
            self._topics.add(topic)
        headers = codec.headers("screening_receipt", SOURCE, receipt.id)
        self._client.produce(topic, codec.encode(receipt), receipt.id, on_delivery=_report, headers=[*headers])
        self._client.poll(0)


def _report(error: KafkaError | None, _: Message) -> None:
    if error:
        FAILED.inc()
        log.error("a receipt did not reach its topic: %s", error)
    else:
        LOGGED.inc()
