"""Names on platforms, devices and namespaces of a host: one spelling for each, and nobody's are refused."""

from __future__ import annotations

import string
import traceback
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from omnicommerce.identity import (
    Form,
    HostIdentifier,
    HostNamespace,
    Identifier,
    Namespace,
    device,
    email,
    external_userid,
    openid,
    phone,
    unionid,
    why_not,
)
from omnicommerce.identity.form import VALUE_LENGTH_MAX, normal
from omnicommerce.identity.placeholder import EQUAL_MIN, placeholder
from omnicommerce.kernel.errors import BadValue, Fault

WORD: Final = string.ascii_letters + string.digits + "_-"
APP: Final = "wx1234567890abcdef"
OPENID: Final = "o55Ub5tZooxf59wBt1j0lIiaiaRA"
UNIONID: Final = "oZezz6McdB0lUSkpK90jEC3r8jUo"
EXTERNAL: Final = "wmHh4aBgAAn2OCsH2JWLKhZ006jfawcQ"
UUID: Final = "550e8400-e29b-41d4-a716-446655440000"
LOYALTY: Final = HostNamespace("shop.loyalty_app", Form.DIGITS)

OPENIDS: Final = st.text(WORD, min_size=27, max_size=27).map(lambda rest: f"o{rest}")
APPS: Final = st.text("0123456789abcdef", min_size=16, max_size=16).map(lambda rest: f"wx{rest}")
UUIDS: Final = st.uuids().map(str)
# Much of what is close to an identifier is found by changing one.
TYPED: Final = st.one_of(
    st.text(max_size=70),
    st.text(string.printable, max_size=70),
    UUIDS,
    UUIDS.map(str.upper),
    UUIDS.map(lambda text: f"{{{text}}}"),
    UUIDS.map(lambda text: f"urn:uuid:{text.upper()}"),
    UUIDS.map(lambda text: text.replace("-", "")),
    st.text("0123456789ABCDEFabcdef", max_size=70),
)


# --- WeChat --------------------------------------------------------------------------------------


def test_a_name_on_a_platform_is_kept_as_it_was_told() -> None:
    assert f"{APP}/{OPENID}" == openid(APP, OPENID).text
    assert Identifier(Namespace.OPENID, f"{APP}/{OPENID}") == openid(APP, OPENID)
    assert UNIONID == unionid(UNIONID).text
    assert "o6_bmasdasdsad6_2sgVt7hMZOPfL" == unionid("o6_bmasdasdsad6_2sgVt7hMZOPfL").text
    assert EXTERNAL == external_userid(EXTERNAL).text
    assert f"wo{EXTERNAL[2:]}" == external_userid(f"wo{EXTERNAL[2:]}").text


@given(APPS, APPS, OPENIDS, OPENIDS)
def test_two_apps_or_two_openids_are_two_identifiers(app: str, other: str, one: str, two: str) -> None:
    """The same openid in another app is another person, or nobody."""
    same = (app, one) == (other, two)
    assume(placeholder(one[1:]) is None)
    assume(placeholder(two[1:]) is None)

    assert same is (openid(app, one) == openid(other, two))


@given(OPENIDS)
def test_upper_and_lower_case_are_two_people(text: str) -> None:
    swapped = "o" + text[1:].swapcase()
    assume(swapped != text)
    assume(placeholder(text[1:]) is None)

    assert openid(APP, text) != openid(APP, swapped)
    assert unionid(text) != unionid(swapped)


@pytest.mark.parametrize(
    "app",
    ["", "wx", "WX1234567890ABCDEF", f"{APP}0", APP[:-1], f" {APP}", f"{APP}/", "ww1234567890abcdef", None],
)
def test_an_openid_without_its_app_is_none(app: Any) -> None:
    with pytest.raises(BadValue) as caught:
        openid(app, OPENID)

    assert "app" == caught.value.path


BAD_OPENIDS: Final = (
    OPENID[:-1],
    OPENID[1:],
    f"O{OPENID[1:]}",
    f"{OPENID} ",
    f" {OPENID}",
    f"{OPENID[:-1]}+",
    f"{OPENID[:-1]}\u200b",
    f"{OPENID[:-1]}\uff21",
    f"{OPENID[:-1]}\u0410",
    f"{OPENID}\n",
    f"{OPENID}/{OPENID}",
    "o" + "0" * 27,
    "o" + "x" * 27,
    "o" * 129,
)


@pytest.mark.parametrize("text", BAD_OPENIDS)
def test_what_wechat_never_says_is_refused(text: str) -> None:
    for read in (unionid, lambda told: openid(APP, told)):
        with pytest.raises(BadValue) as caught:
            read(text)
        assert "text" == caught.value.path
    with pytest.raises(BadValue):
        Identifier(Namespace.OPENID, f"{APP}/{text}")


@pytest.mark.parametrize(
    "text", [OPENID, f"{APP}", f"/{OPENID}", f"{APP.upper()}/{OPENID}", f"{APP}//{OPENID}"]
)
def test_the_normal_form_of_an_openid_says_its_app(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        Identifier(Namespace.OPENID, text)

    assert "text" == caught.value.path


def test_an_openid_alone_is_told_how_to_be_read() -> None:
    with pytest.raises(BadValue, match=r"text: expected \{app\}/\{openid\}: read it with openid"):
        Identifier(Namespace.OPENID, OPENID)


@pytest.mark.parametrize(
    "text",
    [
        EXTERNAL[:-1],
        f"WM{EXTERNAL[2:]}",
        f"wx{EXTERNAL[2:]}",
        f"p{EXTERNAL[1:]}",
        f"wm{'A' * 30}",
        f"{EXTERNAL}{EXTERNAL}x",
        f"{EXTERNAL[:-1]}\u00e9",
        f"{EXTERNAL}\n",
    ],
)
def test_what_enterprise_wechat_never_calls_a_customer_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        external_userid(text)

    assert "text" == caught.value.path


# --- devices and forms ---------------------------------------------------------------------------


@given(UUIDS)
def test_a_uuid_is_one_device_however_it_is_spelled(text: str) -> None:
    assume(placeholder(text) is None)
    spellings = (text, text.upper(), f"{{{text}}}", f"{{{text.upper()}}}", f"urn:uuid:{text}")

    assert {text} == {device(each).text for each in spellings}
    assert {text} == {normal(each, Form.UUID) for each in (*spellings, text.replace("-", ""))}


def test_what_is_opaque_is_not_folded() -> None:
    assert device("AbC") != device("abc")
    assert normal("AbC", Form.OPAQUE) != normal("abc", Form.OPAQUE)
    assert normal("007", Form.DIGITS) != normal("7", Form.DIGITS)


@given(TYPED, st.sampled_from(Form))
def test_what_was_read_once_is_read_the_same_again(typed: str, form: Form) -> None:
    namespace = HostNamespace("shop.card", form)
    try:
        once = namespace.read(typed)
    except BadValue:
        return

    assert once == namespace.read(once.text) == HostIdentifier(namespace, once.text)
    assert once.text.isascii()
    assert 0 < len(once.text) <= VALUE_LENGTH_MAX


@given(TYPED)
def test_a_device_that_was_read_once_is_read_the_same_again(typed: str) -> None:
    try:
        once = device(typed)
    except BadValue:
        return

    assert once == device(once.text) == Identifier(Namespace.DEVICE, once.text)


def folded(text: str, form: Form) -> str:
    """All that a form may forget of a text, written as simply as it can be."""
    match form:
        case Form.OPAQUE | Form.DIGITS:
            return text
        case Form.HEX | Form.LOWER:
            return text.lower()
        case Form.UUID:
            return text.lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")


@given(TYPED, TYPED, st.sampled_from(Form))
def test_two_texts_are_one_only_if_the_form_says_so(one: str, other: str, form: Form) -> None:
    try:
        same = normal(one, form) == normal(other, form)
    except BadValue:
        return

    assert same is (folded(one, form) == folded(other, form))


@given(
    st.sampled_from(Form),
    st.sampled_from("\u212a\u0130\u0131\uff11\u0661\u200b\u00a0\u202e\u0410\ufe0f\x00\x7f \t"),
)
def test_no_trick_of_unicode_is_read(form: Form, trick: str) -> None:
    """The Kelvin sign is a k in lower case, and full-width and Arabic digits are digits to Python."""
    text = UUID if form is Form.UUID else "12345987"

    for changed in (trick + text, text + trick, text[:3] + trick + text[4:]):
        with pytest.raises(BadValue) as caught:
            normal(changed, form)
        assert "text" == caught.value.path


# --- namespaces of a host ------------------------------------------------------------------------


def test_a_host_names_its_own_namespaces() -> None:
    known = LOYALTY.read("0012345")

    assert ("shop.loyalty_app", "0012345") == (known.kind, known.text)
    assert "phone" == phone("+8613800138000").kind
    assert HostNamespace("shop.other", Form.DIGITS).read("0012345") != known


def test_a_declared_form_is_not_who_somebody_is() -> None:
    """Two parts of a host's program that declare it differently still mean the same customer."""
    assert HostNamespace("shop.loyalty_app").read("0012345") == LOYALTY.read("0012345")


@pytest.mark.parametrize(
    ("name", "form", "path"),
    [
        ("loyalty_app", Form.OPAQUE, "name"),
        ("phone", Form.OPAQUE, "name"),
        ("Shop.app", Form.OPAQUE, "name"),
        ("shop.", Form.OPAQUE, "name"),
        (".shop", Form.OPAQUE, "name"),
        ("shop|phone.x", Form.OPAQUE, "name"),
        ("shop." + "a" * 60, Form.OPAQUE, "name"),
        (None, Form.OPAQUE, "name"),
        (Namespace.PHONE, Form.OPAQUE, "name"),
        ("shop.app", "digits", "form"),
        ("shop.app", None, "form"),
    ],
)
def test_a_namespace_that_could_be_taken_for_another_is_refused(name: Any, form: Any, path: str) -> None:
    with pytest.raises(BadValue) as caught:
        HostNamespace(name, form)

    assert path == caught.value.path


@pytest.mark.parametrize("namespace", ["shop.loyalty_app", Namespace.PHONE, None])
def test_a_hosts_identifier_has_a_namespace_that_was_declared(namespace: Any) -> None:
    with pytest.raises(BadValue) as caught:
        HostIdentifier(namespace, "12345")

    assert "namespace" == caught.value.path


def test_a_hosts_identifier_is_in_normal_form() -> None:
    with pytest.raises(BadValue, match="text: expected the normal form lower"):
        HostIdentifier(HostNamespace("shop.name", Form.LOWER), "Mary")


# --- nobody --------------------------------------------------------------------------------------

NOBODY: Final = (
    "0",
    "000000000",
    "00000000",
    "000000000000000",
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "11111111",
    "999999",
    "xxxxxx",
    "******",
    "---",
    "?",
    "12345678",
    "123456789012345",
    "0123456789",
    "null",
    "NULL",
    "(null)",
    "<null>",
    '"undefined"',
    "unknown",
    "Guest",
    "anonymous",
    "test",
    "NaN",
    "N/A",
    "None",
    "true",
    "02:00:00:00:00:00",
    "02-00-00-00-00-00",
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "9774d56d682e549c",
    "9774D56D682E549C",
    "0123456789ABCDEF",
    "004999010640000",
)

ILLEGAL_AT_POSTHOG: Final = (
    *("anonymous", "guest", "distinctid", "distinct_id", "id", "not_authenticated", "email", "undefined"),
    *("true", "false", "[object Object]", "NaN", "None", "none", "null", "0"),
)


@pytest.mark.parametrize("text", NOBODY)
def test_what_names_nobody_is_no_identifier_anywhere(text: str) -> None:
    host = HostNamespace("shop.any")

    for namespace in (Namespace.DEVICE, host):
        fault = why_not(namespace, text)
        assert fault is not None
        assert "text" == fault.path
    for read in (device, host.read):
        with pytest.raises(BadValue):
            read(text)
    assert why_not(Namespace.TILL_MEMBER, text) is not None


@pytest.mark.parametrize("text", ILLEGAL_AT_POSTHOG)
def test_posthog_illegal_ids_never_join_strangers(text: str) -> None:
    """Before it had that list, everybody whose program sent ``undefined`` was one person."""
    namespaces: tuple[Namespace | HostNamespace, ...] = (*Namespace, HostNamespace("shop.any"))
    for namespace in namespaces:
        if namespace is not Namespace.ORDER:
            assert why_not(namespace, text) is not None


@pytest.mark.parametrize("mailbox", ["null", "Undefined", "anonymous", "noreply", "no-reply", "UNKNOWN"])
def test_a_mailbox_that_nobody_reads_is_nobodys(mailbox: str) -> None:
    with pytest.raises(BadValue, match="text: expected a mailbox that somebody reads"):
        email(f"{mailbox}@example.com")


@pytest.mark.parametrize(
    "text",
    ["7", "11", "22222", "1234567", "M-1001", "000001", "102030", "Testa", "idris", "9774d56d682e549d"],
)
def test_a_real_number_is_not_taken_for_nobody(text: str) -> None:
    assert why_not(Namespace.TILL_MEMBER, text) is None
    assert why_not(Namespace.DEVICE, text) is None


@given(st.characters(min_codepoint=0x21, max_codepoint=0x7E), st.integers(EQUAL_MIN, VALUE_LENGTH_MAX))
def test_a_key_held_down_names_nobody(key: str, times: int) -> None:
    assert placeholder(key * times) is not None


def test_the_shops_own_phone_is_blocked_by_the_shop() -> None:
    own = phone("+8613800138000").text

    assert why_not(Namespace.PHONE, own) is None
    fault = why_not(Namespace.PHONE, own, frozenset({own}))
    assert Fault("text", "expected an identifier of a person, got one that the shop has blocked") == fault


@pytest.mark.parametrize(
    ("namespace", "text", "path"),
    [
        (Namespace.PHONE, "13800138000", "text"),
        (Namespace.EMAIL, "mary", "text"),
        (Namespace.DEVICE, None, "text"),
        (Namespace.DEVICE, UUID.upper(), "text"),
        (LOYALTY, "M-1", "text"),
        (LOYALTY, 7, "text"),
        ("phone", "+8613800138000", "namespace"),
        (None, "x", "namespace"),
    ],
)
def test_it_says_where_and_why_a_text_is_none(namespace: Any, text: Any, path: str) -> None:
    fault = why_not(namespace, text)

    assert fault is not None
    assert path == fault.path
    assert fault.reason


# --- nothing leaks -------------------------------------------------------------------------------

SECRETS: Final = st.text(WORD, min_size=9, max_size=40)


@pytest.mark.parametrize(
    "identifier",
    [openid(APP, OPENID), unionid(UNIONID), external_userid(EXTERNAL), device(UUID), LOYALTY.read("0012345")],
)
def test_an_identifier_does_not_show_itself(identifier: Any) -> None:
    assert identifier.text not in f"{identifier!r} {identifier}"
    assert OPENID not in repr(identifier)


@given(SECRETS, st.sampled_from(["openid", "app", "unionid", "external", "device", "host"]))
def test_a_refusal_never_repeats_what_was_told(secret: str, kind: str) -> None:
    bad = f"{secret}\u200b"
    reads: dict[str, Callable[[], object]] = {
        "openid": lambda: openid(APP, bad),
        "app": lambda: openid(bad, OPENID),
        "unionid": lambda: unionid(bad),
        "external": lambda: external_userid(bad),
        "device": lambda: device(bad),
        "host": lambda: LOYALTY.read(bad),
    }

    with pytest.raises(BadValue) as caught:
        reads[kind]()
    told = caught.value

    # The lines of source in a traceback are of this file, and hold no secret.
    assert secret not in "".join(traceback.format_exception_only(told)) + repr(told) + repr(told.faults)
    assert (None, None) == (told.__cause__, told.__context__)


@given(SECRETS, st.sampled_from([*Namespace, LOYALTY]))
def test_nor_does_the_reason_why_not(secret: str, namespace: Namespace | HostNamespace) -> None:
    fault = why_not(namespace, secret, frozenset({secret}))

    assert fault is not None
    assert secret not in f"{fault} {fault!r}"
