"""A file sealed under a key of its own: AES-256-GCM in one piece, written whole or not at all, read by nobody else."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.domain.errors import BadSettings

FORMAT = b"referralbot sealed file 1\n"
NONCE_BYTES = 12
BEING_WRITTEN = ".part"
"""How the name ends of a file that is not whole yet."""
OWNERS_ONLY, FOLDER_OF_OWNERS = 0o600, 0o700


def write_sealed(path: Path, key: bytes, clear: bytes) -> None:
    """Seal `clear` in a new file, bound to its name. Its folder is made where there is none; BadSettings where not."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, clear, _bound_to(path))
    try:
        path.parent.mkdir(mode=FOLDER_OF_OWNERS, parents=True, exist_ok=True)
    except OSError as trouble:
        raise BadSettings(f"The folder {path.parent} cannot be made: {trouble.strerror}.") from trouble
    write_whole(path, FORMAT + nonce + sealed)


def read_sealed(path: Path, key: bytes) -> bytes:
    """What `write_sealed` sealed. BadSettings where the file is gone, is another's, or was changed by a byte."""
    try:
        held = path.read_bytes()
    except FileNotFoundError:
        raise BadSettings(f"There is no file {path.name} in {path.parent}. Was it made on another machine?") from None
    except OSError as trouble:
        raise BadSettings(f"{path} cannot be read: {trouble.strerror}.") from trouble
    body = held.removeprefix(FORMAT)
    try:
        return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], _bound_to(path))
    except (InvalidTag, ValueError):
        raise BadSettings(
            f"{path} is not the file that was sealed: it was changed, or cut short. Make it anew."
        ) from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a new file that only its owner reads, so that after a crash it is there in full or not at all.

    BadSettings where it cannot be written, or where there is one of that name.
    """
    beside = path.with_name(path.name + BEING_WRITTEN)
    try:
        if path.exists():
            raise BadSettings(f"There is a file {path} already: name another folder, so that nothing is lost.")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNERS_ONLY), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.rename(path)
        _keep_name(path.parent)
    except OSError as trouble:
        beside.unlink(missing_ok=True)
        raise BadSettings(f"{path} cannot be written: {trouble.strerror}.") from trouble


def _keep_name(folder: Path) -> None:
    """Have the folder itself on the disk: a renamed file may else be back under its old name after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _bound_to(path: Path) -> bytes:
    return FORMAT + path.name.encode()
