"""Settings of every process, from the environment (`LIANCHENG_…`). The defaults run everything on one machine."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`LIANCHENG_BOOTSTRAP_SERVERS` and the security settings select another Kafka cluster than the local one."""

    model_config = SettingsConfigDict(env_prefix="LIANCHENG_", extra="ignore")

    home: Path = Field(Path(".liancheng"), description="directory of the local broker, logs and worker files")
    broker_port: int = Field(19092, description="port of the local broker")
    controller_port: int = Field(19093, description="port of the local broker's controller")
    broker_brief: bool = Field(
        False, description="for a local broker that runs minutes, not days: it starts faster and runs slower"
    )
    bootstrap_servers: str = Field(
        default_factory=lambda known: f"127.0.0.1:{known.get('broker_port')}",
        description="brokers to connect to; default: the local one",
    )
    security_protocol: str = Field("PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL")
    sasl_mechanism: str | None = Field(None, description="SCRAM-SHA-512, for instance")
    sasl_username: str | None = Field(None, description="user name for SASL")
    sasl_password: SecretStr | None = Field(None, description="password for SASL; never shown")
    ssl_ca_location: Path | None = Field(
        None, description="PEM file of the authority that signed the brokers' certificates"
    )
    ssl_certificate_location: Path | None = Field(None, description="PEM file of the client's certificate")
    ssl_key_location: Path | None = Field(None, description="PEM file of the client's private key")
    replication_factor: int = Field(1, description="copies of each partition of the topics that are created")

    provinces: list[str] = Field(
        ["310000", "320000", "330000", "340000"], description="provinces whose topics `liancheng up` creates"
    )

    stages: str = Field("standardise,joint_list,alerting,dispatch,calendar", description="stages that this worker runs")
    log_format: Literal["text", "json"] = Field(
        "text", description="logs as `text` for people or `json`, one object a line"
    )
    worker_id: str = Field(
        "worker-1", description="stable name of this worker, by which it gets its partitions back after a restart"
    )
    web_host: str = Field("127.0.0.1", description="address on which a worker serves /metrics and /health")
    web_port: int = Field(19466, description="port on which a worker serves /metrics and /health")
    redis_port: int = Field(19094, description="port of the local Valkey")
    redis_url: str = Field(
        default_factory=lambda known: f"redis://127.0.0.1:{known.get('redis_port')}/0",
        description="Redis or Valkey with the screening view; default: the local one; never shown",
        repr=False,
    )
    view_port: int = Field(
        19465, description="port of /metrics and /health of the process that fills the screening view"
    )
    view_max_age_s: float = Field(30, description="age in seconds above which the screening view refuses to answer")
    api_host: str = Field("127.0.0.1", description="address on which the HTTP service for banks listens")
    api_port: int = Field(19464, description="port of the HTTP service, its /metrics and its /health")
    api_url: str = Field(
        default_factory=lambda known: f"http://127.0.0.1:{known.get('api_port')}",
        description="URL under which `liancheng screen` reaches the HTTP service",
    )
    api_key: SecretStr | None = Field(None, description="a bank's key to the HTTP service; never shown")
    api_tls_certificate: Path | None = Field(None, description="PEM file of the service's certificate, for HTTPS")
    api_tls_key: Path | None = Field(None, description="PEM file of the service's private key, for HTTPS")
    api_signing_key: Path | None = Field(
        None,
        description="PEM file of the key that signs receipts; default: api/signing-key.pem in the home (created)",
    )
    api_requests_per_s: float = Field(
        500, description="requests per second allowed to a bank, unless the register says otherwise"
    )
    api_body_max: int = Field(4 * 2**20, description="maximum size of a request in bytes; streams are not limited")
    api_streams_per_bank: int = Field(20, description="alert streams that one bank may have open")
    api_stream_behind_max: int = Field(
        10_000, description="a stream ends when it is this many alerts behind the newest"
    )
    webhooks_port: int = Field(19463, description="port of /metrics and /health of the process that sends webhooks")
    webhook_key: Path | None = Field(
        None,
        description="file from which webhook secrets are derived; default: api/webhook-key in the home (created)",
    )
    webhook_ports: str = Field(
        "443,8443,80,8080", pattern=r"^\d+(,\d+)*$", description="ports that a webhook URL may use"
    )
    webhook_allow_http: bool = Field(False, description="accept webhooks without TLS")
    webhook_allow_private: bool = Field(False, description="accept webhooks to private and loopback addresses")
    webhook_timeout_s: float = Field(15, description="seconds that a receiver may take to answer")
    webhook_retry_first_s: float = Field(
        5, description="seconds to pause after a first failure; the pause doubles, up to an hour"
    )
    webhook_give_up_days: float = Field(7, description="days of failures after which a webhook is dead")
    webhooks_per_bank: int = Field(10, description="webhooks that one bank may have")
    session_timeout_ms: int = Field(6000, description="silence after which a worker's partitions go to another one")
    transaction_timeout_ms: int = Field(
        10_000, description="upper limit of the time for which a dead worker delays readers"
    )
    batch_max: int = Field(2000, description="maximum number of records in one transaction")

    def stage_names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.stages.split(",") if name.strip())


def client_config(settings: Settings) -> dict[str, Any]:
    """Returns the configuration that all our Kafka clients share.

    retry.backoff.ms: librdkafka's default of 100 makes many transactions take 140-150 ms; with 2, one hop takes 4 ms.
    metadata.recovery.strategy: the default drops all brokers when none answers; a transaction then waits minutes for
    a lost coordinator (librdkafka 2.16, its issue 5511), although the broker is back after 4 s.
    """
    config: dict[str, Any] = {
        "bootstrap.servers": settings.bootstrap_servers,
        "security.protocol": settings.security_protocol,
        "retry.backoff.ms": 2,
        "retry.backoff.max.ms": 50,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1000,
        "topic.metadata.refresh.interval.ms": 3000,
        "metadata.recovery.strategy": "none",
        "log.connection.close": False,
    }
    optional = {
        "sasl.mechanism": settings.sasl_mechanism,
        "sasl.username": settings.sasl_username,
        "sasl.password": settings.sasl_password.get_secret_value() if settings.sasl_password else None,
        "ssl.ca.location": settings.ssl_ca_location,
        "ssl.certificate.location": settings.ssl_certificate_location,
        "ssl.key.location": settings.ssl_key_location,
    }
    return config | {name: str(value) for name, value in optional.items() if value is not None}


def producer_config(settings: Settings) -> dict[str, Any]:
    """Returns the configuration of a producer that never duplicates or loses a record it has confirmed.

    partitioner: librdkafka's own default puts a key on another partition than the Java clients do.
    """
    return client_config(settings) | {
        "enable.idempotence": True,
        "partitioner": "murmur2_random",
        "linger.ms": 2,
        "compression.type": "lz4",
        "message.timeout.ms": 30_000,
    }


def consumer_config(settings: Settings, group: str) -> dict[str, Any]:
    """Returns the configuration of a consumer that reads committed records only and stores its offsets itself.

    fetch.wait.max.ms: a record ends the wait, so a long one delays nothing. With 10, the idle stages of two workers
    cost the broker 0.35 cores and a relay of four hops takes 41 ms (p50; p99: 110); with 100, 0.12 cores and 31 ms
    (p99: 47).
    """
    return client_config(settings) | {
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 100,
        "fetch.error.backoff.ms": 5,
    }
