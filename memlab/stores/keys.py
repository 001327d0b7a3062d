"""Keys of a user, derived from one root key: what seals a record, what stands for an id, what names the key itself."""

import base64
import binascii
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from memlab.stores import Record, StoreError, as_bytes, from_bytes

KEY_BYTES = 32
NONCE_BYTES = 12
LENGTH_BYTES = 4
FORM = b"\x01"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = ("at", "valid_from", "valid_to", "accessed_at")
MISSING = "sealing needs the package cryptography: pip install 'memlab[encrypted]'"
Names = tuple[str, ...]  # of spaces, each within the one before


def new_key() -> str:
    """A new root key, 32 random bytes in base64. Who loses it loses every memory under it."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Keys:
    """What one root key gives one user: a cipher, a key for names, and a fingerprint that gives neither away."""

    def __init__(self, root: bytes, user: str) -> None:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError as error:
            raise StoreError(MISSING) from error
        self._user = user
        self._cipher = AESGCM(_derived(root, "seal", user))
        self._naming = _derived(root, "name", user)
        self.fingerprint = _derived(root, "fingerprint", user)[:8].hex()

    def name(self, kind: str, path: Names, id: str) -> str:
        """The digest under which an id or a source is kept; equal ids in two spaces have different ones."""
        return base64.urlsafe_b64encode(hmac.digest(self._naming, _listed([kind, *path, id]), "sha256")[:24]).decode()

    def place(self, path: Names) -> str:
        """The name of the inner space of a space."""
        return self.name("space", path, "")

    def seal(self, record: Record, path: Names) -> Record:
        """A record that says nothing but its length and how many sources it has."""
        body = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "vector"}
        for time in TIMES:
            body[time] = body[time] and body[time].isoformat()
        told = as_bytes(json.dumps(body | {"meta": dict(record.meta), "path": path}, ensure_ascii=False))
        vector = b"" if record.vector is None else b"\x00" + record.vector
        id = self.name("id", path, record.id)
        sources = tuple(sorted({self.name("source", path, source) for source in record.sources}))
        nonce, place = os.urandom(NONCE_BYTES), self.place(path)
        plain = len(told).to_bytes(LENGTH_BYTES) + told + vector
        sealed = self._cipher.encrypt(nonce, plain, self._bound(place, id, sources))
        return Record(id=id, text="", sources=sources, at=EPOCH, vector=FORM + nonce + sealed)

    def unseal(self, sealed: Record, path: Names) -> Record:
        """The record that was sealed.

        Raises:
            StoreError: It is not what was sealed here under this key.
        """
        body, vector = self._opened(sealed, self.place(path))
        times = {name: body[name] and datetime.fromisoformat(body[name]) for name in TIMES}
        rest = {"sources": tuple(body["sources"]), "meta": MappingProxyType(body["meta"])}
        return Record(**{**{k: v for k, v in body.items() if k != "path"}, **times, **rest, "vector": vector})

    def where(self, sealed: Record, place: str) -> Names:
        """The names that lead to the space that a sealed record is in."""
        return tuple(self._opened(sealed, place)[0]["path"])

    def _opened(self, sealed: Record, place: str) -> tuple[dict[str, Any], bytes | None]:
        from cryptography.exceptions import InvalidTag

        blob = sealed.vector or b""
        nonce, rest = blob[len(FORM) : len(FORM) + NONCE_BYTES], blob[len(FORM) + NONCE_BYTES :]
        try:
            if blob[: len(FORM)] != FORM:
                raise ValueError("another form")
            plain = self._cipher.decrypt(nonce, rest, self._bound(place, sealed.id, sealed.sources))
        except (InvalidTag, ValueError) as error:
            raise StoreError(
                f"row {sealed.id} of user {self._user!r} is not as it was sealed: it was changed, or moved from "
                "another user, space or id; restore it from a backup, or delete the row"
            ) from error
        end = LENGTH_BYTES + int.from_bytes(plain[:LENGTH_BYTES])
        vector = plain[end:]
        return json.loads(from_bytes(plain[LENGTH_BYTES:end])), vector[1:] if vector else None

    def _bound(self, place: str, id: str, sources: Iterable[str]) -> bytes:
        return _listed([self._user, place, id, *sorted(sources)])


def _derived(root: bytes, purpose: str, user: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_listed(["memlab 1", purpose, user])).derive(root)


def _listed(parts: Iterable[str]) -> bytes:
    """Some texts as bytes that no other texts have."""
    return as_bytes(json.dumps(list(parts), ensure_ascii=False))


def root_key(key: str | bytes | None, key_file: str | Path | None) -> bytes:
    """The 32 bytes of a root key that is given in one of two ways.

    Raises:
        StoreError: It is given in both or none, cannot be read, or is no key.
    """
    right = "it is 32 random bytes in base64, as memlab.stores.keys.new_key() makes them"
    if (key is None) == (key_file is None):
        raise StoreError(f"name one key, by `key` or by `key_file`, not {'both' if key else 'none'}: {right}")
    where, told = ("key", key) if key_file is None else (str(key_file), None)
    if key_file is not None:
        try:
            told = Path(key_file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{key_file}: no key can be read from it ({error}); {right}") from error
    try:
        root = told if isinstance(told, bytes) else base64.urlsafe_b64decode(str(told))
    except (binascii.Error, ValueError):
        root = b""
    if len(root) != KEY_BYTES:
        raise StoreError(f"{where} holds no key; {right}")
    return root
