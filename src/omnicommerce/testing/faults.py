"""Storages that count, crash, lose answers or refuse, at exactly the call a test names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeVar

from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import Again, CommitUnknown
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Storage

T = TypeVar("T")

CALLS_MAX: Final = 10**9
"""No test counts further."""


class SimulatedCrash(BaseException):
    """The process was killed here: no `except Exception` may carry on after it."""


class Call(NamedTuple):
    """One call of the port: its method and what it was asked."""

    method: str
    asked: Any


class CountingStorage:
    """Passes every call on and remembers it; `counts` says how often each method was called."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.calls: list[Call] = []

    @property
    def counts(self) -> dict[str, int]:
        """How often each of the four methods was called."""
        methods = [call.method for call in self.calls]
        return {name: methods.count(name) for name in ("read", "scan", "commit", "journal")}

    def forget(self) -> None:
        """Begin to count anew."""
        self.calls.clear()

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        self.calls.append(Call("read", tuple(keys)))
        return self.storage.read(keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        self.calls.append(Call("scan", query))
        return self.storage.scan(query)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        self.calls.append(Call("commit", batch))
        return self.storage.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        self.calls.append(Call("journal", (after, limit)))
        return self.storage.journal(after, limit)


class CrashingStorage:
    """Kills the process before or after its *nth* call, counted from 1 over all four methods.

    "Before" it, a commit is not stored; "after" it, it is stored and nobody was told.
    """

    def __init__(self, storage: Storage, nth: int, when: Literal["before", "after"]) -> None:
        self.storage = storage
        self.nth: Final = checked_amount(nth, "nth", 1, CALLS_MAX)
        self.when: Final = when
        self.calls = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return self._crashing(lambda: self.storage.read(keys))

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return self._crashing(lambda: self.storage.scan(query))

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        return self._crashing(lambda: self.storage.commit(batch))

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self._crashing(lambda: self.storage.journal(after, limit))

    def _crashing(self, call: Callable[[], T]) -> T:
        self.calls += 1
        if self.calls != self.nth:
            return call()
        if self.when == "after":
            call()
        raise SimulatedCrash(f"{self.when} call {self.nth}")


class LossyStorage:
    """Loses the *nth* commit: its request, so that nothing is stored, or its answer, so that all is."""

    def __init__(self, storage: Storage, nth: int, lost: Literal["request", "answer"]) -> None:
        self.storage = storage
        self.nth: Final = checked_amount(nth, "nth", 1, CALLS_MAX)
        self.lost: Final = lost
        self.commits = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return self.storage.read(keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return self.storage.scan(query)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        self.commits += 1
        if self.commits != self.nth:
            return self.storage.commit(batch)
        if self.lost == "answer":
            self.storage.commit(batch)
        raise CommitUnknown(f"the {self.lost} of commit {self.nth} was lost")

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self.storage.journal(after, limit)


class RefusingStorage:
    """Raises *error*, such as ``Conflict("a rival")``, in place of its *nth* commit, which stores nothing."""

    def __init__(self, storage: Storage, nth: int, error: Again) -> None:
        self.storage = storage
        self.nth: Final = checked_amount(nth, "nth", 1, CALLS_MAX)
        self.error: Final = error
        self.commits = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        return self.storage.read(keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        return self.storage.scan(query)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        self.commits += 1
        if self.commits == self.nth:
            raise self.error
        return self.storage.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self.storage.journal(after, limit)
