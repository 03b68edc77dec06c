"""Each class is a saboteur: it goes wrong only after a history that no single law would think of."""

from __future__ import annotations

from omnicommerce.kernel.collection import IndexRow
from omnicommerce.ports.storage import Batch, Committed, Key, Record
from tests.saboteurs.saboteur_restarts import Honest, Shared


class ForgetsTheRowsOfTheReborn(Honest):
    """A record that is made again is not found where it stood in its former life."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        self.graves: dict[Key, tuple[IndexRow, ...]] = self.disk.__dict__.setdefault("graves", {})

    def _index(self, key: Key, indexes: tuple[IndexRow, ...]) -> None:
        if not indexes and key in self._indexes:
            self.graves[key] = self._indexes[key]
        super()._index(key, tuple(row for row in indexes if row not in self.graves.get(key, ())))


class RepeatsWhatItKnows(Honest):
    """A batch that is sent again is answered as the first time; its additions and entries come again, too."""

    def commit(self, batch: Batch) -> Committed:
        first = next((self._records.get(put.key) for put in batch.puts), None)
        if isinstance(first, Record) and first.version == batch.id:
            return super().commit(Batch(batch.id, adds=batch.adds, entries=batch.entries))
        return super().commit(batch)


class ForgetsTheSign(Honest):
    """Whoever opens the shop anew finds no debts."""

    def __init__(self, disk: Shared | None = None) -> None:
        super().__init__(disk)
        for name, total in self._totals.items():
            self._totals[name] = max(total, 0)
