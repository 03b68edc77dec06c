"""The shop's keys: digests that never change, seals that cannot be forged, secrets that never show."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce.adapters.keys import DEMO_SECRET, SEALED_LENGTH_MAX, DemoKeys, SecretKeys
from omnicommerce.kernel.errors import BadValue
from omnicommerce.ports.keys import KeyRing

SECRET = hashlib.sha256(b"one").digest()
OTHER = hashlib.sha256(b"two").digest()
KEYS = SecretKeys(SECRET)


def test_a_digest_is_the_same_for_ever() -> None:
    """Customers are looked up by it: if this example changes, nobody is found again."""
    key = hmac.digest(SECRET, b"omnicommerce/digest/1", "sha256")
    expected = hmac.digest(hmac.digest(key, b"phone", "sha256"), b"+8613800138000", "sha256").hex()[:32]

    assert expected == KEYS.digest("phone", "+8613800138000")
    assert "7cf886f29f19878cd55bbda7217042f5" == expected


def test_digests_differ_by_purpose_by_text_and_by_secret() -> None:
    digests = {
        keys.digest(purpose, text)
        for keys in (KEYS, SecretKeys(OTHER), DemoKeys())
        for purpose in ("phone", "phon", "email")
        for text in ("", "e", "e1", "1", "\u4e2d")
    }

    assert 3 * 3 * 5 == len(digests)
    assert {32} == {len(digest) for digest in digests}


def test_a_new_sealing_secret_changes_no_digest() -> None:
    assert KEYS.digest("phone", "1") == SecretKeys(SECRET, sealing=OTHER).digest("phone", "1")


def test_more_purposes_than_are_remembered_still_work() -> None:
    keys = SecretKeys(SECRET)
    first = [keys.digest(f"purpose-{n}", "x") for n in range(300)]

    assert first == [keys.digest(f"purpose-{n}", "x") for n in range(300)]
    assert 300 == len(set(first))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_a_sealed_text_comes_back(text: str) -> None:
    token = KEYS.seal("till", text)

    assert text == KEYS.unseal("till", token)
    assert token.isascii()
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert KEYS.unseal("till2", token) is None
    assert KEYS.unseal("til", token) is None
    assert SecretKeys(OTHER).unseal("till", token) is None


def test_every_altered_sign_breaks_the_seal() -> None:
    token = KEYS.seal("till", "member-1")
    for n in range(len(token)):
        for sign in "AQgw-_09":
            altered = token[:n] + sign + token[n + 1 :]
            assert altered == token or KEYS.unseal("till", altered) is None
    for n in range(len(token)):
        assert KEYS.unseal("till", token[:n]) is None
        assert KEYS.unseal("till", token[n + 1 :]) is None


@pytest.mark.parametrize(
    "token",
    ["", "A", "AAAA", "=", "A===", "\u4e2d", "\ud800", "not base64!", "A" * 10_000_000, "\n", " ", "A" * 40],
)
def test_garbage_is_no_token(token: str) -> None:
    assert KEYS.unseal("till", token) is None


def test_another_spelling_of_a_token_is_no_token() -> None:
    token = KEYS.seal("till", "x?>")
    assert KEYS.unseal("till", token + "=") is None
    assert KEYS.unseal("till", token + "\n") is None
    spelled = base64.b64encode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))).decode()
    assert spelled.rstrip("=") == token or KEYS.unseal("till", spelled.rstrip("=")) is None


def test_a_retired_secret_still_unseals_and_no_longer_seals() -> None:
    old = KEYS.seal("till", "old")
    rotated = SecretKeys(SECRET, sealing=OTHER, retired=(SECRET,))
    new = rotated.seal("till", "new")

    assert ("old", "new") == (rotated.unseal("till", old), rotated.unseal("till", new))
    assert KEYS.unseal("till", new) is None
    assert SecretKeys(SECRET, sealing=OTHER).unseal("till", old) is None


def test_texts_and_purposes_have_bounds() -> None:
    assert "x" * SEALED_LENGTH_MAX == KEYS.unseal("p", KEYS.seal("p", "x" * SEALED_LENGTH_MAX))
    with pytest.raises(BadValue, match="text: expected at most"):
        KEYS.seal("p", "x" * (SEALED_LENGTH_MAX + 1))
    nameless: tuple[Callable[[], object], ...] = (
        lambda: KEYS.seal("", "x"),
        lambda: KEYS.digest("a\n", "x"),
        lambda: KEYS.unseal("", "x"),
    )
    for call in nameless:
        with pytest.raises(BadValue, match="purpose"):
            call()
    for call in (lambda: KEYS.seal("p", "\ud800"), lambda: KEYS.digest("p", "\ud800")):
        with pytest.raises(BadValue, match="surrogates"):
            call()


@pytest.mark.parametrize(
    "secret",
    [
        b"",
        SECRET[:31],
        b"\0" * 32,
        b"a" * 64,
        b"ab" * 16,
        SECRET[:16] * 2,
        bytes(range(32)),
        bytes(range(200, 100, -2)),
        DEMO_SECRET,
        b"changeme-changeme-changeme-changeme-now",
        b"please CHANGE-ME before production 3f9a",
        b"django-insecure-h2#5k!x0q9w8e7r6t5y4u3i2",
        b"0123456789abcdefghijklmnopqrstuvwxyz",
        "a text, long enough to be a secret of 32 bytes",
        bytearray(SECRET),
        None,
    ],
)
def test_what_is_no_secret_is_refused(secret: Any) -> None:
    makers: tuple[Callable[[], object], ...] = (
        lambda: SecretKeys(secret),
        lambda: SecretKeys(SECRET, sealing=secret if secret is not None else b""),
        lambda: SecretKeys(SECRET, retired=(secret,)),
    )
    for make in makers:
        with pytest.raises(BadValue) as caught:
            make()
        assert "keys" == caught.value.path
        assert repr(secret) not in str(caught.value) or not secret


def test_a_secret_never_shows() -> None:
    keys = SecretKeys(SECRET, retired=(OTHER,))
    for shown in (repr(keys), str(keys), f"{keys}", repr([keys])):
        assert "SecretKeys(<secret>)" in shown
    copiers: tuple[Callable[[], object], ...] = (
        lambda: pickle.dumps(keys),
        lambda: copy.copy(keys),
        lambda: copy.deepcopy(keys),
    )
    for copied in copiers:
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            copied()
    with pytest.raises(TypeError):
        vars(keys)


def test_demo_keys_say_what_they_are() -> None:
    keys: KeyRing = DemoKeys()

    assert "FOR DEMOS ONLY" in repr(keys)
    assert "FOR DEMOS ONLY" in str(DemoKeys.__doc__)
    assert "x" == keys.unseal("till", keys.seal("till", "x"))
    assert DemoKeys().digest("a", "b") == keys.digest("a", "b")
