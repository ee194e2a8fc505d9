"""Signing anchors: Ed25519, with a key that is kept in the service's settings and never in the database."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.domain.errors import BadSettings

KEY_BYTES = 32


class Signer:
    """Signs with the private key of REFERRALBOT_ANCHOR_KEY."""

    def __init__(self, key: str) -> None:
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(_raw(key))
        except ValueError:
            made = "Make one with: referralbot new-key --anchor"
            raise BadSettings(f"REFERRALBOT_ANCHOR_KEY must be 32 bytes in base64. {made}") from None
        self.public_key = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "Signer(…)"

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def new_signing_key() -> str:
    """A fresh private key, as text for REFERRALBOT_ANCHOR_KEY."""
    return base64.urlsafe_b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key_as_text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()


def read_public_key(text: str) -> bytes:
    """A public key as `new-key --anchor` printed it."""
    try:
        return _raw(text)
    except ValueError:
        raise BadSettings("A public key is 32 bytes in base64, as referralbot new-key --anchor printed it.") from None


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether whoever holds the private half of this key signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _raw(text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError("not 32 bytes in base64")
    return raw
