"""What surrounds a run: the clock, the source of names, the keys, the rules, and who is at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from omnicommerce import wire
from omnicommerce.kernel.actor import Actor
from omnicommerce.kernel.collection import Version
from omnicommerce.kernel.process import Story
from omnicommerce.ports.clock import Clock
from omnicommerce.ports.ids import Ids
from omnicommerce.ports.keys import KeyRing
from omnicommerce.runner.decoded import Decoded
from omnicommerce.runner.rules import RulesInForce
from omnicommerce.runner.shelf import Shelf, shelf


@attrs.frozen(eq=False)
class World:
    """Everything a run needs besides a storage.

    `views` remembers projections by name and version, and `decoded` remembers records. Both belong to one
    storage, so every storage has a world of its own. `rules` are those that the host brought; those in force
    are found on the `shelf` by the head of the rulebook. `is_bound` says that the storage writes into a
    transaction of the host's: whoever collides there can only give way, and the host runs it all again.
    """

    clock: Clock
    ids: Ids
    keys: KeyRing
    rules: RulesInForce
    actor: Actor
    stories: Mapping[str, Story]
    vocabulary: wire.Vocabulary
    views: dict[str, tuple[Version, Any]] = attrs.field(factory=dict)
    decoded: Decoded = attrs.field(factory=Decoded)
    shelf: Shelf = attrs.field(
        default=attrs.Factory(lambda self: shelf(self.rules, self.keys, is_installed=True), takes_self=True)
    )
    is_bound: bool = False
    actor_data: Any = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # Every journal entry says who was at work, so it is written down once.
        object.__setattr__(self, "actor_data", wire.dump(self.actor, Actor))

    def acting(self, actor: Actor) -> World:
        """The same world with *actor* at work in it."""
        return attrs.evolve(self, actor=actor)

    def told(self, clock: Clock) -> World:
        """The same world in which *clock* says what time it is."""
        return attrs.evolve(self, clock=clock)
