"""What the rooms' rules must agree on, and how much a rulebook may hold. Every disagreement has its path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from omnicommerce.coupons import Campaign
from omnicommerce.identity import (
    MEMBERS_MAX,
    IdentityRules,
    ProfileRules,
)
from omnicommerce.kernel.errors import BadInput, BadValue, Fault
from omnicommerce.kernel.ids import StoreId, checked_id
from omnicommerce.kernel.money import Money
from omnicommerce.lifecycle import StageRules
from omnicommerce.loyalty import PointsRules, TierRules
from omnicommerce.orders import SaleKey, SaleRules
from omnicommerce.ports.storage import BODY_LENGTH_MAX
from omnicommerce.stores import Store

PARTS_MAX: Final = 3_000
"""Campaigns and lists, together: their names still fit in one manifest, their parts in one batch."""

PART_LENGTH_MAX: Final = BODY_LENGTH_MAX - 1_024
"""A part is the body of one record, around which lies an envelope. In characters of canonical text."""

NAME_LENGTH_MAX: Final = 128
"""Half of a record's id, as for campaigns: the other half is the member's."""

STORE_LENGTH: Final = len(':{"zone":},')
NAME_IN_LIST_LENGTH: Final = len(",")

ROOMS: Final[Mapping[str, type[Any]]] = {
    "sales": SaleRules,
    "points": PointsRules,
    "tiers": TierRules,
    "stages": StageRules,
    "identity": IdentityRules,
    "profiles": ProfileRules,
}
TABLES: Final[Mapping[str, type[Any]]] = {
    "stores": Store,
    "campaigns": Campaign,
    "product_lists": frozenset,
    "member_lists": frozenset,
}
MANY: Final = ("campaigns", "product_lists", "member_lists")
"""Every entry of these is a part of its own."""

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def disagreements(book: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Everything that is wrong with a rulebook's rules taken together.

    A member of the book that is missing is not judged, nor what another says of it: so a document of which
    only some members could be read can still be told what else is wrong with it.
    """
    wrong = tuple(_wrong_kinds(book))
    if wrong:
        return wrong
    return (
        *_other_currencies(book),
        *_bad_names(book),
        *_unknown_lists(book),
        *_too_many_books(book),
        *_too_much(book),
    )


def at(path: str, name: str) -> str:
    """The path of what is called *name* in the table at *path*: ``stores.web``, ``stores["31"]``."""
    if _WORD.fullmatch(name):
        return f"{path}.{name}"
    quoted = name[:NAME_LENGTH_MAX].replace("\\", "\\\\").replace('"', '\\"')
    shown = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in quoted)
    return f'{path}["{shown}"]'


def _wrong_kinds(book: Mapping[str, Any]) -> Iterator[Fault]:
    for field, value in book.items():
        if field in ROOMS:
            if type(value) is not ROOMS[field]:
                yield _expected(ROOMS[field], value, field)
        elif not isinstance(value, Mapping):
            yield _expected(Mapping, value, field)
        else:
            yield from _wrong_rows(field, value)


def _wrong_rows(field: str, table: Mapping[Any, Any]) -> Iterator[Fault]:
    for name, each in table.items():
        if type(name) is not str:
            yield _expected(str, name, field)
        elif type(each) is not TABLES[field]:
            yield _expected(TABLES[field], each, at(field, name))


def _expected(kind: type[Any], value: object, path: str) -> Fault:
    return Fault(path, f"expected {kind.__name__}, got {type(value).__name__}")


def _other_currencies(book: Mapping[str, Any]) -> Iterator[Fault]:
    sales = book.get("sales")
    if sales is None:
        return
    for room in ("points", "tiers", "stages"):
        for path, money in amounts(book.get(room), room):
            if money.currency != sales.currency:
                yield Fault(path, f"expected {sales.currency}, as the shop sells in, got {money.currency}")


def amounts(value: Any, path: str) -> Iterator[tuple[str, Money]]:
    """Every amount of money in a rule, with its path."""
    if type(value) is Money:
        yield path, value
    elif type(value) is tuple:
        for place, each in enumerate(value):
            yield from amounts(each, f"{path}[{place}]")
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from amounts(getattr(value, field.name), f"{path}.{field.name}")


def _bad_names(book: Mapping[str, Any]) -> Iterator[Fault]:
    checks: Mapping[str, Callable[[str, str], object]] = {
        "stores": _check_store,
        "campaigns": _check_campaign,
        "product_lists": _check_name,
        "member_lists": _check_name,
    }
    for field, check in checks.items():
        for name, each in book.get(field, {}).items():
            path = at(field, name)
            yield from _judged(check, name, path)
            if type(each) is frozenset:
                for id in sorted(each, key=str):
                    yield from _judged(checked_id, id, path)


def _judged(check: Callable[[str, str], object], name: str, path: str) -> Iterator[Fault]:
    try:
        check(name, path)
    except BadInput as bad:
        yield Fault(path, bad.reason)


def _check_name(name: str, path: str) -> None:
    if len(checked_id(name, path)) > NAME_LENGTH_MAX:
        raise BadValue(path, f"expected a name of at most {NAME_LENGTH_MAX} characters, got {len(name)}")


def _check_campaign(name: str, path: str) -> None:
    _check_name(name, path)
    if "/" in name:
        raise BadValue(path, "expected a name without a slash, which parts campaign and member")


def _check_store(name: str, _path: str) -> None:
    # A store in which no receipt could be written would be a slip.
    SaleKey(StoreId(name), "1", "1")


def _unknown_lists(book: Mapping[str, Any]) -> Iterator[Fault]:
    for id, campaign in book.get("campaigns", {}).items():
        for field, lists in (("products", "product_lists"), ("members", "member_lists")):
            wanted = getattr(campaign, field)
            if wanted is not None and lists in book and wanted not in book[lists]:
                yield Fault(f"{at('campaigns', id)}.{field}", f"there is no {wanted!r} in {lists}")


def _too_many_books(book: Mapping[str, Any]) -> Iterator[Fault]:
    rules = book.get("identity")
    if rules is None:
        return
    # Behind a window old ones make room without ceasing to be the person's: only the whole has a limit.
    most = sum(
        rules.size_max if each.limit is None or each.window is not None else each.limit
        for each in rules.namespaces
        if rules.has_books(each.name)
    )
    if min(most, rules.size_max) > MEMBERS_MAX:
        yield Fault(
            "identity.namespaces",
            f"expected limits that leave a person at most {MEMBERS_MAX} identifiers with books, "
            f"got {min(most, rules.size_max)}",
        )


def _too_much(book: Mapping[str, Any]) -> Iterator[Fault]:
    parts = sum(len(book.get(field, ())) for field in MANY)
    if parts > PARTS_MAX:
        yield Fault("campaigns", f"expected at most {PARTS_MAX} campaigns and lists together, got {parts}")
    stores = book.get("stores", {})
    length = sum(_written(id) + _written(store.zone) + STORE_LENGTH for id, store in stores.items())
    if length > PART_LENGTH_MAX:
        yield _too_long("stores", length)
    for field in ("identity", "profiles"):
        length = _texts(book.get(field))
        if length > PART_LENGTH_MAX:
            yield _too_long(field, length)
    for field in ("product_lists", "member_lists"):
        for name, ids in book.get(field, {}).items():
            length = sum(_written(str(id)) + NAME_IN_LIST_LENGTH for id in ids)
            if length > PART_LENGTH_MAX:
                yield _too_long(at(field, name), length)


def _too_long(path: str, length: int) -> Fault:
    return Fault(path, f"expected at most {PART_LENGTH_MAX} characters of text, got {length}")


def _texts(value: Any) -> int:
    """How long the texts within a rule are: written, it is longer by what lies between them."""
    match value:
        case str():
            return _written(value) + NAME_IN_LIST_LENGTH
        case tuple() | frozenset():
            return sum(map(_texts, value))
    if not attrs.has(type(value)):
        return 0
    return sum(_texts(getattr(value, field.name)) for field in attrs.fields(type(value)))


def _written(text: str) -> int:
    """How long a printable text is in JSON, which writes two characters for a quote or a backslash."""
    return len(text) + len('""') + text.count('"') + text.count("\\")
