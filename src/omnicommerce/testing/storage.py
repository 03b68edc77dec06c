"""StorageConformance: hold a storage adapter to every sentence of its port, on four levels.

Subclass it in a test file, and run pytest:

    from functools import partial

    from omnicommerce.testing import StorageConformance

    class TestMyStorage(StorageConformance):
        def make(self):
            return MyStorage(new_database())

        def reopen(self, storage):
            return MyStorage(storage.database)

        def elsewhere(self, storage):
            return partial(MyStorage, storage.database)

* **A**, fidelity and records: what was given is given back, and every operation does what it says.
* **B**, isolation: small programs over every order of their calls, and races of threads.
* **C**, histories: random ones with restarts, lost requests and lost answers, out of one seed.
* **D**, processes: several race for one database, and some of them are killed.

At the end of the run stands a report by level; see `omnicommerce.testing.kit_report`. Every law is one
sentence of `omnicommerce.ports.storage`. A law that your database cannot keep is not replaced but marked,
so that the gap is written down where everybody sees it:

        @pytest.mark.xfail(reason="our database counts in 32 bits")
        def test_large_numbers_stay_exact(self):
            super().test_large_numbers_stay_exact()
"""

from __future__ import annotations

import inspect
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from omnicommerce.ports.storage import AsyncStorage, Storage
from omnicommerce.testing import kit_report
from omnicommerce.testing.blocking import BlockingStorage
from omnicommerce.testing.litmus.stage import STUCK_SECONDS
from omnicommerce.testing.storage_laws.level_a import LevelA
from omnicommerce.testing.storage_laws.level_b import LevelB
from omnicommerce.testing.storage_laws.level_c import LevelC
from omnicommerce.testing.storage_laws.level_d import LevelD


class StorageConformance(LevelA, LevelB, LevelC, LevelD):
    """The laws of the storage port; a subclass says how to make a storage and how to open it again.

    Blocking and async storages are welcome. A storage that has a `close` is closed after each test.
    """

    is_durable: bool = True
    """False for a storage that is gone with its process; `reopen` may then return the same object."""

    is_shared: bool = True
    """False for a storage that only one process may open at a time: level D is then not asked for."""

    held_max: int = 24
    """So many orders of each litmus program in which one call is held up halfway; more find more."""

    stuck_seconds: float = STUCK_SECONDS
    """When no call of a litmus program has ended for so long, none ever will."""

    seeds: int = 8
    """So many random histories of each kind; more find more."""

    law_seconds: float = 600.0
    """A law that takes longer fails, and says where it stood: a call that never returns tells nothing."""

    kills: int = 5
    """So many processes are killed while they write; more find more."""

    def make(self) -> Storage | AsyncStorage:
        """A new, empty storage."""
        raise NotImplementedError("a subclass makes an empty storage here")

    def reopen(self, storage: Any) -> Storage | AsyncStorage:
        """Another storage over the same data, as after a restart; the first stays in use."""
        if self.is_durable:
            raise NotImplementedError("a subclass opens the same data again, or says is_durable = False")
        return storage  # type: ignore[no-any-return]

    def neighbour(self, storage: Any) -> Storage | AsyncStorage:  # noqa: ARG002  # a subclass has a use for it
        """Another shop, empty, in the same database; unless a subclass says so, one of its own."""
        return self.make()

    def elsewhere(self, storage: Any) -> Callable[[], Storage | AsyncStorage]:
        """What another process calls to open the same data; it is pickled on its way there."""
        raise NotImplementedError(
            "a subclass returns a picklable call that opens the data of this storage in another process,"
            f" such as partial(MyStorage, path), or says is_shared = False; asked for {storage!r}"
        )

    # What the laws call.

    def fresh(self) -> Storage:
        """What `make` returns, with a blocking face if it is async."""
        made: object = self.make()
        assert callable(getattr(made, "commit", None)), f"make returned {made!r}, which is no storage"
        return self._blocking(made)  # type: ignore[arg-type]  # it has been looked at

    def again(self, storage: Storage) -> Storage:
        """What `reopen` returns, with a blocking face if it is async."""
        inner = _inner(storage)
        opened = self.reopen(inner)
        if opened is inner and not self.is_durable:
            return storage
        assert opened is not inner, "a durable storage must be opened anew: reopen returned the same object"
        return self._blocking(opened)

    def beside(self, storage: Storage) -> Storage:
        """What `neighbour` returns, with a blocking face if it is async."""
        return self._blocking(self.neighbour(_inner(storage)))

    def door(self, storage: Storage) -> Callable[[], Storage | AsyncStorage] | None:
        """What `elsewhere` returns, or None for a storage that no other process can open."""
        if not (self.is_shared and self.is_durable):
            reason = "is_shared = False" if self.is_durable else "is_durable = False"
            self.__dict__["_not_asked"] = reason
            return None
        return self.elsewhere(_inner(storage))

    def shut(self, storage: Storage) -> None:
        """Close a storage before its law ends, as a process that ends does."""
        opened: list[Storage] = self.__dict__.get("_opened", [])
        self.__dict__["_opened"] = [each for each in opened if each is not storage]
        _close(storage)

    def played(self, what: str, number: int) -> None:
        """Take note of how much a law has judged, for the report."""
        counts: dict[str, int] = self.__dict__.setdefault("_counts", {})
        counts[what] = counts.get(what, 0) + number

    def teardown_method(self) -> None:
        """Close whatever the law has opened; pytest calls this after each test."""
        opened: list[Storage] = self.__dict__.pop("_opened", [])
        for storage in opened:
            _close(storage)

    @pytest.fixture(autouse=True)
    def kit_waits_no_longer(self) -> Iterator[None]:
        """Fail a law that does not end, where the system has such an alarm."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            yield
            return

        def too_long(_: int, frame: Any) -> None:
            where = "".join(traceback.format_stack(frame)[-3:])
            seen = f"it has not, after {self.law_seconds} s, here:\n{where}"
            raise AssertionError(f"promised: a call comes back\n    seen: {seen}")

        before = signal.signal(signal.SIGALRM, too_long)
        signal.setitimer(signal.ITIMER_REAL, self.law_seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse a class that replaces the law about replaced laws, which could not complain any more."""
        super().__init_subclass__(**options)
        if cls.test_no_law_is_replaced is not StorageConformance.test_no_law_is_replaced:
            raise TypeError("test_no_law_is_replaced may not be replaced; mark the law that has a gap")

    @pytest.fixture(autouse=True)
    def kit_reported(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Tell the report what becomes of each law."""
        law = request.node.originalname or request.node.name
        level = LAWS.get(law)
        if level is None:  # a test of the subclass's own
            yield
            return
        kit_report.listen(request.config)
        told: dict[str, Any] = {"level": level, "laws": LAWS_OF_A_LEVEL, "counts": {}, "not_asked": ""}
        told |= {"law": law, "replaced": _is_replaced(self, law), "remark": self._remark(level)}
        request.node.user_properties.append((kit_report.PROPERTY, told))
        yield
        told["counts"] = self.__dict__.get("_counts", {})
        told["not_asked"] = self.__dict__.get("_not_asked", "")

    def _remark(self, level: str) -> str:
        has_neighbours = _is_replaced(self, "neighbour")
        return "" if has_neighbours or level != "B" else "shops: each in a database of its own (no neighbour)"

    def _blocking(self, storage: Storage | AsyncStorage) -> Storage:
        blocking: Any = storage
        if inspect.iscoroutinefunction(blocking.read):
            blocking = BlockingStorage(blocking)
        self.__dict__.setdefault("_opened", []).append(blocking)
        return blocking  # type: ignore[no-any-return]

    def test_no_law_is_replaced(self) -> None:
        """A law may be marked xfail with a reason; it may not be replaced."""
        assert self.held_max >= 1, "held_max is at least 1"
        assert self.seeds >= 1, "seeds is at least 1"
        assert self.kills >= 1, "kills is at least 1"
        for name in OF_THE_KIT:
            assert not _is_replaced(self, name), f"{name} is the kit's own, and was replaced"
        for name in LAWS:
            if not _is_replaced(self, name):
                continue
            mine = inspect.getattr_static(self, name)
            marks = getattr(mine, "pytestmark", ())
            has_reason = any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)
            assert has_reason, (
                f"{name} was replaced; mark it xfail(reason=...) instead, so that the gap shows"
            )


LAWS: Final = {
    name: level
    for level, laws in (
        ("A", LevelA),
        ("B", LevelB),
        ("C", LevelC),
        ("D", LevelD),
        ("A", StorageConformance),
    )
    for name in vars(laws)
    if name.startswith("test_")
}
"""Every law, with its level."""

OF_THE_KIT: Final = (
    "fresh", "again", "beside", "door", "shut", "played", "teardown_method", "kit_reported",
    "kit_waits_no_longer",
)  # fmt: skip
"""What the laws stand on: who replaces it replaces them."""

LAWS_OF_A_LEVEL: Final = {level: list(LAWS.values()).count(level) for level in kit_report.LEVELS}


def _is_replaced(case: StorageConformance, name: str) -> bool:
    return inspect.getattr_static(case, name) is not inspect.getattr_static(StorageConformance, name)


def _inner(storage: Storage) -> Any:
    return storage.storage if isinstance(storage, BlockingStorage) else storage


def _close(storage: Storage) -> None:
    close = getattr(storage, "close", None)
    if callable(close):
        close()
