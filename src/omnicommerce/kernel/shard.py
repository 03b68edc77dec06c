"""Equal parts of the work, so that several processes may do it side by side and none of it twice."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import attrs

from omnicommerce.kernel.bounds import checked_amount

SHARDS_MAX: Final = 64
"""More processes than this want more machines, and those a storage of their own."""


@attrs.frozen
class Shard:
    """Part `number`, from 0, of `of` parts. Which part a name belongs to follows from the name alone.

    Raises:
        BadValue: `of` is not 1 to SHARDS_MAX, or `number` not 0 to `of` - 1.

    >>> [sum(Shard(2, number).has(f"M-{card}") for card in range(100)) for number in (0, 1)]
    [46, 54]
    """

    of: int = 1
    number: int = 0

    def __attrs_post_init__(self) -> None:
        checked_amount(self.of, "of", 1, SHARDS_MAX)
        checked_amount(self.number, "number", 0, self.of - 1)

    def has(self, name: str) -> bool:
        """Whether *name* belongs to this part."""
        if self.of == 1:
            return True
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest) % self.of == self.number


WHOLE: Final = Shard()
