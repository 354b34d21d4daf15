"""Connections to a Kafka cluster, made at first use, and the client library's errors in the port's words.

The library logs every attempt to connect at WARNING and ERROR under the logger `kafka`; what matters of it reaches the
caller as an error anyway.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer  # type: ignore[import-untyped]
from kafka.errors import KafkaError, UnknownTopicOrPartitionError  # type: ignore[import-untyped]
from kafka.net.compat import KafkaNetClient  # type: ignore[import-untyped]

from pipeline.errors import BadInput, OutOfReach
from pipeline.log.interface import LARGEST_RECORD
from pipeline.log.limits import ENVELOPE, unknown_topic

Client = TypeVar("Client")
Answer = TypeVar("Answer")

RETRY_AFTER = 0.1


class KafkaClients:
    """Makes clients for one cluster. No call waits longer than about `patience` seconds for a broker that is away."""

    def __init__(
        self,
        bootstrap: str,
        *,
        ca: Path | None,
        username: str | None,
        password: str | None,
        mechanism: str,
        patience: float,
    ) -> None:
        """Take the address, and what TLS and signing in need; nothing is connected yet."""
        self.bootstrap = bootstrap
        self.patience = patience
        self._common = {
            "bootstrap_servers": bootstrap.split(","),
            "client_id": "harmattan",
            "bootstrap_timeout_ms": int(patience * 1000),
            "request_timeout_ms": int(patience * 1000),
            "reconnect_backoff_max_ms": 1000,
            **_security(ca, username, password, mechanism),
        }
        self._lock = threading.Lock()
        self._admin: Any = None

    def producer(self) -> Any:
        """Give a new producer whose sends are acknowledged by every replica in step, once and in order."""
        patience = int(self.patience * 1000)
        return self._make(
            KafkaProducer,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            batch_size=256 * 1024,
            # Every append ends with a flush, so nothing ever lingers: this only lets an append's records gather.
            linger_ms=100,
            max_request_size=LARGEST_RECORD + ENVELOPE,
            max_block_ms=patience,
            delivery_timeout_ms=patience,
            request_timeout_ms=patience // 2,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )

    def consumer(self, **configs: object) -> Any:
        """Give a new consumer that commits only what it is told to, and begins at the beginning."""
        return self._make(
            KafkaConsumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            metrics_enabled=False,
            **configs,
        )

    def admin(self) -> Any:
        """Give the client for everything but records."""
        with self._lock:
            if self._admin is None:
                self._admin = self._make(KafkaAdminClient)
            return self._admin

    def ask(self, question: Callable[[], Answer], topic: str = "") -> Answer:
        """Give the cluster's answer, asking again while it says that it is not ready. Raises OutOfReach, BadInput.

        `topic` is the one that it is about, for the message when the cluster knows no such topic.
        """
        deadline = time.monotonic() + self.patience
        while True:
            with self.errors(topic):
                try:
                    return question()
                except KafkaError as error:
                    unknown = isinstance(error, UnknownTopicOrPartitionError)
                    if unknown or not error.retriable or time.monotonic() > deadline:
                        raise
            time.sleep(RETRY_AFTER)

    @contextmanager
    def errors(self, topic: str = "") -> Iterator[None]:
        """Turn the library's errors into OutOfReach, which says what to check, and an unknown topic into BadInput."""
        try:
            yield
        except UnknownTopicOrPartitionError as error:
            raise unknown_topic(topic, f"Kafka at {self.bootstrap}") from error
        # RuntimeError is what the library raises when its network thread has ended under a call.
        except (KafkaError, OSError, RuntimeError) as error:
            raise self.out_of_reach(error) from error

    def out_of_reach(self, error: Exception) -> OutOfReach:
        """Give the error for a cluster that does not do what it was asked to."""
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        return OutOfReach(
            f"Kafka at {self.bootstrap} can't be used ({said}): check that the broker runs, that HARMATTAN_KAFKA is its"
            f" address and, where it asks for a sign-in, the user, the password and the CA"
        )

    def close(self) -> None:
        """Close the client for everything but records."""
        with self._lock:
            if self._admin is not None:
                self._admin.close()
            self._admin = None

    def _make(self, kind: Callable[..., Client], **configs: object) -> Client:
        made: list[Any] = []

        def network(**settings: object) -> Any:
            made.append(KafkaNetClient(**settings))
            return made[-1]

        try:
            with self.errors():
                return kind(**{**self._common, **configs}, kafka_client=network)
        except ValueError as error:
            raise BadInput(
                f"HARMATTAN_KAFKA: {self.bootstrap!r} is no address ({error}); write host:port, several with commas"
            ) from error
        except BaseException:
            # A constructor that fails leaves its network thread running.
            for client in made:
                client.close()
            raise


def _security(ca: Path | None, username: str | None, password: str | None, mechanism: str) -> dict[str, object]:
    if username is None:
        return {"security_protocol": "PLAINTEXT"} if ca is None else _tls("SSL", ca)
    if ca is None and mechanism == "PLAIN":
        raise BadInput("HARMATTAN_KAFKA_CA: signing in to Kafka with PLAIN sends the password: name the CA, for TLS")
    return {
        **({"security_protocol": "SASL_PLAINTEXT"} if ca is None else _tls("SASL_SSL", ca)),
        "sasl_mechanism": mechanism,
        "sasl_plain_username": username,
        "sasl_plain_password": password or "",
    }


def _tls(protocol: str, ca: Path) -> dict[str, object]:
    if not ca.is_file():
        raise BadInput(f"HARMATTAN_KAFKA_CA: there is no file {ca}; name the CA certificate of the brokers (PEM)")
    return {"security_protocol": protocol, "ssl_cafile": str(ca)}
