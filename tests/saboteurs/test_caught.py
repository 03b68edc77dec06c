"""The kit is examined, too: every saboteur is caught, by the law that was made for it."""

from __future__ import annotations

import inspect
import tempfile
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from omnicommerce.adapters.storage.memory import AsyncMemoryStorage, MemoryStorage
from omnicommerce.adapters.storage.sqlite import SqliteStorage
from omnicommerce.testing import StorageConformance
from omnicommerce.testing.storage import LAWS
from tests.saboteurs.caught_by import ALSO_CATCHES, CAUGHT_BY, TEETH, UNSEEN_BY_ONE_CALLER

TRIES = 5
"""A saboteur that races is caught in most runs, and in one of so many for sure."""

ROUNDS = 3
"""An honest storage keeps every law so many times; under soak a hundred."""


def _classes(path: Path) -> dict[str, type[Any]]:
    # By its whole name, so that another process finds the class, too.
    module = import_module(f"tests.saboteurs.{path.stem}")
    return {
        name: kind
        for name, kind in vars(module).items()
        if inspect.isclass(kind)
        and issubclass(kind, MemoryStorage | AsyncMemoryStorage | SqliteStorage)
        and kind.__module__ == module.__name__
        and not name.startswith("_")
    }


SABOTEURS = {
    name: kind
    for path in sorted(Path(__file__).parent.glob("saboteur_*.py"))
    for name, kind in _classes(path).items()
}
HONEST = SABOTEURS.pop("Honest")
HOUSED = SABOTEURS.pop("Housed")

WITHIN_A_PROCESS = sorted(
    law for law, level in LAWS.items() if level != "D" and law != "test_no_law_is_replaced"
)
OF_ONE_CALLER = [law for law in WITHIN_A_PROCESS if LAWS[law] == "A"]
LITMUS = [law for law in WITHIN_A_PROCESS if law.startswith("test_litmus_")]


class Examined(StorageConformance):
    """The kit over any of these classes; one that can be reopened claims to be durable."""

    stuck_seconds = 0.5
    held_max = 24
    kills = 12

    def __init__(self, kind: type[Any]) -> None:
        self.kind: Any = kind
        self.folders = ExitStack()
        self.is_shared = issubclass(kind, SqliteStorage)
        self.is_durable = self.is_shared or hasattr(kind, "reopened")

    def make(self) -> Any:
        if not self.is_shared:
            return self.kind()
        folder = self.folders.enter_context(tempfile.TemporaryDirectory())
        return self.kind(Path(folder) / "shop.db")

    def reopen(self, storage: Any) -> Any:
        if self.is_shared:
            return self.kind(storage.path)
        return storage.reopened() if self.is_durable else storage

    def neighbour(self, storage: Any) -> Any:
        return storage.neighbour() if hasattr(storage, "neighbour") else self.make()

    def elsewhere(self, storage: Any) -> partial[Any]:
        return partial(self.kind, storage.path)

    def keeps(self, law: str) -> None:
        """Raises an AssertionError unless the storage keeps this law."""
        try:
            examine: Any = getattr(self, law)
            examine()
        finally:
            self.teardown_method()
            self.folders.close()


def examined(saboteur: str, law: str) -> None:
    # On a busy machine a rival may not have begun by the time that nobody waits for it any longer.
    for _ in range(TRIES):
        Examined(SABOTEURS[saboteur]).keeps(law)


@pytest.mark.parametrize("saboteur", sorted(SABOTEURS))
def test_every_saboteur_is_caught_by_its_law(saboteur: str) -> None:
    assert saboteur in CAUGHT_BY, f"say in CAUGHT_BY which law catches {saboteur}"

    with pytest.raises(AssertionError, match="promised: "):
        examined(saboteur, CAUGHT_BY[saboteur])


def test_every_row_of_the_table_names_a_saboteur() -> None:
    assert set() == CAUGHT_BY.keys() - SABOTEURS.keys()
    assert set() == {*TEETH.values(), *ALSO_CATCHES.values(), *UNSEEN_BY_ONE_CALLER} - SABOTEURS.keys()
    assert len(SABOTEURS) >= 138


def test_every_litmus_program_has_somebody_to_catch() -> None:
    assert LITMUS == sorted(TEETH)
    assert len(LITMUS) >= 28


@pytest.mark.parametrize("law", sorted(TEETH))
def test_every_litmus_program_catches_somebody(law: str) -> None:
    with pytest.raises(AssertionError, match="interleaving: "):
        examined(TEETH[law], law)


def test_every_law_has_somebody_to_catch() -> None:
    assert LAWS.keys() == {*CAUGHT_BY.values(), *TEETH, *ALSO_CATCHES, "test_no_law_is_replaced"}


@pytest.mark.parametrize("law", sorted(ALSO_CATCHES))
def test_every_other_law_catches_somebody(law: str) -> None:
    with pytest.raises(AssertionError, match="promised: "):
        examined(ALSO_CATCHES[law], law)


@pytest.mark.parametrize("saboteur", UNSEEN_BY_ONE_CALLER)
def test_one_caller_alone_does_not_see_what_the_others_see(saboteur: str) -> None:
    """The kit needs its levels: these keep every law of level A."""
    assert LAWS[CAUGHT_BY[saboteur]] == "B"
    for law in OF_ONE_CALLER:
        Examined(SABOTEURS[saboteur]).keeps(law)


@pytest.mark.parametrize("law", WITHIN_A_PROCESS)
@pytest.mark.parametrize("kind", [MemoryStorage, HOUSED])
def test_an_honest_storage_keeps_every_law(kind: type[MemoryStorage], law: str) -> None:
    for _ in range(ROUNDS):
        examined = Examined(kind)
        examined.held_max, examined.stuck_seconds = 6, 20.0
        examined.keeps(law)


@pytest.mark.soak
@pytest.mark.parametrize("law", sorted(LAWS))
@pytest.mark.parametrize("kind", [MemoryStorage, HONEST, HOUSED, SqliteStorage])
def test_an_honest_storage_is_never_accused(kind: type[Any], law: str) -> None:
    """A hundred runs of the whole kit, and not one false alarm."""
    for _ in range(100):
        examined = Examined(kind)
        examined.stuck_seconds = 20.0
        examined.keeps(law)
