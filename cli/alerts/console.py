"""`alerts console-command`: the same alerts with Kafka's own console consumer."""

import shlex

import typer

from cli.terminal import Outcome, say
from consumers.delivery.history import Pages
from liancheng.errors import WrongUseError
from liancheng.records import topics
from liancheng.settings import Settings
from supervision import jars
from transport.admin import require_bank

_CLASS = "org.apache.kafka.tools.consumer.ConsoleConsumer"


def run(bank: str, from_number: int, java: bool) -> int:
    settings = Settings()
    require_bank(settings, bank)
    typer.echo(shlex.join([*_program(java), *_arguments(settings, bank, _offset(settings, bank, from_number))]))
    if settings.security_protocol != "PLAINTEXT":
        say("client.properties has the login: security.protocol, sasl.mechanism, sasl.jaas.config, ssl.truststore…")
    return Outcome.DONE


def _offset(settings: Settings, bank: str, number: int) -> int:
    pages = Pages(settings, group=f"{bank}.console")
    try:
        if number > pages.last(bank) + 1:
            raise WrongUseError(f"{bank} has no alert {number} yet, its last one is {pages.last(bank)}")
        return pages.find(bank, number)
    finally:
        pages.close()


def _program(java: bool) -> list[str]:
    if not java:
        return ["kafka-console-consumer.sh"]
    logging = f"-Dlog4j2.configurationFile={(jars.BROKER_FILES / 'console-log4j2.xml').as_uri()}"
    return [jars.java(), logging, "-cp", f"{jars.directory()}/*", _CLASS]


def _arguments(settings: Settings, bank: str, offset: int) -> list[str]:
    words = ["--bootstrap-server", settings.bootstrap_servers, "--topic", topics.BANK_ALERTS.named(bank)]
    words += ["--partition", "0", "--offset", str(offset), "--isolation-level", "read_committed"]
    words += ["--property", "print.timestamp=true"]
    return words + (["--consumer.config", "client.properties"] if settings.security_protocol != "PLAINTEXT" else [])
