"""Any kind that the wire knows, as JSON Schema (draft 2020-12): for editors, and for other programs' forms.

A schema is a promise on one side: what it refuses, `load` refuses, too. `load` is stricter where a schema
has no words: what only a class' constructor knows (days in bounds, levels in order, a zone that exists), what
two members must agree on, characters that cannot be printed, and 5.0, which to a schema is a whole number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

import attrs

from omnicommerce.kernel.bounds import AMOUNT_MAX
from omnicommerce.kernel.currencies import EXPONENTS
from omnicommerce.kernel.ids import ID_LENGTH_MAX
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import QUANTITY_MAX, Quantity
from omnicommerce.wire.shapes import (
    SECONDS_MAX,
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
from omnicommerce.wire.writing import dump

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_AMOUNT: Final = {"type": "integer", "minimum": -AMOUNT_MAX, "maximum": AMOUNT_MAX}

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = "[0-9]{2}:[0-9]{2}"

_LEAVES: Final[dict[Any, dict[str, Any]]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    float: {"type": "number"},
    datetime: {
        "type": "string",
        "format": "date-time",
        "pattern": rf"^{_DAY}T{_CLOCK}:[0-9]{{2}}(\.[0-9]{{1,6}})?(Z|[+-]{_CLOCK})$",
    },
    date: {"type": "string", "format": "date", "pattern": f"^{_DAY}$"},
    timedelta: {
        "type": "integer",
        "minimum": 0,
        "maximum": SECONDS_MAX,
        "description": "A length of time in whole seconds; a day has 86400.",
    },
    Points: _AMOUNT,
    Quantity: {"type": "integer", "minimum": 0, "maximum": QUANTITY_MAX},
}

_KNOWN: Final[dict[tuple[Any, str], dict[str, Any]]] = {
    (Money, "minor"): _AMOUNT,
    (Money, "currency"): {"enum": sorted(EXPONENTS)},
}
"""Fields of the kernel's own values, of which more is known than their type."""

_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SENTENCE: Final = re.compile(r"(?<=\.) ")


@attrs.frozen(eq=False)
class _Definitions:
    """The classes met so far: their names, and what each is."""

    names: dict[tuple[Any, str], str] = attrs.field(factory=dict)
    by_name: dict[str, Any] = attrs.field(factory=dict)


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of what `load` reads as *kind*. Classes stand under `$defs`, by their names.

    Raises:
        TypeError: the wire knows no such kind.
    """
    known = _Definitions()
    whole = _of(shape_of(kind), known)
    return {"$schema": DIALECT, **whole, **({"$defs": known.by_name} if known.by_name else {})}


def _of(shape: Shape, known: _Definitions) -> dict[str, Any]:  # noqa: C901, PLR0911 - an arm a shape
    match shape:
        case Leaf(kind):
            return dict(_LEAVES[kind])
        case Name(_, is_id):
            return {"type": "string", **({"minLength": 1, "maxLength": ID_LENGTH_MAX} if is_id else {})}
        case Choice(kind):
            return {"enum": list(shape.words.values()), **_told(kind)}
        case Anything():
            return {}
        case Nothing():
            return {"type": "null"}
        case Maybe(inner):
            return {"anyOf": [_of(inner, known), {"type": "null"}]}
        case Row(item):
            return {"type": "array", "items": _of(item, known)}
        case Fixed(items):
            each = [_of(item, known) for item in items]
            return {"type": "array", "prefixItems": each, "minItems": len(each), "items": False}
        case Group(item):
            return {"type": "array", "items": _of(item, known), "uniqueItems": True}
        case Table(key, value):
            names = {name: each for name, each in _of(key, known).items() if name != "type"}
            told = {"propertyNames": names} if names else {}
            return {"type": "object", **told, "additionalProperties": _of(value, known)}
        case Fields(kind):
            return _reference(kind, "", known)
        case Tagged():
            return _tagged(shape, known)


def _tagged(shape: Tagged, known: _Definitions) -> dict[str, Any]:
    choices = [_of(Leaf(kind), known) for kind in sorted(shape.plain, key=lambda kind: kind.__name__)]
    for tag, inner in shape.by_tag.items():
        if shape.is_inside:
            assert isinstance(inner, Fields), "a tag lies among fields"
            choices.append(_reference(inner.kind, tag, known))
        else:
            choices.append(_object({tag: _of(inner, known)}, [tag]))
    return {"oneOf": choices}


def _reference(kind: type[Any], tag: str, known: _Definitions) -> dict[str, Any]:
    """Where the class is defined. With a *tag* among its fields it is another definition than without."""
    name = known.names.get((kind, tag))
    if name is None:
        name = known.names[kind, tag] = _free_name(kind, tag, known)
        # Its place is taken before it is made, so that a class may mention itself, as Verdict does.
        known.by_name[name] = {}
        known.by_name[name] = _class(kind, tag, known)
    return {"$ref": f"#/$defs/{name}"}


def _free_name(kind: type[Any], tag: str, known: _Definitions) -> str:
    name = f"{kind.__name__}.{tag}" if tag else kind.__name__
    return f"{kind.__module__}.{name}" if name in known.by_name else name


def _class(kind: type[Any], tag: str, known: _Definitions) -> dict[str, Any]:
    properties: dict[str, Any] = {"is": {"const": tag}} if tag else {}
    required = ["is"] if tag else []
    defaults = {field.name: field.default for field in attrs.fields(kind) if field.init}
    sentences = list(_sentences(kind))
    for name, annotation in fields_of(kind).items():
        said = " ".join(each for each in sentences if f"`{name}`" in each)
        properties[name] = {
            **(_KNOWN.get((kind, name)) or _of(shape_of(annotation), known)),
            **({"description": said} if said else {}),
        }
        default = defaults[name]
        if default is attrs.NOTHING:
            required.append(name)
        elif not getattr(default, "takes_self", False):
            value = default.factory() if hasattr(default, "factory") else default
            properties[name]["default"] = dump(value, annotation)
    return {**_told(kind), **_object(properties, required)}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _told(kind: type[Any]) -> dict[str, str]:
    """What people see: the class' name in words, and the first line of its docstring."""
    first = (kind.__doc__ or "").strip().partition("\n")[0]
    title = _CAPITAL.sub(" ", kind.__name__).capitalize()
    return {"title": title, **({"description": first} if first else {})}


def _sentences(kind: type[Any]) -> Iterator[str]:
    """What the docstring says behind its first line and before its errors, sentence by sentence."""
    body = (kind.__doc__ or "").partition("\n")[2].partition("Raises:")[0].partition(">>>")[0]
    yield from _SENTENCE.split(" ".join(body.split()))
