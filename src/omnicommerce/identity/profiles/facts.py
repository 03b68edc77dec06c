"""What somebody told the shop about a customer: one fact at a time, kept with who told it, when and what for.

A fact is never changed. What turns out wrong is retracted, and what is told again is another fact. So the
facts of a person are a set: the order in which they arrive, and whether one comes twice, make no difference.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType, TypeAlias, assert_never

import attrs

from omnicommerce.identity.word import check_word
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId, checked_id
from omnicommerce.kernel.instant import as_text, utc

VALUE_LENGTH_MAX: Final = 500
"""A postal address with room to spare; whoever writes more keeps a file on somebody."""

FactId = NewType("FactId", str)
"""The digest of a fact's content. It is not keyed: who has it can try out what the value may have been."""

_ID_LENGTH: Final = 64
_HEX: Final = frozenset("0123456789abcdef")

Value: TypeAlias = str | int | bool | date
"""What a fact says. There are no fractions: a size of 38.5 is told in tenths, or as a text."""


class Kind(StrEnum):
    """Which sort of value a field has. It keeps its kind for life: values that differ in it never meet."""

    TEXT = "text"
    DATE = "date"
    BOOL = "bool"
    NUMBER = "number"


class Field(StrEnum):
    """The fields of this library; a host names others with a dot, such as ``shop.shoe_size``."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    NICKNAME = "nickname"
    BIRTHDAY = "birthday"
    GENDER = "gender"
    LANGUAGE = "language"
    COUNTRY = "country"
    REGION = "region"
    CITY = "city"
    POSTCODE = "postcode"
    ADDRESS = "address"


def kind_of_field(field: str) -> Kind | None:
    """The kind of one of the library's own fields, or None for a host's: its rules declare that."""
    if field not in frozenset(Field):
        return None
    return Kind.DATE if field == Field.BIRTHDAY else Kind.TEXT


def kind_of(value: Value) -> Kind:
    """The kind of a value."""
    match value:
        case bool():
            return Kind.BOOL
        case int():
            return Kind.NUMBER
        case date():
            return Kind.DATE
        case str():
            return Kind.TEXT
        case _:
            assert_never(value)


def _plain(value: Value) -> Value:
    # An accent and its letter are told as one character or as two, and are one name.
    return unicodedata.normalize("NFC", value).strip(" ") if type(value) is str else value


def _by_kind(value: Value) -> tuple[str, Value]:
    # To Python, True and 1 are equal: two facts would be one.
    return type(value).__name__, value


def _seen_at(at: datetime) -> datetime:
    return utc(at, "seen_at")


def _at(at: datetime) -> datetime:
    return utc(at, "at")


@attrs.frozen
class Fact:
    """Somebody told the shop that the *field* of a customer has this *value*.

    `node` is the identifier it was told of, `source` the program or desk that told it (``till``,
    ``crm.import``), `seen_at` when that learnt it, `purpose` what it may be used for. Texts are kept in
    Unicode's composed form and without blanks around them.

    Raises:
        BadValue: one of them is not what it should be. An empty value is none: what is no longer so is
            retracted. The path names the field, and the reason never repeats the value.
    """

    node: MemberId
    field: str
    value: Value = attrs.field(converter=_plain, repr=False, eq=_by_kind)
    source: str
    channel: Channel
    purpose: str
    seen_at: datetime = attrs.field(converter=_seen_at)

    def __attrs_post_init__(self) -> None:
        checked_id(self.node, "node")
        check_field(self.field, "field")
        check_word(self.source, "source")
        check_word(self.purpose, "purpose")
        if type(self.channel) is not Channel:
            raise BadValue("channel", f"expected Channel, got {type(self.channel).__name__}")
        _check_value(self.value, kind_of_field(self.field))

    @property
    def id(self) -> FactId:
        """The digest of the whole content, the same on every machine."""
        parts = (
            "fact",
            self.node,
            self.field,
            kind_of(self.value).value,
            _written(self.value),
            self.source,
            self.channel.value,
            self.purpose,
            as_text(self.seen_at),
        )
        # The length before each part: no two facts are written alike.
        whole = "".join(f"{len(part)}:{part}" for part in parts)
        return FactId(hashlib.sha256(whole.encode()).hexdigest())


@attrs.frozen
class FactRetraction:
    """The fact was wrong, or the customer took it back. It stays so: what is true again is told anew.

    It counts only for the node that the fact was told of, so nobody retracts what another customer said.

    Raises:
        BadValue: one of the parts is not what it should be.
    """

    node: MemberId
    fact: FactId
    source: str
    at: datetime = attrs.field(converter=_at)

    def __attrs_post_init__(self) -> None:
        checked_id(self.node, "node")
        if type(self.fact) is not str or len(self.fact) != _ID_LENGTH or not _HEX.issuperset(self.fact):
            raise BadValue("fact", f"expected the id of a fact, {_ID_LENGTH} hexadecimal digits")
        check_word(self.source, "source")


Told: TypeAlias = Fact | FactRetraction


# --- what stands ---------------------------------------------------------------------------------


def facts_of(told: Iterable[Told], nodes: frozenset[MemberId]) -> frozenset[Told]:
    """What was told of *nodes*: after a split, each side has its own again."""
    return frozenset(each for each in told if each.node in nodes)


def standing(told: Iterable[Told], now: datetime) -> tuple[Fact, ...]:
    """The facts that stand at *now*: told by then, and not retracted by then; in the order of their ids.

    Raises:
        BadValue: *now* is no instant.
    """
    now = utc(now, "now")
    facts: dict[FactId, Fact] = {}
    retracted: set[tuple[MemberId, FactId]] = set()
    for each in told:
        match each:
            case Fact():
                if each.seen_at <= now:
                    facts[each.id] = each
            case FactRetraction():
                if each.at <= now:
                    retracted.add((each.node, each.fact))
            case _:
                assert_never(each)
    return tuple(facts[id] for id in sorted(facts) if (facts[id].node, id) not in retracted)


# --- details -------------------------------------------------------------------------------------


def check_field(field: object, path: str) -> None:
    """Refuse what is no field: one of the library's own, or a host's with a dot.

    Raises:
        BadValue: it is neither.
    """
    check_word(field, path)
    assert isinstance(field, str)
    if "." not in field and field not in frozenset(Field):
        raise BadValue(path, "expected a field of the library, or a host's own with a dot in its name")


def _check_value(value: object, kind: Kind | None) -> None:
    if type(value) not in (str, int, bool, date):
        raise BadValue("value", f"expected str, int, bool or date, got {type(value).__name__}")
    assert isinstance(value, str | int | bool | date)
    if kind is not None and kind_of(value) is not kind:
        raise BadValue("value", f"expected a {kind.value} in this field, got a {kind_of(value).value}")
    if type(value) is int:
        checked_amount(value, "value")
    if type(value) is str:
        if not 0 < len(value) <= VALUE_LENGTH_MAX:
            raise BadValue("value", f"expected 1 to {VALUE_LENGTH_MAX} characters, got {len(value)}")
        if not value.isprintable():
            raise BadValue("value", "expected printable characters only")


def _written(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case _:
            return str(value)
