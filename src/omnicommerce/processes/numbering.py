"""The entries of a batch are numbered from 0, and each says how many there are: none is missing unseen.

One that is missing leaves a gap, or a batch that does not come to its end; one told twice is a step back. So
also an entry that wrote nothing is missed.
"""

from __future__ import annotations

from typing import Final

import attrs

from omnicommerce.kernel.process import Told

BATCHES_KEPT: Final = 1_000
"""Entries of one batch stand together, or nearly so: only the last batches can still go on."""


@attrs.define(eq=False)
class Numbering:
    """The number that is due next, of each of the last batches; ask `fault_of` for each entry in turn."""

    _due: dict[str, int] = attrs.field(factory=dict)
    _begun: dict[str, Told] = attrs.field(factory=dict)
    """Of each batch that has not come to its end, the last of its entries."""
    _is_after_damage: bool = False

    def fault_of(self, told: Told) -> str:
        """What is wrong with the number of this entry; nothing, mostly."""
        if told.fault:
            # A damaged entry does not say of which batch it is: any that goes on may seem to lack one.
            self._is_after_damage = True
            self._begun.clear()
            return ""
        due = self._due.pop(told.batch, 0)
        is_gap = told.number > due and not self._is_after_damage
        self._is_after_damage = self._is_after_damage and told.number > 0
        self._due[told.batch] = max(due, told.number + 1)
        if len(self._due) > BATCHES_KEPT:
            del self._due[next(iter(self._due))]
        if told.number < due:
            return "its batch has told this already"
        self._begun.pop(told.batch, None)
        if told.number + 1 < told.of:
            self._begun[told.batch] = told
        return "an entry of its batch is missing before it" if is_gap else ""

    def broken_off(self) -> tuple[Told, ...]:
        """Once the journal has come to its end: the last entries of those batches that have not."""
        return tuple(self._begun.values())
