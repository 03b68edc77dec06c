"""What can go over the wire at all: a closed list of shapes, each found from an annotation.

Reading, writing and checking all work from these, so they cannot disagree about what a kind is. What
is not in the list fails when its hook is built, not when the first document comes.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum, IntEnum, StrEnum
from typing import Any, Final, NewType, TypeAlias, Union, get_args, get_origin

import attrs

from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.wire.tags import UNION_TAGS

PLAIN: Final = frozenset({bool, int, str})
"""What JSON tells apart by itself, so that a union needs no tag for it."""

COUNTED: Final[tuple[type[Any], ...]] = (Points, Quantity)
"""Values that are one whole number with a name; on the wire they are that number."""

SECONDS_MAX: Final = 10**12
"""A length of time is whole seconds, as an amount is minor units; the calendar is not as long as this."""

NO_SPAN: Final = f"expected 0 to {SECONDS_MAX} whole seconds"

_LEAVES: Final = frozenset({bool, int, str, float, datetime, date, timedelta, *COUNTED})


@attrs.frozen
class Leaf:
    """A kind with nothing inside it."""

    kind: Any


@attrs.frozen
class Anything:
    """Data that is plain already, such as the answer inside a receipt."""


@attrs.frozen
class Nothing:
    """None and nothing else: the answer of a verb that answers nothing."""


@attrs.frozen
class Name:
    """A text with a name of its own, such as MemberId; an id must be able to name a record."""

    kind: Any
    is_id: bool


@attrs.frozen
class Choice:
    """One word of a closed list; of a list that counts, the name of the number is the word."""

    kind: type[StrEnum | IntEnum]

    @property
    def words(self) -> dict[Any, str]:
        """The word of each member."""
        kind: type[Enum] = self.kind
        return {
            member: member.value if isinstance(member, StrEnum) else member.name.lower() for member in kind
        }


@attrs.frozen
class Maybe:
    """Something, or None."""

    inner: Shape


@attrs.frozen
class Row:
    """Any number of one kind, in order."""

    item: Shape


@attrs.frozen
class Fixed:
    """A fixed number of things, each of its own kind."""

    items: tuple[Shape, ...]


@attrs.frozen
class Group:
    """Any number of different things of one kind, in no order."""

    item: Shape


@attrs.frozen
class Table:
    """Things looked up by a text."""

    key: Shape
    value: Shape


@attrs.frozen
class Fields:
    """A frozen value with named fields."""

    kind: type[Any]


@attrs.frozen(eq=False)
class Tagged:
    """One of several kinds. `plain` ones are told by their JSON type, the others by a written-down tag.

    If all tagged kinds have fields, the tag lies among them under "is"; if not, the tag is the only
    key of an object around the value.
    """

    plain: frozenset[Any]
    by_tag: Mapping[str, Shape]
    kinds: Mapping[Any, str]

    @property
    def is_inside(self) -> bool:
        """Whether the tag lies among the fields."""
        return all(isinstance(shape, Fields) for shape in self.by_tag.values())


Shape: TypeAlias = (
    Leaf | Anything | Nothing | Name | Choice | Maybe | Row | Fixed | Group | Table | Fields | Tagged
)


def shape_of(kind: Any) -> Shape:
    """The shape of an annotation.

    Raises:
        TypeError: the wire knows no such kind; nothing is ever guessed.
    """
    if kind is Any:
        return Anything()
    if kind is None or kind is types.NoneType:
        return Nothing()
    if isinstance(kind, NewType):
        is_text = kind.__supertype__ is str
        name = kind.__name__ or ""
        return Name(kind, name.endswith("Id")) if is_text else shape_of(kind.__supertype__)
    if isinstance(kind, type) and get_origin(kind) is None:
        return _of_class(kind)
    return _of_generic(kind)


def _of_class(kind: type[Any]) -> Shape:
    if kind in _LEAVES:
        return Leaf(kind)
    if issubclass(kind, StrEnum | IntEnum):
        return Choice(kind)
    if attrs.has(kind):
        return Fields(kind)
    raise _unknown(kind)


def _of_generic(kind: Any) -> Shape:
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin is Union or origin is types.UnionType:
            return _of_union(kind, arguments)
        case origin if origin is tuple and arguments[1:] == (Ellipsis,):
            return Row(shape_of(arguments[0]))
        case origin if origin is tuple and arguments:
            return Fixed(tuple(shape_of(argument) for argument in arguments))
        case origin if origin is frozenset:
            return Group(shape_of(arguments[0]))
        case origin if origin is Mapping:
            key = shape_of(arguments[0])
            if not isinstance(key, Name | Choice) and key != Leaf(str):
                raise TypeError(f"the wire knows only texts as keys, not those of {kind}")
            return Table(key, shape_of(arguments[1]))
        case _:
            raise _unknown(kind)


def _of_union(union: Any, members: tuple[Any, ...]) -> Shape:
    some = [member for member in members if member is not types.NoneType]
    inner = shape_of(some[0]) if len(some) == 1 else _tagged(union, some)
    return inner if len(some) == len(members) else Maybe(inner)


def _tagged(union: Any, members: list[Any]) -> Tagged:
    plain = frozenset(member for member in members if member in PLAIN)
    tagged = {member for member in members if member not in PLAIN}
    for tags in UNION_TAGS.values():
        if set(tags.values()) == tagged:
            by_tag = {tag: shape_of(kind) for tag, kind in tags.items()}
            return Tagged(plain, by_tag, {kind: tag for tag, kind in tags.items()})
    if not tagged:
        return Tagged(plain, {}, {})
    raise TypeError(f"no tags are written down for the union {union}: see omnicommerce.wire.tags")


def fields_of(kind: type[Any]) -> dict[str, Any]:
    """The fields of an attrs class that its constructor takes, with their annotations.

    Raises:
        TypeError: a field has no annotation, so nothing could be checked.
    """
    attrs.resolve_types(kind)
    fields = {field.name: field.type for field in attrs.fields(kind) if field.init}
    for name, annotation in fields.items():
        if annotation is None:
            raise TypeError(f"{kind.__qualname__}.{name} has no type, so the wire cannot check it")
    return fields


def _unknown(kind: Any) -> TypeError:
    return TypeError(f"the wire knows no such kind: {kind}")
