"""The guards against documents from strangers, and the canonical text."""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omnicommerce import wire
from omnicommerce.kernel.errors import BadWire
from omnicommerce.wire.text import DEPTH_MAX, DIGITS_MAX, LENGTH_MAX, _encoder, parse_ours


def faults_of(document: Any, **bounds: int) -> list[str]:
    with pytest.raises(BadWire) as raised:
        wire.parse(document, **bounds)
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("", "$: expected JSON, got nothing"),
        (b"", "$: expected JSON, got nothing"),
        (None, "$: expected str or bytes, got None"),
        (bytearray(b"1"), "$: expected str or bytes, got bytearray"),
        ("\ufeff1", "$: expected JSON, got a byte-order mark"),
        (b"\xef\xbb\xbf1", "$: expected JSON, got a byte-order mark"),
        (b"\xff1", "$: expected UTF-8"),
        ('"a"'.encode("utf-16"), "$: expected UTF-8"),
        (b'"\xed\xa0\x80"', "$: expected UTF-8"),
        ('"\ud800"', "$: expected UTF-8"),
        ("NaN", "$: expected a finite number"),
        ('{"a": [1, Infinity]}', "$.a[1]: expected a finite number"),
        ('{"a": -Infinity}', "$.a: expected a finite number"),
        ('{"a": 1e999}', "$.a: expected a finite number"),
        ('{"a": -1e999}', "$.a: expected a finite number"),
        ("1" * 20, "$: expected at most 19 digits"),
        ('{"minor": -' + "1" * 20 + "}", "$.minor: expected at most 19 digits"),
        ("1" * 5000, "$: expected at most 19 digits"),
        ('{"amount": 1, "amount": 9}', "$.amount: expected one field of this name, got several"),
        ('[{"a": {"b": 1, "c": 2, "b": 1}}]', "$[0].a.b: expected one field of this name, got several"),
        (r'{"a": 1, "\u0061": 1}', "$.a: expected one field of this name, got several"),
        (r'"\ud800"', "$: expected text, got a lone surrogate"),
        (r'{"a": ["\udc00\ud800"]}', "$.a[0]: expected text, got a lone surrogate"),
        (r'{"\ud800": 1}', r'$["\ud800"]: expected text, got a lone surrogate'),
    ],
)
def test_what_strangers_may_not_send_is_named_with_its_path(document: Any, fault: str) -> None:
    assert [fault] == faults_of(document)


@pytest.mark.parametrize(
    "document", ["{", "[1,]", "{'a': 1}", "nul", "01", "1 2", '"a\nb"', "[]]", '"', "//"]
)
def test_what_is_no_json_is_said_so(document: str) -> None:
    (fault,) = faults_of(document)

    assert fault.startswith("$: expected JSON: ")


def test_every_fault_of_a_document_is_named_at_once() -> None:
    assert [
        "$.a: expected a finite number",
        "$.b[1]: expected at most 19 digits",
    ] == faults_of('{"a": NaN, "b": [1, 99999999999999999999]}')


def test_python_alone_takes_what_the_guards_refuse() -> None:
    """The naive version: json gives the last of two keys, NaN and infinities, and gives up in the deep."""
    assert {"amount": 9} == json.loads('{"amount": 1, "amount": 9}')
    assert math.isnan(json.loads("NaN"))
    assert math.inf == json.loads("1e999")
    assert "\ud800" == json.loads(r'"\ud800"')
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000)


# --- size and depth ------------------------------------------------------------------------------


def test_a_document_may_be_as_long_as_the_bound_and_no_longer() -> None:
    longest = '"' + "a" * (LENGTH_MAX - 2) + '"'

    assert LENGTH_MAX - 2 == len(wire.parse(longest))
    assert [f"$: expected at most {LENGTH_MAX} bytes"] == faults_of(longest + " ")
    assert [f"$: expected at most {LENGTH_MAX} bytes"] == faults_of((longest + " ").encode())
    assert ["$: expected at most 4 bytes"] == faults_of("12345", length_max=4)


def test_a_bound_counts_bytes_and_not_characters() -> None:
    assert ["$: expected at most 4 bytes"] == faults_of('"会"', length_max=4)
    assert wire.parse('"会"', length_max=5) == "会"


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_a_document_may_be_as_deep_as_the_bound_and_no_deeper(opened: str, closed: str) -> None:
    levels = DEPTH_MAX // sum(map(opened.count, "[{"))

    wire.parse(opened * levels + "1" + closed * levels)
    assert [f"$: expected at most {DEPTH_MAX} levels"] == faults_of(
        opened * (levels + 1) + "1" + closed * (levels + 1)
    )


@pytest.mark.parametrize("bomb", ["[" * 100_000, '{"a":' * 40_000, "[" * 100_000 + "]" * 100_000])
def test_a_bomb_is_refused_before_it_is_parsed(bomb: str) -> None:
    assert [f"$: expected at most {DEPTH_MAX} levels"] == faults_of(bomb)


@pytest.mark.parametrize(
    "text", ["[" * 1000, '\\"' + "[" * 1000, "\\\\" + '\\"' + "{" * 1000, "]" * 1000, "\\"]
)
def test_brackets_inside_a_text_are_no_levels(text: str) -> None:
    assert [text, {text: 1}] == wire.parse(json.dumps([text, {text: 1}]))


@pytest.mark.parametrize("decoy", [r'"\"', r'"\\"', r'"\\\""', '"]]]]"', '"\\u0022"'])
def test_no_text_hides_the_levels_behind_it(decoy: str) -> None:
    (fault,) = faults_of(f"[{decoy}, " + "[" * 100_000 + "1")

    # An open text swallows the rest, and then it is no JSON; nothing reaches the parser's depth.
    assert fault.startswith((f"$: expected at most {DEPTH_MAX} levels", "$: expected JSON"))


@pytest.mark.parametrize(
    "document",
    [
        '"' * LENGTH_MAX,
        '"' + "\\" * (LENGTH_MAX - 1),
        '"' + '\\"' * (LENGTH_MAX // 2 - 1),
        '""' * (LENGTH_MAX // 2),
        "[]" * (LENGTH_MAX // 2),
        "{" + ",".join(f'"{n}":1,"{n}":1' for n in range(10_000)) + "}",
        "[" + ",".join(["NaN"] * 60_000) + "]",
        "[" + ",".join(["9" * 20] * 10_000) + "]",
        "-" * LENGTH_MAX,
        "9" * LENGTH_MAX,
        "1." + "9" * (LENGTH_MAX - 2),
        "1e" + "9" * (LENGTH_MAX - 2),
    ],
)
def test_no_document_within_the_bound_takes_long(document: str) -> None:
    """Linear work takes some 50 ms; the bound is generous, and quadratic work is far beyond it."""
    began = time.process_time()

    if document.startswith("1."):
        wire.parse(document)
    else:
        faults_of(document)

    assert time.process_time() - began < 3


def test_numbers_may_have_nineteen_digits() -> None:
    assert 10**DIGITS_MAX - 1 == wire.parse("9" * DIGITS_MAX)
    assert 1 - 10**DIGITS_MAX == wire.parse("-" + "9" * DIGITS_MAX)
    assert 1.5 == wire.parse("1.5")


# --- anything at all -----------------------------------------------------------------------------


@given(st.text(st.characters(), max_size=50) | st.binary(max_size=50))
@example('{"a":' * 33 + "1" + "}" * 33)
@example("[\x00]")
def test_whatever_is_sent_is_plain_data_or_bad_wire(document: str | bytes) -> None:
    with suppress(BadWire):
        data = wire.parse(document)

        assert data == wire.parse(wire.text(data))


@given(st.text(st.sampled_from('[]{}",:\\0123456789.eE+-truefalsnN \n\ud800'), max_size=40))
def test_whatever_looks_like_json_is_plain_data_or_bad_wire(document: str) -> None:
    with suppress(BadWire):
        wire.parse(document)


# --- canonical text ------------------------------------------------------------------------------


def test_equal_data_has_one_text_whatever_its_order() -> None:
    written = '{"a":[1,true,null,"会员"],"b":{}}'

    assert written == wire.text({"b": {}, "a": [1, True, None, "会员"]})
    assert written == wire.text({"a": [1, True, None, "会员"], "b": {}})


def test_the_fast_encoder_writes_what_the_documented_one_writes() -> None:
    data = {"b": [1.5, -0.0, 1e22, 10**30, '"\\\n\x00\u2028'], "a": {"ü": [], "u": [{}]}, "": ""}

    assert wire.text(data) == json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def test_a_python_without_the_fast_encoder_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"b": [1.5, "会员"], "a": {}}
    written = wire.text(data)
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)

    assert written == _encoder()(data)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"a": [math.nan]}, "$.a[0]: expected a finite number"),
        ({"a": math.inf}, "$.a: expected a finite number"),
        ({"a": "\ud800"}, "$.a: expected text, got a lone surrogate"),
        ({"\udfff": 1}, r'$["\udfff"]: expected text, got a lone surrogate'),
        ({"a": {1}}, "$.a: expected JSON, got set"),
        ({"a": object}, "$.a: expected JSON, got type"),
        ({"k" * 65: math.nan}, '$["' + "k" * 64 + '"]: expected a finite number'),
        ({(1,): 1}, '$["(1,)"]: expected str as key, got tuple'),
    ],
)
def test_what_is_no_plain_data_has_no_text(data: Any, fault: str) -> None:
    with pytest.raises(BadWire) as raised:
        wire.text(data)

    assert [fault] == [str(each) for each in raised.value.faults]


def test_data_nested_without_end_has_no_text() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(BadWire):
        wire.text(endless)


@pytest.mark.parametrize("written", ["", "{", "1 2", "NaN", "[-Infinity]", "[" * 100_000, " 1"])
def test_our_own_text_is_parsed_as_json_and_nothing_else(written: str) -> None:
    with pytest.raises(BadWire, match="expected JSON"):
        parse_ours(written)
