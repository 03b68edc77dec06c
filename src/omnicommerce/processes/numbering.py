"""The entries of a batch are numbered from 0: one that is missing leaves a gap, one told twice a step back.

So also an entry that wrote nothing is missed, as long as one of its batch comes after it.
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
    _is_after_damage: bool = False

    def fault_of(self, told: Told) -> str:
        """What is wrong with the number of this entry; nothing, mostly."""
        if told.fault:
            # A damaged entry does not say of which batch it is, so the next ones may seem to lack one.
            self._is_after_damage = True
            return ""
        due = self._due.pop(told.batch, 0)
        is_gap = told.number > due and not self._is_after_damage
        self._is_after_damage = self._is_after_damage and told.number > 0
        self._due[told.batch] = max(due, told.number + 1)
        if len(self._due) > BATCHES_KEPT:
            del self._due[next(iter(self._due))]
        if is_gap:
            return "an entry of its batch is missing before it"
        return "its batch has told this already" if told.number < due else ""
