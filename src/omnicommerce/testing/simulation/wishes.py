"""What is asked of a simulated shop, by whom it is answered, and what a workload is.

A workload is written like any client of the shop. It says what is wanted next, hears every answer, and in the
end says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias

import attrs

from omnicommerce.commerce import Commerce
from omnicommerce.kernel.errors import Refused

Told: TypeAlias = dict[str, Any]
"""An entry of the journal, as its JSON has it: ``tag``, ``fact`` and so on."""

Ask: TypeAlias = Callable[[Any], Any]
"""``lambda shop: shop.sales.ingest(sale=sale)``: what to ask of a `Commerce`.

For several verbs in turn it is a generator: ``told = yield from shop.sales.ingest(sale=sale)``.
"""


ASKS_MAX: Final = 1_000_000
"""Whoever wants something done never gives up by themselves."""


def _never(_: Any) -> bool:
    return False


@attrs.frozen(eq=False)
class Wish:
    """Something a client wants of the shop, and asks for until there is an answer.

    A wish with a `key` is asked for under that idempotency key each time. `same` picks the part of the answer
    that must be the first one, whenever it is asked again (None: nothing must). `again` says of an answer
    that it is no end yet. Whoever only looks gives up after `asks_max` tries. `about` is the workload's own.
    """

    name: str
    ask: Ask
    key: str | None = None
    same: Callable[[Any], Any] | None = None
    again: Callable[[Any], bool] = _never
    asks_max: int = ASKS_MAX
    about: Any = None


@attrs.define(eq=False)
class Heard:
    """How a wish has ended for the client: an answer, a refusal, or neither.

    `began` and `ended` count turns; whatever ended before another began must be seen by it. A refusal is
    certain if no other try of the same wish could have gone through beside it.
    """

    wish: Wish
    began: int
    ended: int | None = None
    answer: Any = None
    refusal: Refused | None = None
    is_certain: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether the client was told that it is done."""
        return self.ended is not None and self.refusal is None

    @property
    def is_refused(self) -> bool:
        """Whether it surely was not done."""
        return self.refusal is not None and self.is_certain


class Workload(Protocol):
    """What happens in a shop; made anew for each seed, from a source of randomness."""

    def next(self, now: datetime, /) -> Wish:
        """What somebody wants now."""
        ...

    def hear(self, heard: Heard, /) -> Iterable[str]:
        """Somebody was answered; what is wrong with the answer, if anything."""
        ...

    def last(self) -> Iterable[Wish]:
        """What must still be possible when nothing is disturbed any more."""
        ...

    def wrong(self, shop: Commerce, told: Sequence[Told], heard: Sequence[Heard], /) -> Iterable[str]:
        """What is wrong in the end: with the books, by what clients *heard*; *told* is the whole journal."""
        ...
