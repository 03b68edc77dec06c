"""E-mail addresses: one mailbox, one spelling, and nobody slips in under another's."""

from __future__ import annotations

from typing import Any

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omnicommerce.identity import Identifier, Namespace, email
from omnicommerce.kernel.errors import BadValue

WORDS = st.from_regex(r"[a-zA-Z0-9]{1,8}([.+_-][a-zA-Z0-9]{1,8}){0,2}", fullmatch=True)
LABELS = st.from_regex(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,4})?", fullmatch=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mary@example.com", "mary@example.com"),
        ("Mary.Li+shop@EXAMPLE.Com", "Mary.Li+shop@example.com"),
        (" mary@example.com ", "mary@example.com"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("mary@straße.de", "mary@xn--strae-oqa.de"),
        ("mary@XN--STRAE-OQA.de", "mary@xn--strae-oqa.de"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
        ("иван@пример.рф", "иван@xn--e1afmkfd.xn--p1ai"),
        ("e\u0301va@example.com", "\u00e9va@example.com"),
        ("mary@example。com", "mary@example.com"),
        ("Postmaster@example.com", "postmaster@example.com"),
    ],
)
def test_an_address_has_one_normal_form(typed: str, kept: str) -> None:
    assert kept == email(typed).text
    assert Identifier(Namespace.EMAIL, kept) == email(kept)


@given(WORDS, LABELS, st.randoms())
def test_the_case_of_the_domain_and_blanks_around_change_nothing(word: str, label: str, random: Any) -> None:
    domain = f"{label}.com"
    shouted = "".join(random.choice((each.upper(), each.lower())) for each in domain)

    try:
        plain = email(f"{word}@{domain}")
    except BadValue:  # such as a label that claims to be Punycode and is none
        return

    assert plain == email(f"  {word}@{shouted} ")


@given(WORDS)
def test_what_stands_before_the_at_is_kept_as_it_was_written(word: str) -> None:
    """Only the owner of a domain knows whether Mary and mary are one; folding could make two people one."""
    if word.lower() in email_validator.rfc_constants.CASE_INSENSITIVE_MAILBOX_NAMES:
        return

    assert f"{word}@example.com" == email(f"{word}@example.com").text


@given(
    st.one_of(
        st.emails(),
        st.text(max_size=20).map(lambda text: f"{text}@example.com"),
        st.text(max_size=12).map(lambda text: f"mary@{text}.com"),
    )
)
@example("mary@faß.de")
@example("mary@ς.gr")
@example("mary@İb.com")
def test_what_was_read_once_is_read_the_same_again(typed: str) -> None:
    try:
        once = email(typed)
    except BadValue:
        return

    assert once == email(once.text) == Identifier(Namespace.EMAIL, once.text)


def test_addresses_that_casefold_would_join_stay_apart() -> None:
    assert "mary@straße.de".casefold() == "mary@strasse.de".casefold()

    assert email("mary@straße.de") != email("mary@strasse.de")
    assert email("straße@example.com") != email("strasse@example.com")


@pytest.mark.parametrize(
    "typed",
    [
        "\uff4dary@example.com",
        "mary@\uff45xample.com",
        "mary\uff20example.com",
        "\ufb01@example.com",
        "ma\u200bry@example.com",
        "ma\u00adry@example.com",
        "ma\u034fry@example.com",
        "ma\ufe0fry@example.com",
        "ma\u115fry@example.com",
        "ma\u2800ry@example.com",
        "mary\u00a0@example.com",
        "\u202emary@example.com",
        "mary@exam\u200dple.com",
        "mary\n@example.com",
        "mary1\u0660@example.com",
        "mary1\uff11@example.com",
        "m\u0430ry@example.com",
        "mary@\u0430pple.com",
        "mary@xn--pple-43d.com",
        "\u03bfwen@example.com",
    ],
)
def test_tricks_of_unicode_are_refused(typed: str) -> None:
    with pytest.raises(BadValue) as caught:
        email(typed)

    assert "text" == caught.value.path


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mary",
        "@example.com",
        "mary@",
        "mary@localhost",
        "mary@shop.invalid",
        "mary@[127.0.0.1]",
        "mary@1.2.3.4",
        "Mary <mary@example.com>",
        '"mary li"@example.com',
        "mary li@example.com",
        "mary..li@example.com",
        "mary@example..com",
        "mary@example.com.",
        "mary@exam_ple.com",
        "a" * 243 + "@example.com",
        "mary@" + "a" * 60 + ("." + "a" * 60) * 4,
        "\ud800@example.com",
        "mary\t@example.com",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadValue) as caught:
        email(typed)

    assert "text" == caught.value.path


def test_nobody_is_asked_whether_an_address_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("a normal form needs no network")

    monkeypatch.setattr("socket.getaddrinfo", asked)
    monkeypatch.setattr("socket.socket", asked)

    assert "mary@no-such-domain-anywhere.com" == email("mary@no-such-domain-anywhere.com").text
