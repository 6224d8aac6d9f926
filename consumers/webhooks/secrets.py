"""Secrets of webhooks: made from the service's own key and a salt, so that none of them is kept anywhere.

Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes; each message is signed with HMAC-SHA256 over its id, its time
and its body.
"""

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime
from pathlib import Path

from standardwebhooks import Webhook as Signer

from liancheng.errors import WrongUseError
from liancheng.records.webhooks import Webhook
from liancheng.settings import Settings

_KEY_BYTES = 32


class Secrets:
    """Knows the key. `made_with` names it: a webhook that was made with another key cannot be signed here.

    Raises:
        WrongUseError: the file is no such key, or others may read it.
    """

    def __init__(self, settings: Settings) -> None:
        path = settings.webhook_key or settings.home / "api" / "webhook-key"
        self._key = _loaded(path)
        self.made_with = hashlib.sha256(b"webhook-key" + self._key).hexdigest()[:16]

    def secret(self, hook: Webhook) -> str:
        """What the bank was shown once."""
        made = hmac.digest(self._key, f"{hook.key}/{hook.salt}".encode(), "sha256")
        return "whsec_" + base64.b64encode(made).decode()

    def headers(self, hook: Webhook, message_id: str, at: datetime, body: bytes) -> list[tuple[str, str]]:
        """The headers that prove where a message comes from.

        Raises:
            WrongUseError: the webhook's secret was made with another key.
        """
        if hook.made_with != self.made_with:
            raise WrongUseError(
                f"webhook {hook.key} was made with the key {hook.made_with}, here is {self.made_with}: "
                "set LIANCHENG_WEBHOOK_KEY to the same file for all processes, or set the webhook anew"
            )
        return [
            ("webhook-id", message_id),
            ("webhook-timestamp", str(int(at.timestamp()))),
            ("webhook-signature", Signer(self.secret(hook)).sign(message_id, at, body.decode())),
        ]


def new_salt() -> str:
    return secrets.token_hex(16)


def _loaded(path: Path) -> bytes:
    _make(path)
    if path.stat().st_mode & 0o077:
        raise WrongUseError(f"{path}: others may read the key that secrets are made from: chmod 600")
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise WrongUseError(f"{path}: expected {2 * _KEY_BYTES} hex digits, as `openssl rand -hex {_KEY_BYTES}` makes")
    return key


def _make(path: Path) -> None:
    """Make the key where there is none: whole or not at all, whoever else starts at the same time."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    mine.touch(0o600)
    mine.write_text(secrets.token_hex(_KEY_BYTES) + "\n")
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        mine.unlink()
