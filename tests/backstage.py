"""Everything a runner's test needs around it: a world that stands still, and shortcuts to run a flow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from omnicommerce.adapters.keys import DemoKeys
from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.kernel.actor import System
from omnicommerce.kernel.flow import Flow
from omnicommerce.kernel.process import Story
from omnicommerce.ports.storage import START, Storage
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner import Command, RandomIds, Runner, World, in_force
from omnicommerce.testing import FrozenClock
from tests.lending import VOCABULARY

T = TypeVar("T")

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def world(clock: Callable[[], datetime] | None = None, stories: Mapping[str, Story] | None = None) -> World:
    return World(
        clock=clock or FrozenClock(NOON),
        ids=RandomIds(),
        keys=DemoKeys(),
        rules=in_force(Rulebook()),
        actor=System("test"),
        stories=stories or {},
        vocabulary=VOCABULARY,
    )


def runner(storage: Storage | None = None, around: World | None = None) -> Runner:
    return Runner(storage if storage is not None else MemoryStorage(), around or world())


def command(flow: Callable[..., Flow[T]], **arguments: Any) -> Command[T]:
    return Command(flow.__name__, flow, arguments)


def journal(storage: Storage) -> list[dict[str, Any]]:
    """What happened after the shop was opened, which itself puts its rulebook in force."""
    entries = [json.loads(entry.body) for entry in storage.journal(START, 1_000)]
    return [entry for entry in entries if entry["tag"] != "rulebook.installed"]
