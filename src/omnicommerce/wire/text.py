"""JSON as text: the canonical text we write, and the guarded reading of what strangers send."""

from __future__ import annotations

import json
import json.encoder
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, Final, NoReturn

import attrs

from omnicommerce.kernel.errors import FAULTS_MAX, BadWire, Fault

LENGTH_MAX: Final = 256 * 1024
"""No order, receipt or notification comes near 256 KiB; what does is another document."""

DEPTH_MAX: Final = 32
"""Twice as deep as a rule may nest, and far from what makes Python's parser give up."""

DIGITS_MAX: Final = 19
"""As many digits as 2**63 has; no amount has more than 16."""

KEY_SHOWN_MAX: Final = 64
"""A path is read by people, and a key may be as long as the document."""

SURROGATE: Final = "expected text, got a lone surrogate"
NOT_FINITE: Final = "expected a finite number"

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Everything but brackets. A string goes as a whole, so brackets inside it do not count; the
# possessive quantifiers never step back, so no text makes this slow.
_NO_BRACKETS: Final = re.compile(r'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)++', re.DOTALL)

_LEVELS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def at_key(path: str, key: object) -> str:
    """The path of what lies under *key* in the object at *path*: ``$.price`` or ``$["SKU 1"]``."""
    if isinstance(key, str) and len(key) <= KEY_SHOWN_MAX:
        return f"{path}.{key}" if _WORD.fullmatch(key) else f"{path}[{json.dumps(key)}]"
    return f"{path}[{json.dumps(str(key)[:KEY_SHOWN_MAX])}]"


def name_of(value: object) -> str:
    """What the type of *value* is called in a reason."""
    return "None" if value is None else type(value).__name__


def is_text(value: str) -> bool:
    """Whether *value* can be written as UTF-8: it holds no lone surrogate."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- writing -------------------------------------------------------------------------------------


def _encoder() -> Callable[[Any], str]:
    plain = json.JSONEncoder(
        ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    # This is the very encoder that JSONEncoder makes anew for every document: half of the time
    # that a small record takes.
    encode = make(None, plain.default, json.encoder.encode_basestring, None, ":", ",", True, False, False)
    return lambda data: "".join(encode(data, 0))


_encode: Final = _encoder()


def text(data: Any) -> str:
    """The canonical JSON text of plain *data*: sorted keys, no blanks, equal texts for equal data.

    Raises:
        BadWire: *data* holds NaN, an infinity, a lone surrogate, or something that is no JSON.
    """
    try:
        written = _encode(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadWire(flaws(data) or (Fault("$", f"expected JSON: {error}"),)) from None
    if not is_text(written):
        raise BadWire(flaws(data))
    return written


# --- judging plain data --------------------------------------------------------------------------


@attrs.frozen
class _Flaw:
    """Stands in for something the parser met and nobody may have."""

    reason: str


@attrs.frozen
class _Twice:
    """Stands in for an object in which keys come twice."""

    keys: tuple[str, ...]


def flaws(data: Any, path: str = "$") -> tuple[Fault, ...]:
    """Everything in *data* that may not be in plain data, with its path."""
    found: list[Fault] = []
    try:
        for fault in _flaws(data, path):
            found.append(fault)
            if len(found) == FAULTS_MAX:
                break
    except RecursionError:
        found.append(Fault(path, "nested too deeply"))
    return tuple(found)


def is_plain(data: Any) -> bool:
    """Whether *data* is plain: `flaws` would find none."""
    kind = type(data)
    if kind is str:
        return is_text(data)
    if kind is int or kind is bool or data is None:
        return True
    if kind is dict:
        for key, value in data.items():
            if type(key) is not str or not is_text(key) or not is_plain(value):
                return False
        return True
    if kind is list:
        return all(map(is_plain, data))
    return kind is float and math.isfinite(data)


def _flaws(data: Any, path: str) -> Iterator[Fault]:  # noqa: C901 - an arm a type
    kind = type(data)
    if kind is dict:
        for key, value in data.items():
            if type(key) is not str:
                yield Fault(at_key(path, key), f"expected str as key, got {name_of(key)}")
            elif not is_text(key):
                yield Fault(at_key(path, key), SURROGATE)
            else:
                yield from _flaws(value, at_key(path, key))
    elif kind is list:
        for place, value in enumerate(data):
            yield from _flaws(value, f"{path}[{place}]")
    elif kind is _Twice:
        for key in data.keys:
            yield Fault(at_key(path, key), "expected one field of this name, got several")
    elif kind is _Flaw:
        yield Fault(path, data.reason)
    elif not is_plain(data):
        yield Fault(
            path, {str: SURROGATE, float: NOT_FINITE}.get(kind, f"expected JSON, got {name_of(data)}")
        )


# --- reading -------------------------------------------------------------------------------------


def _whole(digits: str) -> int | _Flaw:
    if len(digits.removeprefix("-")) > DIGITS_MAX:
        return _Flaw(f"expected at most {DIGITS_MAX} digits")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Twice:
    if len(fields := dict(pairs)) == len(pairs):
        return fields
    return _Twice(tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))


def _no_number(_word: str) -> _Flaw:
    return _Flaw(NOT_FINITE)


_OUTSIDE: Final = json.JSONDecoder(parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_object)


def parse(document: str | bytes, *, length_max: int = LENGTH_MAX) -> Any:
    """Read a document that somebody sent: plain data, or a BadWire and nothing else.

    Size and depth are judged before anything is parsed. Keys that come twice, NaN, infinities, numbers
    past the range of a float or longer than 19 digits, lone surrogates and a byte-order mark are faults.

    Raises:
        BadWire: the document cannot be read; every fault has its path.
    """
    written = _decoded(document, length_max)
    _judge_depth(written)
    try:
        data = _OUTSIDE.decode(written)
    except json.JSONDecodeError as error:
        raise _bad(f"expected JSON: {error}") from None
    if not is_plain(data):
        raise BadWire(flaws(data))
    return data


def _decoded(document: object, length_max: int) -> str:
    if not isinstance(document, str | bytes):
        raise _bad(f"expected str or bytes, got {name_of(document)}")
    if not document:
        raise _bad("expected JSON, got nothing")
    # Counted before it is decoded or encoded: a character has at least one byte.
    if len(document) <= length_max:
        try:
            written = document if isinstance(document, str) else document.decode()
            as_bytes = document.encode() if isinstance(document, str) else document
        except UnicodeError:
            raise _bad("expected UTF-8") from None
        if len(as_bytes) <= length_max:
            if written.startswith("\ufeff"):
                raise _bad("expected JSON, got a byte-order mark")
            return written
    raise _bad(f"expected at most {length_max} bytes")


def _judge_depth(written: str) -> None:
    brackets = _NO_BRACKETS.sub("", written)
    if max(accumulate(map(_LEVELS.__getitem__, brackets)), default=0) > DEPTH_MAX:
        raise _bad(f"expected at most {DEPTH_MAX} levels")


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_OURS: Final = json.JSONDecoder(parse_constant=_no_constant)


def parse_ours(written: str) -> Any:
    """Read what we wrote ourselves, without the guards against strangers.

    Raises:
        BadWire: it is no JSON.
    """
    try:
        data, end = _OURS.raw_decode(written)
    except (ValueError, RecursionError) as error:
        raise _bad(f"expected JSON: {type(error).__name__}") from None
    if end != len(written):
        raise _bad("expected JSON, got something behind it")
    return data


def _bad(reason: str) -> BadWire:
    return BadWire((Fault("$", reason),))
