"""Reading plain data into values: it fits exactly, or every place where it does not is named.

Every kind has two readers, made by the same functions: a fast one, and a thorough one that is asked
only when the fast one fails, and finds every fault with its path.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeVar, overload

import attrs

from omnicommerce.kernel.errors import FAULTS_MAX, BadWire, Fault
from omnicommerce.wire.converter import class_reader, thorough_class_reader
from omnicommerce.wire.leaves import (
    LEAVES,
    Reader,
    Unreadable,
    choice_reader,
    expected,
    read_anything,
    read_id,
    read_nothing,
    read_str,
    refuse,
)
from omnicommerce.wire.shapes import (
    Anything,
    Choice,
    Fields,
    Fixed,
    Group,
    Leaf,
    Maybe,
    Name,
    Nothing,
    Row,
    Shape,
    Table,
    Tagged,
    fields_of,
    shape_of,
)
from omnicommerce.wire.text import at_key, name_of

T = TypeVar("T")

TOO_DEEP: Final = Fault("$", "nested too deeply")


@attrs.frozen(eq=False)
class _Readers:
    """The readers made so far, by kind."""

    is_thorough: bool
    by_kind: dict[Any, Reader] = attrs.field(factory=dict)


_FAST: Final = _Readers(is_thorough=False)
_THOROUGH: Final = _Readers(is_thorough=True)


@overload
def load(data: Any, kind: type[T]) -> T: ...
@overload
def load(data: Any, kind: Any) -> Any: ...
def load(data: Any, kind: Any) -> Any:
    """Read plain *data* as a value of *kind*; anything that does not fit exactly is a fault.

    A field that has a default may be missing; one that the kind does not know may not be there.

    Raises:
        BadWire: the data does not fit; every fault has its path, such as
            ``$.lines[3].quantity: expected int, got str``.
        TypeError: the wire knows no such kind.
    """
    read = _FAST.by_kind.get(kind) or _made(kind, _FAST)
    try:
        value = read(data)
    except RecursionError:
        raise BadWire((TOO_DEEP,)) from None
    except Exception as failure:  # noqa: BLE001 - the thorough reader says whose fault it is
        found = failure
    else:
        return value
    thorough = _THOROUGH.by_kind.get(kind) or _made(kind, _THOROUGH)
    try:
        thorough(data)
    except Unreadable as unreadable:
        raise BadWire(unreadable.under("$")) from None
    except RecursionError:
        # It looks closer, so it gives up earlier than the fast one.
        raise BadWire((TOO_DEEP,)) from None
    # The data is in order, so something of ours is not.
    raise found


def _made(kind: Any, readers: _Readers) -> Reader:
    making = _Readers(readers.is_thorough)
    reader = _of(shape_of(kind), making)
    # Only now, when all of it is made, may another thread find the reader of a class inside.
    readers.by_kind.update(making.by_kind)
    readers.by_kind[kind] = reader
    return reader


def _of(shape: Shape, making: _Readers) -> Reader:  # noqa: C901, PLR0911 - an arm a shape
    match shape:
        case Leaf(kind):
            return LEAVES[kind]
        case Name(_, is_id):
            return read_id if is_id else read_str
        case Choice():
            return choice_reader(shape)
        case Anything():
            return read_anything
        case Nothing():
            return read_nothing
        case Maybe(inner):
            return _maybe(_of(inner, making))
        case Row(item):
            return _row(_of(item, making), is_thorough=making.is_thorough)
        case Fixed(items):
            return _fixed(tuple(_of(item, making) for item in items))
        case Group(item):
            return _group(_row(_of(item, making), is_thorough=making.is_thorough))
        case Table(key, value):
            return _table(_of(key, making), _of(value, making), is_thorough=making.is_thorough)
        case Fields(kind):
            return _fields(kind, making)
        case Tagged():
            return _tagged(shape, making)


def _maybe(inner: Reader) -> Reader:
    def read(data: Any, _: Any = None) -> Any:
        return None if data is None else inner(data)

    return read


def _row(item: Reader, *, is_thorough: bool) -> Reader:
    def read(data: Any, _: Any = None) -> tuple[Any, ...]:
        if type(data) is not list:
            expected("list", data)
        return tuple([item(each) for each in data])

    def read_thoroughly(data: Any, _: Any = None) -> tuple[Any, ...]:
        if type(data) is not list:
            expected("list", data)
        return tuple(_collected((item, each, f"[{place}]") for place, each in enumerate(data)))

    return read_thoroughly if is_thorough else read


def _fixed(items: tuple[Reader, ...]) -> Reader:
    def read(data: Any, _: Any = None) -> tuple[Any, ...]:
        if type(data) is not list:
            expected("list", data)
        if len(data) != len(items):
            refuse(f"expected {len(items)} items, got {len(data)}")
        parts = enumerate(zip(items, data, strict=True))
        return tuple(_collected((item, each, f"[{place}]") for place, (item, each) in parts))

    return read


def _group(row: Reader) -> Reader:
    def read(data: Any, _: Any = None) -> frozenset[Any]:
        group: set[Any] = set()
        for place, item in enumerate(row(data)):
            if item in group:
                refuse("expected every item once", f"[{place}]")
            group.add(item)
        return frozenset(group)

    return read


def _table(key: Reader, value: Reader, *, is_thorough: bool) -> Reader:
    def read(data: Any, _: Any = None) -> dict[Any, Any]:
        if type(data) is not dict:
            expected("dict", data)
        return {key(name): value(each) for name, each in data.items()}

    def read_thoroughly(data: Any, _: Any = None) -> dict[Any, Any]:
        if type(data) is not dict:
            expected("dict", data)
        keys = _collected((key, each, at_key("", each)) for each in data)
        values = _collected((value, each, at_key("", name)) for name, each in data.items())
        return dict(zip(keys, values, strict=True))

    return read_thoroughly if is_thorough else read


def _collected(parts: Iterable[tuple[Reader, Any, str]]) -> list[Any]:
    """Read each part with its reader; the faults of all of them are one failure."""
    values: list[Any] = []
    faults: list[Fault] = []
    for read, data, path in parts:
        try:
            values.append(read(data))
        except Unreadable as unreadable:
            faults.extend(unreadable.under(path))
            if len(faults) >= FAULTS_MAX:
                break
    if faults:
        raise Unreadable(faults)
    return values


def _fields(kind: type[Any], making: _Readers) -> Reader:
    made = making.by_kind.get(kind)
    if made is not None:
        return made
    # A class that mentions itself, such as Verdict, finds this in its own place until it is made.
    itself: list[Reader] = []
    making.by_kind[kind] = lambda data, _=None: itself[0](data)
    readers = {name: _of(shape_of(annotation), making) for name, annotation in fields_of(kind).items()}
    reader = (thorough_class_reader if making.is_thorough else class_reader)(kind, readers)
    itself.append(reader)
    making.by_kind[kind] = reader
    return reader


def _tagged(shape: Tagged, making: _Readers) -> Reader:
    by_tag = {tag: _of(inner, making) for tag, inner in shape.by_tag.items()}
    tags = f"expected one of {', '.join(by_tag)}"
    known = ", ".join([*sorted(kind.__name__ for kind in shape.plain), *(["dict"] if by_tag else [])])

    def read(data: Any, _: Any = None) -> Any:
        if type(data) in shape.plain:
            return LEAVES[type(data)](data)
        if not by_tag or type(data) is not dict:
            expected(known, data)
        return read_inside(data) if shape.is_inside else read_around(data)

    def read_inside(data: dict[str, Any]) -> Any:
        if "is" not in data:
            refuse("missing field", ".is")
        tag = data["is"]
        if type(tag) is not str or tag not in by_tag:
            refuse(f"{tags}, got another text" if type(tag) is str else f"{tags}, got {name_of(tag)}", ".is")
        return by_tag[tag]({name: each for name, each in data.items() if name != "is"})

    def read_around(data: dict[str, Any]) -> Any:
        tag = next(iter(data), None)
        if len(data) != 1 or type(tag) is not str or tag not in by_tag:
            refuse(f"{tags} as its only field")
        return _collected(((by_tag[tag], data[tag], at_key("", tag)),))[0]

    return read
