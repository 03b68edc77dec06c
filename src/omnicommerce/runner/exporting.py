"""The journal as lines of JSON, for whoever keeps it elsewhere: a line an entry, resumable after any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from omnicommerce import wire
from omnicommerce.kernel.errors import PortFault
from omnicommerce.ports.storage import Entry, Position
from omnicommerce.runner.journal import entry_id
from omnicommerce.runner.steps import Journal, Steps


@attrs.frozen
class Exported:
    """Lines of the journal, and the position of the last; none are the end of it for now."""

    lines: tuple[str, ...]
    position: Position


def exported(after: Position, limit: int) -> Steps[Exported]:
    """A page of the journal as lines of JSON: position and id, then what the entry says.

    Raises:
        PortFault: an entry is damaged; it is named, and nothing of its page is handed out.
    """
    entries: Sequence[Entry] = yield Journal(after, limit)
    lines = tuple([_line(entry) for entry in entries])
    return Exported(lines, entries[-1].position if entries else after)


def _line(entry: Entry) -> str:
    # Its id proves that the body is the very text this library wrote, so that need not be parsed again.
    if entry_id(entry.body) == entry.id and entry.body.startswith(_OPENS):
        return f'{{"position":{wire.text(entry.position)},"id":"{entry.id}",{entry.body[1:]}'
    shown = entry.id if entry.id.isprintable() else ascii(entry.id)[1:-1]
    raise PortFault(f"the entry {shown} at {entry.position} is damaged: audit says what else is")


_OPENS: Final = '{"'
"""How an entry that says anything begins."""
