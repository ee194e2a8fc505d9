"""Private fields at rest: AES-256-GCM under a key of each child's own, wrapped by the installation's key."""

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.errors import BadSettings, KeyMissing

KEY_BYTES = 32
NONCE_BYTES = 12
MARK_BYTES = 4
OF_CHILD = "child"
"""What data keys of children, letters and exports are wrapped for."""
OWN_KEYS = ("own", "fingerprint")
"""The installation's own keys: for tokens and lines heard, and for fingerprints."""
PUT_BACK = (
    "Put back the REFERRALBOT_KEY that it was sealed with. Where the key has been changed since (in a restored backup"
    " from before, or while `referralbot rotate-key` is not through), set the one before it as REFERRALBOT_OLD_KEY."
)
WRONG_KEY = f"A private value does not open with this REFERRALBOT_KEY. {PUT_BACK}"


def new_key() -> str:
    """A fresh installation key, as text for REFERRALBOT_KEY."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Vault:
    """Seals, opens and fingerprints. `about` binds a sealed value to its place, so that it cannot be moved.

    New keys are wrapped under `key`; with `old`, the key before it, what is still wrapped under that opens too.
    """

    def __init__(self, key: str, old: str = "") -> None:
        self._masters = [_Master(key, "REFERRALBOT_KEY")]
        if old:
            self._masters.append(_Master(old, "REFERRALBOT_OLD_KEY"))
        self._use(self._masters[-1].first())

    def __repr__(self) -> str:
        return "Vault(…)"

    @property
    def marks(self) -> tuple[str, ...]:
        """The keys at hand: the one that wraps what is new, and the one before where it was given."""
        return tuple(dict.fromkeys(master.mark for master in self._masters))

    @property
    def mark(self) -> str:
        """What stands as `wrapped_by` beside a new key: it tells which key wrapped it, and nothing of that key."""
        return self._masters[0].mark

    def new_child_key(self) -> tuple[bytes, bytes]:
        """A child's data key: (the key, the key wrapped for keeping)."""
        key = os.urandom(KEY_BYTES)
        return key, self._masters[0].wrap(key, OF_CHILD)

    def unwrap(self, wrapped: bytes, use: str = OF_CHILD) -> bytes:
        """KeyMissing where it was wrapped under neither key at hand."""
        return self._unwrapped(wrapped, use)[0]

    def wrap_anew(self, wrapped: bytes, use: str = OF_CHILD) -> bytes:
        """The same data key, wrapped under the newest key."""
        return self._masters[0].wrap(self.unwrap(wrapped, use), use)

    def own_keys(self, beside: bytes | None) -> tuple[dict[str, bytes], str]:
        """The installation's own keys, wrapped for keeping, and the mark of the key that they follow from.

        It is the one that `beside` is wrapped under; where nothing is wrapped yet, the oldest at hand.
        """
        master = self._masters[-1] if beside is None else self._unwrapped(beside, OF_CHILD)[1]
        return {use: master.wrap(key, use) for use, key in master.first().items()}, master.mark

    def keep_to(self, kept: Mapping[str, bytes]) -> None:
        """From now on use the installation's own keys as the database has them, wrapped."""
        self._use({use: self.unwrap(kept[use], use) for use in OWN_KEYS})

    def seal_own(self, values: Mapping[str, Any], about: str) -> bytes:
        """Seal something of the installation's: tokens, lines heard."""
        return _seal(self._own, _as_bytes(values), about.encode())

    def open_own(self, sealed: bytes, about: str) -> dict[str, Any]:
        return _as_values(_open(self._own, sealed, about.encode()))

    def fingerprint(self, kind: str, text: str) -> bytes:
        """A keyed digest of `text`: the same for the same text, and useless without the key."""
        return hmac.digest(self._marking, f"{kind}\0{text}".encode(), hashlib.sha256)

    def _use(self, keys: Mapping[str, bytes]) -> None:
        self._own, self._marking = AESGCM(keys["own"]), keys["fingerprint"]

    def _unwrapped(self, wrapped: bytes, use: str) -> tuple[bytes, "_Master"]:
        """A data key, and which of the keys at hand it is wrapped under."""
        for master in self._masters:
            with suppress(KeyMissing):
                return master.unwrap(wrapped, use), master
        raise KeyMissing(WRONG_KEY)


class _Master:
    """One REFERRALBOT_KEY: it wraps data keys, and leaves its mark beside them."""

    def __init__(self, key: str, name: str) -> None:
        try:
            secret = base64.urlsafe_b64decode(key)
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) != KEY_BYTES:
            raise BadSettings(f"{name} must be 32 bytes in base64. Make one with: referralbot new-key")
        self._secret, self._wrapping = secret, AESGCM(_derive(secret, b"wrap"))
        self.mark = _derive(secret, b"mark")[:MARK_BYTES].hex()

    def __repr__(self) -> str:
        return "Master(…)"

    def wrap(self, key: bytes, use: str) -> bytes:
        return _seal(self._wrapping, key, f"{use} key".encode())

    def unwrap(self, wrapped: bytes, use: str) -> bytes:
        return _open(self._wrapping, wrapped, f"{use} key".encode())

    def first(self) -> dict[str, bytes]:
        """The installation's own keys, of the first REFERRALBOT_KEY it had: of none after it."""
        return {use: _derive(self._secret, use.encode()) for use in OWN_KEYS}


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
        raise KeyMissing(WRONG_KEY) from None


def _as_bytes(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _as_values(clear: bytes) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(clear)
    return values
