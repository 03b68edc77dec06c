"""What the runner asks of a storage, as values.

The runner itself is a generator of these steps. Blocking code, async code and the simulator are
small drivers over the very same steps, so none of them can differ in what a flow does.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

import attrs

from omnicommerce.ports.storage import Batch, Key, Position, Query

R = TypeVar("R")


@attrs.frozen
class Read:
    """Read these keys in one look; answered with what was found, in their order."""

    keys: tuple[Key, ...]


@attrs.frozen
class Commit:
    """Commit this batch; answered with a Committed."""

    batch: Batch


@attrs.frozen
class Journal:
    """Read at most *limit* entries of the journal behind *after*."""

    after: Position
    limit: int


@attrs.frozen
class Everything:
    """List at most *limit* records behind *after*; answered with None by a storage that does not offer it."""

    after: Key
    limit: int


@attrs.frozen
class Pause:
    """Wait for a random time up to *seconds_max*, so that two that collided do not meet again."""

    seconds_max: float


Step: TypeAlias = Read | Query | Commit | Journal | Everything | Pause

Steps: TypeAlias = Generator[Step, Any, R]
"""A run: asks for steps, is sent their results or thrown their errors, and returns an R."""
