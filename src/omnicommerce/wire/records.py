"""Records and events as they lie in the storage: when they were written, in which version, and what.

The storage holds what this library wrote itself, so it is parsed without the guards against strangers.
It is read as strictly as everything else. A record ends with the checksum of what stands before it, so
that a byte that changed on the disk is found when it is read, and not believed.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from zlib import crc32

import attrs

from omnicommerce.kernel.errors import BadWire, Fault
from omnicommerce.kernel.instant import as_text
from omnicommerce.wire.reading import load
from omnicommerce.wire.tags import SHIPPED
from omnicommerce.wire.text import name_of, parse_ours, text
from omnicommerce.wire.vocabulary import Vocabulary, upgraded
from omnicommerce.wire.writing import dump

T = TypeVar("T")

_ENVELOPE: Final = frozenset({"at", "v", "value", "sum"})

_SUM_LENGTH: Final = len(',"sum":"00000000"}')

_INSTANT_LENGTH: Final = 27

_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
"""Canonical text and nothing else, because such texts are compared as they are."""


@attrs.frozen
class Stored(Generic[T]):
    """A record as it was stored: when, as canonical text, and what, by which version of this library."""

    at: str
    value: T
    is_upgraded: bool = False


def record_text(
    value: Any, name: str, kind: Any, at: datetime | str, vocabulary: Vocabulary = SHIPPED
) -> str:
    """The body of a record of the collection *name*, written at the instant *at* (or its canonical text).

    Raises:
        TypeError: *value* is not of *kind*.
        BadWire: *value* holds text that cannot be written.
    """
    written = at if isinstance(at, str) else as_text(at)
    assert len(written) == _INSTANT_LENGTH, f"the time of a record is canonical text, not {written!r}"
    body = text(dump(value, kind))
    # The envelope itself needs no escaping.
    summed = f'{{"at":"{written}","v":{vocabulary.version_of(name)},"value":{body}'
    return f'{summed},"sum":"{_sum_of(summed)}"}}'


def is_canonical(body: str) -> bool:
    """Whether a record that can be read is written as this library writes: no blank, no other order.

    Raises:
        BadWire: this is no stored record, or something of it was changed.
    """
    at, version, data = _opened(body)
    return type(version) is int and body[:-_SUM_LENGTH] == f'{{"at":"{at}","v":{version},"value":{text(data)}'


def is_intact(body: str) -> bool:
    """Whether the checksum at the end of a stored record is that of what stands before it."""
    return body[-_SUM_LENGTH:] == f',"sum":"{_sum_of(body[:-_SUM_LENGTH])}"}}'


def _sum_of(summed: str) -> str:
    return f"{crc32(summed.encode('utf-8', 'surrogatepass')):08x}"


def stored(body: str, name: str, kind: type[T], vocabulary: Vocabulary = SHIPPED) -> Stored[T]:
    """Read the body of a record of the collection *name*, upgrading it if an older program wrote it.

    Raises:
        BadWire: this is no record of that collection, or one that a newer program wrote.
    """
    try:
        at, version, data = _opened(body)
        is_upgraded = version != vocabulary.version_of(name)
        return Stored(at, load(upgraded(data, name, version, vocabulary), kind), is_upgraded)
    except BadWire as bad:
        raise _in(bad, f"a record of {name!r}") from None


def _opened(body: str) -> tuple[str, object, Any]:
    envelope = parse_ours(body)
    if not is_intact(body):
        raise BadWire((Fault("$.sum", "expected the checksum of the rest: something of it was changed"),))
    if type(envelope) is not dict or envelope.keys() != _ENVELOPE:
        raise BadWire((Fault("$", "expected a stored record with at, v, value and sum"),))
    at = envelope["at"]
    if type(at) is not str or len(at) != _INSTANT_LENGTH or _INSTANT.match(at) is None:
        raise BadWire((Fault("$.at", "expected the canonical text of an instant"),))
    return at, envelope["v"], envelope["value"]


def event_data(fact: Any, vocabulary: Vocabulary = SHIPPED) -> tuple[str, int, Any]:
    """The tag of an event, the version it is written in, and its plain data.

    Raises:
        BadValue: the vocabulary has no tag for it.
    """
    kind = type(fact)
    tag = vocabulary.tag_of(kind)
    return tag, vocabulary.version_of(tag), dump(fact, kind)


def fact_of(tag: object, version: object, data: Any, vocabulary: Vocabulary = SHIPPED) -> Any:
    """The event that was written as *data* under *tag*, in that *version*.

    Raises:
        BadWire: there is no such tag, the data does not fit, or a newer program wrote it.
    """
    if not isinstance(tag, str) or tag not in vocabulary.events:
        told = repr(tag) if isinstance(tag, str) else name_of(tag)
        raise BadWire((Fault("$", f"expected the tag of a known event, got {told}"),))
    try:
        return load(upgraded(data, tag, version, vocabulary), vocabulary.events[tag])
    except BadWire as bad:
        raise _in(bad, f"an event {tag!r}") from None


def _in(bad: BadWire, where: str) -> BadWire:
    return BadWire(Fault(fault.path, f"{fault.reason}, in {where}") for fault in bad.faults)
