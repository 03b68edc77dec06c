"""What waits for somebody to look: returns that no sale covers, processes that failed too often."""

from __future__ import annotations

from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.changes import removing
from omnicommerce.kernel.errors import Refused
from omnicommerce.kernel.flow import Flow, Get, Outcome, Place, Scan, ask
from omnicommerce.kernel.instant import as_text
from omnicommerce.kernel.todo import EXCEPTIONS, SINCE, Parked, todo_id
from omnicommerce.kernel.verdict import failed

LISTED_AT_ONCE: Final = 500
"""The most exceptions that are read at once."""

_LAST: Final = "~"
"""Behind every instant in the index."""


@attrs.frozen
class ExceptionList:
    """ExceptionList, the oldest first. `after` is where they end: handed back, it asks for what follows."""

    parked: tuple[Parked, ...]
    after: Place | None


def list_exceptions(*, after: Place | None = None, limit: int = 100) -> Flow[ExceptionList]:
    """What waits for somebody to look, at most *limit* at once, the oldest first.

    Raises:
        BadValue: *limit* is not 1 to 500.
    """
    checked_amount(limit, "limit", 1, LISTED_AT_ONCE)
    # One more than asked for says whether anything follows.
    found = yield from ask(Scan(EXCEPTIONS, SINCE, "", _LAST, limit=limit + 1, after=after))
    shown = found[:limit]
    end = (as_text(shown[-1].must().since), shown[-1].id) if len(found) > limit else None
    return Outcome(ExceptionList(tuple(each.must() for each in shown), end))


def close_exception(*, process: str, subject: str) -> Flow[Parked]:
    """Somebody has looked, and put right what was to be put right: take it off the list.

    Raises:
        Refused: ``no_such_exception``.
        BadValue: *process* cannot be the name of one.
    """
    held = yield from ask(Get(EXCEPTIONS, todo_id(process, subject)))
    if held.value is None:
        raise Refused(failed("no_such_exception"))
    return Outcome(held.value, removing(held))
