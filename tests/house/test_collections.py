"""Every kind of record says whether it is about a person, and how long it is kept."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

import attrs
import pytest

import omnicommerce
from omnicommerce.kernel.collection import Collection, Keep, NotPersonal, Personal

A_NAME: Final = re.compile(r"[a-z0-9_]+")


def collections() -> tuple[Collection[Any], ...]:
    """Every collection that a module of the package, a class in it or a table in it names."""
    found: dict[int, Collection[Any]] = {}
    for module in pkgutil.walk_packages(omnicommerce.__path__, "omnicommerce."):
        # What is shipped for tests plays the host, whose names have a dot.
        if not module.name.endswith(".__main__") and not module.name.startswith("omnicommerce.testing."):
            for each in _within(vars(import_module(module.name)), depth=3):
                found[id(each)] = each
    return tuple(found.values())


def _within(held: Any, depth: int) -> Iterator[Collection[Any]]:
    if isinstance(held, Collection):
        yield held
    elif depth and isinstance(held, type) and held.__module__.startswith("omnicommerce"):
        yield from _within(tuple(vars(held).values()), depth - 1)
    elif depth and isinstance(held, Mapping):
        for each in tuple(held.values()):
            yield from _within(each, depth - 1)
    elif depth and isinstance(held, tuple | list | frozenset | set):
        for each in held:
            yield from _within(each, depth - 1)


def complaints(collection: Collection[Any]) -> Iterator[str]:
    """What *collection* leaves unsaid."""
    if not A_NAME.fullmatch(collection.name):
        yield f"{collection.name!r} has a dot: such a name belongs to a host"
    personal: object = collection.personal
    keep: object = collection.keep
    if not isinstance(keep, Keep):
        yield f"{collection.name} does not say how long it is kept"
    if isinstance(personal, Personal):
        fields = {"id", *(attrs.fields_dict(collection.holds) if attrs.has(collection.holds) else ())}
        if personal.subject not in fields:
            yield f"{collection.name} has no field {personal.subject!r} that says whom it is about"
        if keep is Keep.AS_BOOKS:
            yield f"{collection.name} is about a person and kept as books: erasing could not reach it"
    elif not isinstance(personal, NotPersonal):
        yield f"{collection.name} does not say whether it is about a person"


def repeated(found: tuple[Collection[Any], ...]) -> list[str]:
    """The names that two collections share."""
    names = [each.name for each in found]
    return sorted({name for name in names if names.count(name) > 1})


def test_every_collection_declares_itself() -> None:
    found = collections()

    assert {"node", "person", "points", "todo"} <= {each.name for each in found}
    assert [] == [complaint for each in found for complaint in complaints(each)]
    assert [] == repeated(found)


@attrs.frozen
class Note:
    """A record of this test."""

    member: str


@pytest.mark.parametrize(
    ("collection", "complaint"),
    [
        (Collection("my.note", Note, personal=NotPersonal(), keep=Keep.UNTIL_DONE), "belongs to a host"),
        (Collection("note", Note, personal=Personal("whom"), keep=Keep.WHILE_KNOWN), "no field 'whom'"),
        (Collection("note", Note, personal=Personal("member"), keep=Keep.AS_BOOKS), "kept as books"),
        (Collection("note", Note, personal=None, keep=Keep.UNTIL_DONE), "about a person"),  # type: ignore[arg-type]
        (Collection("note", Note, personal=NotPersonal(), keep="long"), "how long"),  # type: ignore[arg-type]
    ],
)
def test_each_rule_bites(collection: Collection[Note], complaint: str) -> None:
    assert complaint in "\n".join(complaints(collection))


def test_two_of_one_name_are_found() -> None:
    first = Collection("note", Note, personal=Personal("member"), keep=Keep.WHILE_KNOWN)
    second = Collection("note", Note, personal=Personal("id"), keep=Keep.WHILE_KNOWN)

    assert [] == list(complaints(first))
    assert ["note"] == repeated((first, second))
