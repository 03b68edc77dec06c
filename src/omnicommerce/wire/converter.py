"""The one place that knows cattrs: it writes the code that reads and writes a class, field by field.

Which reader or writer a field gets is decided in this package alone. cattrs' own look-up asks for
a subclass first, so a word of a closed list would be taken for any text, and a bool for an int; and it
coerces: '12' and 1.9 become ints, 'false' becomes True.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from cattrs import Converter
from cattrs.errors import AttributeValidationNote, ClassValidationError, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from omnicommerce.kernel.errors import BadInput, Fault
from omnicommerce.wire.leaves import Reader, Unreadable, expected, refuse
from omnicommerce.wire.text import at_key

Writer = Callable[[Any], Any]

_CONVERTER: Final = Converter(forbid_extra_keys=True)

_FIRST_STEP: Final = re.compile(r"[^.\[]*")


def class_reader(kind: type[Any], fields: Mapping[str, Reader]) -> Reader:
    """Read an object into a class, as fast as can be; of what is wrong it says nothing."""
    build = _generated(kind, fields, is_thorough=False)
    names = frozenset(fields)

    def read(data: Any, _: Any = None) -> Any:
        # Exactly a dict: a form's MultiDict is one, too, and hides all but the first of its values.
        # Comparing key views takes a third of the time of cattrs' own test for unknown fields.
        if type(data) is not dict or not data.keys() <= names:
            refuse("not a dict of these fields")
        return build(data)

    return read


def thorough_class_reader(kind: type[Any], fields: Mapping[str, Reader]) -> Reader:
    """Read an object into a class and find every fault."""
    build = _generated(kind, fields, is_thorough=True)

    def read(data: Any, _: Any = None) -> Any:
        if type(data) is not dict:
            expected("dict", data)
        try:
            return build(data)
        except ClassValidationError as group:
            faults = [fault for each in group.exceptions for fault in _faults(each, data, fields)]
        raise Unreadable(faults)

    return read


def class_writer(kind: type[Any], fields: Mapping[str, Writer]) -> Writer:
    """Write a class as an object of its fields, all of them, in their order."""
    hooks: dict[str, Any] = {name: override(unstruct_hook=writer) for name, writer in fields.items()}
    write = make_dict_unstructure_fn(kind, _CONVERTER, **hooks)

    def write_exactly(value: Any) -> dict[str, Any]:
        if type(value) is kind:
            return write(value)
        raise TypeError(f"expected {kind.__qualname__}, got {type(value).__name__}")

    return write_exactly


def _generated(kind: type[Any], fields: Mapping[str, Reader], *, is_thorough: bool) -> Reader:
    hooks: dict[str, Any] = {name: override(struct_hook=reader) for name, reader in fields.items()}
    return make_dict_structure_fn(
        kind,
        _CONVERTER,
        _cattrs_forbid_extra_keys=is_thorough,
        _cattrs_detailed_validation=is_thorough,
        **hooks,
    )


def _faults(error: Exception, data: dict[str, Any], fields: Mapping[str, Any]) -> Iterator[Fault]:
    """What one error that cattrs collected says of the data; an error of ours is raised again."""
    field = next(
        (note.name for note in getattr(error, "__notes__", ()) if isinstance(note, AttributeValidationNote)),
        None,
    )
    match error:
        case ForbiddenExtraKeysError():
            for key in sorted(error.extra_fields, key=str):
                yield Fault(at_key("", key), "unknown field")
        case Unreadable() if field is not None:
            yield from error.under(at_key("", field))
        case KeyError() if field is not None and field not in data:
            yield Fault(at_key("", field), "missing field")
        case BadInput():
            # The constructor spoke: its path is one of its arguments, or a word of its own for the whole.
            for fault in error.faults:
                step = _FIRST_STEP.match(fault.path)
                is_field = step is not None and step[0] in fields
                yield Fault(f".{fault.path}" if is_field else "", fault.reason)
        case ValueError() | TypeError() if field is None:
            yield Fault("", str(error.args[0]) if error.args else type(error).__name__)
        case _:
            raise error
