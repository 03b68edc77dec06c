"""Where a kind of record is kept, what one record looks like when read, and how counters are named."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, Generic, NewType, TypeAlias, TypeVar

import attrs

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id, checked_word

T = TypeVar("T")

Version = NewType("Version", str)
"""The id of the batch that wrote a record; never used twice, also after a delete."""

ABSENT: Final = Version("")
"""The version of a record that is not there."""

IndexRow: TypeAlias = tuple[str, str]
"""The name of an index and the text a record is found at in it; texts sort by their UTF-8 bytes."""


class Keep(StrEnum):
    """How long a kind of record is kept."""

    AS_BOOKS = "as_books"
    """As long as the law wants books kept; holds ids only, so erasing a person leaves it whole."""
    WHILE_KNOWN = "while_known"
    """Until the person it is about is erased or the identifier leaves."""
    FOR_RETRIES = "for_retries"
    """While a client may still repeat the command; thirty days."""
    UNTIL_DONE = "until_done"
    """Machinery: gone when its work is done."""


@attrs.frozen
class Personal:
    """The records hold data about a person: `subject` names the field that says whom, "id" their own id.

    `is_exported_whole` says whether the record is handed out whole when that person asks for their data, or
    only mentioned; erasing the person deletes it.
    """

    subject: str
    is_exported_whole: bool = True


@attrs.frozen
class NotPersonal:
    """The records hold no data about a person, only ids that mean nothing outside this shop."""


def _no_index(_value: Any) -> tuple[IndexRow, ...]:
    return ()


@attrs.frozen(eq=False)
class Collection(Generic[T]):
    """Where a kind of record is kept.

    `name` is made of lower-case words, joined by underscores and dots. The house's own have no dot; a host
    gives its own a prefix, such as ``parcels.parcel``.

    `indexes` lists the index rows of one value. A collection whose changes are not events of the
    business (receipts, to-dos, cursors) says `is_journaled=False`: audit does not fold it.
    """

    name: str
    holds: type[T]
    personal: Personal | NotPersonal = attrs.field(kw_only=True)
    keep: Keep = attrs.field(kw_only=True)
    indexes: Callable[[T], tuple[IndexRow, ...]] = attrs.field(default=_no_index, kw_only=True)
    is_journaled: bool = attrs.field(default=True, kw_only=True)

    def __attrs_post_init__(self) -> None:
        checked_word(self.name, "collection")


@attrs.frozen
class Versioned(Generic[T]):
    """A record as it was read: `value` is None and `version` is ABSENT where there is none."""

    collection: Collection[T]
    id: str
    value: T | None
    version: Version

    def must(self) -> T:
        """The value, where the flow has already made sure that there is one."""
        assert self.value is not None, f"{self.collection.name}/{self.id} must exist here"
        return self.value


@attrs.frozen
class Counter:
    """A number that many may move at once, such as the uses left of a campaign. It starts at 0.

    Its name has no blanks: index texts put one behind it.
    """

    name: str

    def __attrs_post_init__(self) -> None:
        if " " in checked_id(self.name, "counter"):
            raise BadValue("counter", "expected a name without blanks")
