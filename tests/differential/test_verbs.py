"""Whatever a shop is told, it answers the same, fails the same and holds the same over every storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import create_engine

from omnicommerce import MemoryStorage, SqliteStorage
from omnicommerce.adapters.storage.sql import SqlStorage, upgrade
from omnicommerce.wire import parse
from tests.adapters.sql import shops
from tests.adapters.sql.server import Server
from tests.differential import unlike
from tests.differential.commands import Told, Verb, histories
from tests.differential.telling import INDEXES, Ended, differences, told
from tests.saboteurs import saboteur_counters, saboteur_guards

Made: TypeAlias = Callable[[], AbstractContextManager[Any]]

QUICK: Final = 20
"""Histories in every test run; ten times as many make the proof, and a hundred times soak."""

LONGEST: Final = 30


class Unlike(AssertionError):
    """Two storages were told the same and are not the same."""


@contextmanager
def on_sqlite() -> Iterator[Any]:
    with TemporaryDirectory() as folder, SqliteStorage(Path(folder) / "shop.db") as storage:
        yield storage


@contextmanager
def on_sqlite_through_sql() -> Iterator[Any]:
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/shop.db")
        upgrade(engine)
        try:
            yield SqlStorage(engine)
        finally:
            engine.dispose()


@contextmanager
def on_postgres(server: Server) -> Iterator[Any]:
    try:
        yield shops.on_postgres(server=server)
    finally:
        shops.test_is_over()


@contextmanager
def in_memory(kind: Callable[[], Any]) -> Iterator[Any]:
    yield kind()


def agree(
    makers: Sequence[Made], histories_max: int, seen: Callable[[list[Told], Ended], None] | None = None
) -> None:
    """Tell many histories to a shop in memory and to one over each of the others, and compare.

    Raises:
        Unlike: the first history that ends differently somewhere, and how.
    """

    @settings(
        max_examples=histories_max,
        derandomize=True,
        database=None,
        deadline=None,
        # A history is told as it was found: to make it shorter takes longer than to read it.
        phases=(Phase.generate,),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
        report_multiple_bugs=False,
    )
    @given(histories(LONGEST))
    def each(history: list[Told]) -> None:
        memory = MemoryStorage()
        expected = told(memory, history)
        # An index that is not looked at could be lost unseen.
        assert memory._rows.keys() <= set(INDEXES)
        for make in makers:
            with make() as storage:
                found = list(differences(expected, told(storage, history), history))
            if found:
                raise Unlike("\n".join((f"{type(storage).__name__}:", *found, *map(repr, history))))
        if seen is not None:
            seen(history, expected)

    each()


def test_every_storage_answers_fails_and_holds_as_the_one_in_memory(postgres: Server) -> None:
    agree((on_sqlite, on_sqlite_through_sql, partial(on_postgres, postgres)), QUICK)


@pytest.mark.parametrize(
    "times", [pytest.param(10, marks=pytest.mark.prove), pytest.param(100, marks=pytest.mark.soak)]
)
def test_and_so_it_is_in_many_more_histories(times: int, postgres: Server) -> None:
    agree((on_sqlite, on_sqlite_through_sql, partial(on_postgres, postgres)), times * QUICK)


@pytest.mark.parametrize(
    "kind",
    [
        unlike.SortsIdsAsPeopleDo,
        unlike.SortsIdsAsUtf16,
        unlike.LosesAnIndexRow,
        unlike.ForgetsTheLastOfABatch,
        saboteur_counters.IgnoresFloors,
        saboteur_counters.IgnoresCeilings,
        saboteur_guards.KeepsTheFirstVersion,
    ],
)
def test_a_storage_that_is_a_little_different_is_found(kind: Callable[[], Any]) -> None:
    with pytest.raises(Unlike):
        agree((partial(in_memory, kind),), 10 * QUICK)


def test_histories_do_what_they_are_meant_to() -> None:
    """Every verb is answered and refused, keys are used twice, points run out and exceptions wait."""
    verbs: dict[Verb, set[str]] = {}
    tags: set[str] = set()

    def seen(history: list[Told], ended: Ended) -> None:
        for command, answer in zip(history, ended.answers, strict=True):
            verbs.setdefault(command.verb, set()).add(getattr(answer, "kind", "an answer"))
        tags.update(parse(body)["tag"] for _, body in ended.snapshot.entries)
        # Of the host's own records an audit knows no more than that they are there.
        assert all(found.startswith(("record thing/", "record lease/")) for found in ended.findings)

    agree((), 8 * QUICK, seen)

    assert set(get_args(Verb)) == {verb for verb, kinds in verbs.items() if "an answer" in kinds}
    kinds = {kind for each in verbs.values() for kind in each}
    assert {"an answer", "Refused", "BadValue", "NotTheSame", "Conflict"} <= kinds
    assert {
        "coupon.redeemed",
        "return.taken",
        "points.moved",
        "tier.changed",
        "stage.changed",
        "return.parked",
    } <= tags
