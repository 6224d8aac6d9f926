"""The service's Ed25519 key, which signs receipts and counts of alerts. Created at the first start; mode 0600."""

import base64
import hashlib
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from msgspec.structs import replace

from consumers.reading import key_files
from liancheng.errors import WrongUseError
from liancheng.records.alert_counts import AlertCount
from liancheng.records.facts import Model
from liancheng.records.screening_receipts import ScreeningReceipt, signed_part
from liancheng.settings import Settings

S = TypeVar("S", ScreeningReceipt, AlertCount)

_PUBLIC = "*.public.pem"


class PublicKey(Model, frozen=True, kw_only=True):
    """A key that has signed receipts. `pem`: SubjectPublicKeyInfo."""

    id: str
    algorithm: str
    pem: str


class PublicKeys(Model, frozen=True, kw_only=True):
    """Answer to `GET /v1/keys`: the one in use, and all before it."""

    current: str
    keys: tuple[PublicKey, ...]


class Signer:
    """Signs. To change the key, replace the file and restart the service: old receipts stay valid.

    Raises:
        WrongUseError: the file is no Ed25519 key, or others may read it.
    """

    def __init__(self, settings: Settings) -> None:
        self.path = settings.api_signing_key or settings.home / "api" / "signing-key.pem"
        self._key = _loaded(self.path)
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.id = key_id(self._key.public_key())
        (self.path.parent / f"{self.id}.public.pem").write_bytes(pem)

    def sign(self, statement: S) -> S:
        """Returns the statement with its signature."""
        return replace(statement, signature=self.signature(signed_part(statement)))

    def signature(self, raw: bytes) -> str:
        return base64.b64encode(self._key.sign(raw)).decode()

    def secret(self, purpose: bytes) -> bytes:
        """Returns 32 bytes for another purpose, the same wherever this key signs. None can be derived from another
        (RFC 5869)."""
        return HKDF(SHA256(), 32, None, purpose).derive(self._key.private_bytes_raw())

    def public_keys(self) -> PublicKeys:
        pems = [path.read_text() for path in sorted(self.path.parent.glob(_PUBLIC))]
        keys = (PublicKey(id=key_id(public_key(pem)), algorithm="Ed25519", pem=pem) for pem in pems)
        return PublicKeys(current=self.id, keys=tuple(keys))


def verified(statement: ScreeningReceipt | AlertCount, keys: PublicKeys) -> tuple[bool, str]:
    """Returns whether a key of the service has signed the statement, and a sentence that says so."""
    pem = next((key.pem for key in keys.keys if key.id == statement.signed_by), None)
    if pem is None:
        return False, f"key {statement.signed_by} is not one of the service's"
    try:
        public_key(pem).verify(base64.b64decode(statement.signature), signed_part(statement))
    except (InvalidSignature, ValueError):
        return False, f"key {statement.signed_by} did not sign this statement"
    return True, f"signed by key {statement.signed_by}"


def key_id(key: Ed25519PublicKey) -> str:
    """Returns the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def public_key(pem: str) -> Ed25519PublicKey:
    """Returns the key of a PEM. Raises WrongUseError if it is none."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise WrongUseError("found no PEM of a public key, expected one of Ed25519 as /v1/keys gives it") from error
    if not isinstance(key, Ed25519PublicKey):
        raise WrongUseError("found another kind of key, expected Ed25519 as /v1/keys gives it")
    return key


def _loaded(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(key_files.read(path, _new_pem), None)
    except (ValueError, TypeError) as error:
        raise WrongUseError(f"{path}: expected an Ed25519 key, PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongUseError(f"{path}: found another kind of key, expected Ed25519")
    return key


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
