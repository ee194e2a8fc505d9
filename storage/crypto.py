"""Private fields at rest: AES-256-GCM under a key of each child's own, wrapped by the installation's key."""

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.errors import BadSettings

KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> str:
    """A fresh installation key, as text for REFERRALBOT_KEY."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Vault:
    """Seals, opens and fingerprints. `about` binds a sealed value to its place, so that it cannot be moved."""

    def __init__(self, key: str) -> None:
        try:
            master = base64.urlsafe_b64decode(key)
        except (binascii.Error, ValueError):
            master = b""
        if len(master) != KEY_BYTES:
            raise BadSettings("REFERRALBOT_KEY must be 32 bytes in base64. Make one with: referralbot new-key")
        self._wrapping = AESGCM(_derive(master, b"wrap"))
        self._own = AESGCM(_derive(master, b"own"))
        self._marking = _derive(master, b"fingerprint")

    def __repr__(self) -> str:
        return "Vault(…)"

    def new_child_key(self) -> tuple[bytes, bytes]:
        """A child's data key: (the key, the key wrapped for keeping)."""
        key = os.urandom(KEY_BYTES)
        return key, _seal(self._wrapping, key, b"child key")

    def unwrap(self, wrapped: bytes) -> bytes:
        return _open(self._wrapping, wrapped, b"child key")

    def seal_own(self, values: Mapping[str, Any], about: str) -> bytes:
        """Seal something of the installation's: tokens, lines heard."""
        return _seal(self._own, _as_bytes(values), about.encode())

    def open_own(self, sealed: bytes, about: str) -> dict[str, Any]:
        return _as_values(_open(self._own, sealed, about.encode()))

    def fingerprint(self, kind: str, text: str) -> bytes:
        """A keyed digest of `text`: the same for the same text, and useless without the key."""
        return hmac.digest(self._marking, f"{kind}\0{text}".encode(), hashlib.sha256)


def seal_with(key: bytes, values: Mapping[str, Any], about: str) -> bytes:
    """Seal a child's values under the child's key."""
    return _seal(AESGCM(key), _as_bytes(values), about.encode())


def open_with(key: bytes, sealed: bytes, about: str) -> dict[str, Any]:
    return _as_values(_open(AESGCM(key), sealed, about.encode()))


def _derive(master: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"referralbot " + use).derive(master)


def _seal(cipher: AESGCM, clear: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, clear, about)


def _open(cipher: AESGCM, sealed: bytes, about: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except (InvalidTag, ValueError):  # the latter where it was cut short
        sentence = "A private value does not open with this REFERRALBOT_KEY. Is it the key it was sealed with?"
        raise BadSettings(sentence) from None


def _as_bytes(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _as_values(clear: bytes) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(clear)
    return values
