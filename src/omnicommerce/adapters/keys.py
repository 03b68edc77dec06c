"""The shop's keys, made out of one secret: digests to look people up by, and seals for codes and tokens.

A digest key never changes; a sealing key may be replaced while tokens under the old one are still
about. All keys are derived from the secrets under separate labels, so none of them tells another.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from itertools import pairwise
from typing import Final, NoReturn

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id

SECRET_LENGTH_MIN: Final = 32
"""In bytes: as many as the digest has, so guessing the secret is no shorter than guessing a key."""

SEALED_LENGTH_MAX: Final = 4_096
"""The longest text in a token, in bytes: more would not fit in a QR code or a web address anyway."""

PURPOSES_MAX: Final = 256
"""Purposes are words in the code, not input; this many derived keys are remembered."""

DEMO_SECRET: Final = b"omnicommerce demo: everybody knows this secret"

_PLACEHOLDERS: Final = (
    b"changeme", b"change-me", b"change_me", b"change me", b"placeholder", b"your-secret", b"your_secret",
    b"secret-key", b"secret_key", b"insecure", b"example", b"password", b"replace", b"xxxxxxxx",
    b"omnicommerce", b"0123456789", b"1234567890", b"abcdefgh",
)  # fmt: skip
"""What stands in templates and tutorials where a secret should be."""
_DISTINCT_BYTES_MIN: Final = 8

_FORMAT: Final = b"\x01"
_KID_LENGTH: Final = 4
_MAC_LENGTH: Final = 16
_DIGEST_LENGTH: Final = 16
_TOKEN_LENGTH_MAX: Final = 4 * (len(_FORMAT) + _KID_LENGTH + SEALED_LENGTH_MAX + _MAC_LENGTH) // 3 + 4


class _Ring:
    """The derived keys of one secret and of the sealing secrets."""

    __slots__ = ("_digest_key", "_digest_keys", "_kid", "_sealing")

    def __init__(self, secret: bytes, sealing: bytes, retired: tuple[bytes, ...]) -> None:
        self._digest_key = _derived(secret, b"omnicommerce/digest/1")
        self._digest_keys: dict[str, bytes] = {}
        keys = [_derived(each, b"omnicommerce/seal/1") for each in (sealing, *retired)]
        self._sealing = {_derived(key, b"kid")[:_KID_LENGTH]: key for key in keys}
        self._kid = _derived(keys[0], b"kid")[:_KID_LENGTH]

    def digest(self, purpose: str, text: str) -> str:
        key = self._digest_keys.get(purpose) or self._digest_key_for(purpose)
        try:
            return hmac.digest(key, text.encode(), "sha256")[:_DIGEST_LENGTH].hex()
        except UnicodeEncodeError:
            raise BadValue("text", "expected text without lone surrogates") from None

    def seal(self, purpose: str, text: str) -> str:
        checked_id(purpose, "purpose")
        try:
            sealed = text.encode()
        except UnicodeEncodeError:
            raise BadValue("text", "expected text without lone surrogates") from None
        if len(sealed) > SEALED_LENGTH_MAX:
            raise BadValue("text", f"expected at most {SEALED_LENGTH_MAX} bytes, got {len(sealed)}")
        told = _FORMAT + self._kid + sealed
        mac = _mac(self._sealing[self._kid], purpose, told)
        return base64.urlsafe_b64encode(told + mac).rstrip(b"=").decode()

    def unseal(self, purpose: str, token: str) -> str | None:
        checked_id(purpose, "purpose")
        raw = _decoded(token)
        told, mac = raw[:-_MAC_LENGTH], raw[-_MAC_LENGTH:]
        key = self._sealing.get(told[len(_FORMAT) : len(_FORMAT) + _KID_LENGTH])
        # Nothing is believed, and nothing is looked at, before the seal is known to be ours.
        if key is None or not hmac.compare_digest(_mac(key, purpose, told), mac):
            return None
        return told[len(_FORMAT) + _KID_LENGTH :].decode() if told.startswith(_FORMAT) else None

    def _digest_key_for(self, purpose: str) -> bytes:
        key = _derived(self._digest_key, checked_id(purpose, "purpose").encode())
        if len(self._digest_keys) < PURPOSES_MAX:
            self._digest_keys[purpose] = key
        return key


class SecretKeys:
    """The key ring of a real shop; *secret* is at least 32 random bytes that the host keeps safe.

    `digest` hangs on *secret* for ever: with another one no customer is found again. To replace the
    sealing key alone, pass a new secret as *sealing* and the old ones as *retired*:
    ``SecretKeys(secret, sealing=new, retired=(secret,))``.

    Raises:
        BadValue: a secret is too short, or is no secret.
    """

    __slots__ = ("_ring",)

    def __init__(
        self, secret: bytes, *, sealing: bytes | None = None, retired: tuple[bytes, ...] = ()
    ) -> None:
        for each in (secret, *((sealing,) if sealing is not None else ()), *retired):
            _refuse_weak(each)
        self._ring = _Ring(secret, secret if sealing is None else sealing, retired)

    def digest(self, purpose: str, text: str) -> str:
        """See `KeyRing.digest`."""
        return self._ring.digest(purpose, text)

    def seal(self, purpose: str, text: str) -> str:
        """See `KeyRing.seal`."""
        return self._ring.seal(purpose, text)

    def unseal(self, purpose: str, token: str) -> str | None:
        """See `KeyRing.unseal`."""
        return self._ring.unseal(purpose, token)

    def __repr__(self) -> str:
        return "SecretKeys(<secret>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a shop's keys are neither copied nor pickled; hand the secret to each process")


class DemoKeys:
    """FOR DEMOS ONLY: a key ring whose secret is public, so that everybody can forge its seals."""

    __slots__ = ("_ring",)

    def __init__(self) -> None:
        self._ring = _Ring(DEMO_SECRET, DEMO_SECRET, ())

    def digest(self, purpose: str, text: str) -> str:
        """See `KeyRing.digest`."""
        return self._ring.digest(purpose, text)

    def seal(self, purpose: str, text: str) -> str:
        """See `KeyRing.seal`."""
        return self._ring.seal(purpose, text)

    def unseal(self, purpose: str, token: str) -> str | None:
        """See `KeyRing.unseal`."""
        return self._ring.unseal(purpose, token)

    def __repr__(self) -> str:
        return "DemoKeys(<FOR DEMOS ONLY: this secret is public>)"


def _derived(secret: bytes, label: bytes) -> bytes:
    return hmac.digest(secret, label, "sha256")


def _mac(key: bytes, purpose: str, told: bytes) -> bytes:
    # The length goes first, so that no purpose can end where another's text begins.
    bound = purpose.encode()
    return hmac.digest(key, b"%d:%b%b" % (len(bound), bound, told), "sha256")[:_MAC_LENGTH]


def _decoded(token: object) -> bytes:
    if type(token) is not str or len(token) > _TOKEN_LENGTH_MAX or not token.isascii():
        return b""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return b""
    # Base64 has several spellings of the same bytes; only ours is a token.
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token else b""


def _refuse_weak(secret: object) -> None:
    if type(secret) is not bytes:
        raise BadValue("keys", f"expected the secret as bytes, got {type(secret).__name__}")
    if len(secret) < SECRET_LENGTH_MIN:
        raise BadValue("keys", f"expected a secret of at least {SECRET_LENGTH_MIN} bytes, got {len(secret)}")
    is_repeated = secret in (secret + secret)[1:-1]
    has_one_step = len({(after - before) % 256 for before, after in pairwise(secret)}) == 1
    if is_repeated or has_one_step or len(set(secret)) < _DISTINCT_BYTES_MIN:
        raise BadValue("keys", "expected random bytes, such as secrets.token_bytes(32), not a pattern")
    lowered = secret.lower()
    if any(word in lowered for word in _PLACEHOLDERS):
        raise BadValue("keys", "expected a secret of your own, such as secrets.token_bytes(32)")
