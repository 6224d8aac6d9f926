"""The command line of Kafka's own console consumer for a bank's alerts."""

from liancheng.records import topics
from liancheng.settings import Settings
from supervision import jars

_CLASS = "org.apache.kafka.tools.consumer.ConsoleConsumer"


def command(settings: Settings, bank: str, offset: int, java: bool) -> list[str]:
    """`java`: run from the local broker's jars."""
    words = ["--bootstrap-server", settings.bootstrap_servers, "--topic", topics.BANK_ALERTS.named(bank)]
    words += ["--partition", "0", "--offset", str(offset), "--isolation-level", "read_committed"]
    words += ["--property", "print.timestamp=true"]
    words += ["--consumer.config", "client.properties"] if settings.security_protocol != "PLAINTEXT" else []
    return [*(_java() if java else ["kafka-console-consumer.sh"]), *words]


def _java() -> list[str]:
    logging = f"-Dlog4j2.configurationFile={(jars.BROKER_FILES / 'console-log4j2.xml').as_uri()}"
    return [jars.java(), logging, "-cp", f"{jars.directory()}/*", _CLASS]
