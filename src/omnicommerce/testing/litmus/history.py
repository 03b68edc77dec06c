"""What was seen in one run: all calls with their answers, the last looks, and the journals."""

from __future__ import annotations

import attrs

from omnicommerce.kernel.errors import Again, CommitUnknown, Conflict, Exhausted
from omnicommerce.ports.storage import Batch, Committed
from omnicommerce.testing.litmus.party import Followed
from omnicommerce.testing.litmus.stage import Call, Hold
from omnicommerce.testing.litmus.world import World

AFTERWARDS: int = -1
"""The party of those calls that were made when all was over."""


@attrs.frozen
class Seen:
    """One run. `calls` come by their ends; `journals` are the ids of each shop's entries at the end."""

    world: World
    turns: tuple[int, ...]
    hold: Hold | None
    calls: tuple[Call, ...]
    looks: tuple[tuple[int, Call], ...]
    """The last looks, each with its shop."""
    journals: tuple[tuple[str, ...], ...]
    held_at: str = ""
    """Where in the adapter the call was that was held up, such as ``my_storage.py:166 in _judge``."""

    def shop_of(self, call: Call) -> int:
        """In which shop a party's call was made."""
        return self.world.program.transactions[call.party].shop

    @property
    def stored(self) -> list[Call]:
        """The commits that were acknowledged."""
        return [call for call in self.calls if isinstance(call.answer, Committed)]

    @property
    def unknown(self) -> list[Call]:
        """The commits of which nobody knows whether they are stored."""
        return [call for call in self.calls if isinstance(call.answer, CommitUnknown)]

    @property
    def refused(self) -> list[Call]:
        """The commits of which the storage says that nothing was stored."""
        return [
            call
            for call in self.calls
            if isinstance(call.request, Batch)
            and isinstance(call.answer, Again)
            and not isinstance(call.answer, CommitUnknown)
        ]

    @property
    def followed(self) -> list[Call]:
        """The looks at a journal that were answered."""
        return [
            call
            for call in self.calls
            if isinstance(call.request, Followed) and isinstance(call.answer, list)
        ]

    @property
    def answered(self) -> list[Call]:
        """The calls whose answers an order has to explain: all but a refusal in which a rival had a part."""
        return [
            call
            for call in self.calls
            if not isinstance(call.answer, Again)
            or isinstance(call.answer, Exhausted)
            or (isinstance(call.answer, Conflict) and self._is_alone(call))
        ]

    def _is_alone(self, call: Call) -> bool:
        rivals = (each for each in self.calls if each is not call and isinstance(each.request, Batch))
        return all(each.is_before(call) or call.is_before(each) for each in rivals)
