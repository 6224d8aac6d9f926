"""Secrets of webhooks: derived from the service's own key and a salt, so that none of them is stored.

Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes; each message is signed with HMAC-SHA256 over its id, its time
and its body.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from pathlib import Path

from standardwebhooks import Webhook as Signer

from consumers.reading import key_files
from liancheng.errors import WrongUseError
from liancheng.records.webhooks import Webhook
from liancheng.settings import Settings

_KEY_BYTES = 32


class Secrets:
    """Holds the key. `made_with` names it: a webhook made with another key cannot be signed with this one.

    Raises:
        WrongUseError: the file is no such key, or others may read it.
    """

    def __init__(self, settings: Settings) -> None:
        path = settings.webhook_key or settings.home / "api" / "webhook-key"
        self._key = _loaded(path)
        self.made_with = hashlib.sha256(b"webhook-key" + self._key).hexdigest()[:16]

    def secret(self, hook: Webhook) -> str:
        """Returns the secret that the bank was shown once."""
        made = hmac.digest(self._key, f"{hook.key}/{hook.salt}".encode(), "sha256")
        return "whsec_" + base64.b64encode(made).decode()

    def headers(self, hook: Webhook, message_id: str, at: datetime, body: bytes) -> list[tuple[str, str]]:
        """Returns the headers that prove the origin of a message.

        Raises:
            WrongUseError: the webhook's secret was made with another key.
        """
        if hook.made_with != self.made_with:
            raise WrongUseError(
                f"webhook {hook.key} was made with the key {hook.made_with}, this process has {self.made_with}: "
                "set LIANCHENG_WEBHOOK_KEY to the same file for all processes, or set the webhook again"
            )
        return [
            ("webhook-id", message_id),
            ("webhook-timestamp", str(int(at.timestamp()))),
            ("webhook-signature", Signer(self.secret(hook)).sign(message_id, at, body.decode())),
        ]


def new_salt() -> str:
    return secrets.token_hex(16)


def _loaded(path: Path) -> bytes:
    text = key_files.read(path, lambda: secrets.token_hex(_KEY_BYTES).encode() + b"\n")
    try:
        key = bytes.fromhex(text.decode().strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise WrongUseError(f"{path}: expected {2 * _KEY_BYTES} hex digits, as `openssl rand -hex {_KEY_BYTES}` makes")
    return key
