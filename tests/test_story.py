"""The first story, told blocking and async, on memory and on SQLite: register, adjust, balance."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce import (
    AsyncCommerce,
    AsyncMemoryStorage,
    BadValue,
    Commerce,
    Customer,
    DemoKeys,
    Identifier,
    MemberId,
    MemoryStorage,
    Namespace,
    Points,
    PointsRules,
    Refused,
    Rulebook,
    SecretKeys,
    SqliteStorage,
    Staff,
    ThreadedStorage,
)
from omnicommerce.kernel.flow import Now
from omnicommerce.ports.storage import START, Storage
from omnicommerce.testing import CountingStorage, FrozenClock
from omnicommerce.verbs import Verb
from tests.backstage import NOON, journal
from tests.lending import EVENTS, grow

CARD = Identifier(Namespace.TILL_MEMBER, "M-1001")

Told = list[object]


def secret(number: int) -> bytes:
    return hashlib.sha256(f"secret {number}".encode()).digest()


def told_blocking(shop: Commerce) -> Told:
    said: Told = []
    member = shop.members.register(identifier=CARD)
    said.append(member)
    said.append(shop.members.register(identifier=CARD))
    said.append(shop.points.balance(member=member.member))
    said.append(shop.once("gift").points.adjust(member=member.member, points=Points(100), reason="gift"))
    said.append(shop.once("gift").points.adjust(member=member.member, points=Points(100), reason="gift"))
    for points in (Points(-30), Points(-71)):
        try:
            said.append(shop.points.adjust(member=member.member, points=points, reason="correction"))
        except Refused as refused:
            said.append(refused.verdict)
    said.append(shop.points.balance(member=member.member))
    return said


async def told_async(shop: AsyncCommerce) -> Told:
    said: Told = []
    member = await shop.members.register(identifier=CARD)
    said.append(member)
    said.append(await shop.members.register(identifier=CARD))
    said.append(await shop.points.balance(member=member.member))
    for _ in range(2):
        points = shop.once("gift").points
        said.append(await points.adjust(member=member.member, points=Points(100), reason="gift"))
    for taken in (Points(-30), Points(-71)):
        try:
            said.append(await shop.points.adjust(member=member.member, points=taken, reason="correction"))
        except Refused as refused:
            said.append(refused.verdict)
    said.append(await shop.points.balance(member=member.member))
    return said


def on_memory(_folder: Path) -> Told:
    return told_blocking(Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys()))


def on_sqlite(folder: Path) -> Told:
    with SqliteStorage(folder / "shop.db") as storage:
        return told_blocking(Commerce(storage, Rulebook(), keys=DemoKeys()))


def async_on_memory(_folder: Path) -> Told:
    shop = AsyncCommerce(AsyncMemoryStorage(MemoryStorage()), Rulebook(), keys=DemoKeys())
    return asyncio.run(told_async(shop))


def async_on_sqlite(folder: Path) -> Told:
    with SqliteStorage(folder / "shop.db") as storage:
        shop = AsyncCommerce(ThreadedStorage(storage), Rulebook(), keys=DemoKeys())
        return asyncio.run(told_async(shop))


@pytest.mark.parametrize("tell", [on_memory, on_sqlite, async_on_memory, async_on_sqlite])
def test_the_story_is_the_same_everywhere(tell: Callable[[Path], Told], tmp_path: Path) -> None:
    first, again, empty, gift, gift_again, less, refused, left = tell(tmp_path)

    assert first.is_new  # type: ignore[attr-defined]
    assert not again.is_new  # type: ignore[attr-defined]
    assert first.member == again.member  # type: ignore[attr-defined]
    assert [Points(0), Points(100), Points(100), Points(70), Points(70)] == [
        balance.points  # type: ignore[attr-defined]
        for balance in (empty, gift, gift_again, less, left)
    ]
    assert ("too_few_points", Points(70), Points(71), Points(1)) == (
        refused.first_failure.code,  # type: ignore[attr-defined]
        refused.first_failure.actual,  # type: ignore[attr-defined]
        refused.first_failure.required,  # type: ignore[attr-defined]
        refused.first_failure.missing,  # type: ignore[attr-defined]
    )


def verbs_of(door: type[Any]) -> dict[str, set[str]]:
    shop = object.__new__(door)
    shop._runner, shop._key = None, None
    rooms = [name for name, member in vars(door).items() if isinstance(member, property)]
    return {
        room: {name for name, verb in vars(type(getattr(shop, room))).items() if isinstance(verb, Verb)}
        for room in rooms
    }


def test_both_doors_have_the_same_verbs() -> None:
    def own(door: type[Any]) -> set[str]:
        return {name for name in vars(door) if not name.startswith("_")}

    expected = {
        "members": {
            "register",
            "find",
            "link",
            "unlink",
            "distinct",
            "reconsider",
            "what_if",
            "explain",
            "person",
            "changes",
            "hand_on",
            "quarantine",
            "release",
            "tell",
            "retract",
            "profile",
            "own",
            "owner",
        },
        "sales": {"ingest", "take_back", "find"},
        "points": {"balance", "statement", "spend", "adjust"},
        "tiers": {"of"},
        "stages": {"of"},
        "exceptions": {"list", "close"},
    }

    assert expected == verbs_of(Commerce)
    assert verbs_of(Commerce) == verbs_of(AsyncCommerce)
    assert own(Commerce) == own(AsyncCommerce)


def test_a_verbs_name_is_where_the_host_finds_it() -> None:
    """Receipts bind to the name, so it is written down and never changes with a class."""
    for room, verbs in verbs_of(Commerce).items():
        for verb in verbs:
            shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())
            assert f"{room}.{verb}" == getattr(type(getattr(shop, room)), verb).name


# --- what the story costs and leaves behind ---------------------------------------------------------


def test_each_command_is_a_read_or_two_and_at_most_one_commit() -> None:
    """The first command of a shop also puts its rulebook in force, in a commit of its own."""
    storage = CountingStorage(MemoryStorage())
    shop = Commerce(storage, Rulebook(), keys=DemoKeys())
    member = shop.members.register(identifier=CARD).member
    assert (3, 2) == (storage.counts["read"], storage.counts["commit"])

    storage.forget()
    shop.once("k").points.adjust(member=member, points=Points(5), reason="gift")
    # The first time somebody gets points, it is judged where they stand: one read more.
    assert (3, 1) == (storage.counts["read"], storage.counts["commit"])

    storage.forget()
    shop.once("l").points.adjust(member=member, points=Points(5), reason="gift")
    assert (2, 1) == (storage.counts["read"], storage.counts["commit"])

    storage.forget()
    shop.points.balance(member=member)
    assert (1, 0) == (storage.counts["read"], storage.counts["commit"])


def test_the_postings_of_every_entry_sum_to_zero_and_the_book_is_their_fold() -> None:
    storage = MemoryStorage()
    shop = Commerce(storage, Rulebook(), keys=DemoKeys())
    member = shop.members.register(identifier=CARD).member
    for points in (70, -20, 5):
        shop.points.adjust(member=member, points=Points(points), reason="gift")

    entries = [entry for entry in journal(storage) if entry["tag"] == "points.moved"]

    assert [0, 0, 0] == [sum(p["points"] for p in entry["fact"]["postings"]) for entry in entries]
    assert [member] * 3 == [entry["members"][0] for entry in entries]
    assert Points(55) == shop.points.balance(member=member).points


def test_the_card_number_is_nowhere_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with SqliteStorage(path) as storage:
        shop = Commerce(storage, Rulebook(), keys=SecretKeys(secret(1)))
        member = shop.once("card M-1001").members.register(identifier=CARD).member
        shop.points.adjust(member=member, points=Points(5), reason="gift")

    assert b"M-1001" not in path.read_bytes()


def test_two_shops_with_two_keys_know_one_card_by_two_ids() -> None:
    one, two = (
        Commerce(MemoryStorage(), Rulebook(), keys=SecretKeys(secret(number))).members.register(
            identifier=CARD
        )
        for number in (1, 2)
    )

    assert one.member != two.member


@given(st.lists(st.integers(-50, 50), max_size=30))
def test_a_balance_never_falls_below_zero_and_equals_what_was_accepted(wanted: list[int]) -> None:
    shop = Commerce(MemoryStorage(), Rulebook(points=PointsRules(adjustment_max=Points(40))), keys=DemoKeys())
    member = shop.members.register(identifier=CARD).member
    balance = 0
    for points in wanted:
        expected = points != 0 and abs(points) <= 40 and balance + points >= 0
        try:
            shop.points.adjust(member=member, points=Points(points), reason="test")
        except Refused:
            assert not expected
        else:
            assert expected
            balance += points

    assert Points(balance) == shop.points.balance(member=member).points


# --- what is refused ------------------------------------------------------------------------------


def codes(refused: Refused) -> list[str]:
    return [failure.code for failure in refused.verdict.failures()]


def test_every_condition_is_judged_and_each_failure_is_named() -> None:
    shop = Commerce(MemoryStorage(), Rulebook(points=PointsRules(adjustment_max=Points(10))), keys=DemoKeys())
    member = shop.members.register(identifier=CARD).member

    with pytest.raises(Refused) as caught:
        shop.acting(Customer(member)).points.adjust(member=member, points=Points(-20), reason="mine")

    assert ["not_for_customers", "adjustment_too_large", "too_few_points"] == codes(caught.value)
    assert "not_for_customers" == caught.value.code


def test_the_journal_says_who_it_was() -> None:
    storage = MemoryStorage()
    shop = Commerce(storage, Rulebook(), keys=DemoKeys(), clock=FrozenClock(NOON))
    member = shop.members.register(identifier=CARD).member

    shop.acting(Staff("s-7")).points.adjust(member=member, points=Points(1), reason="gift")

    told = [(e["tag"], e["actor"].get("name", e["actor"].get("id"))) for e in journal(storage)]
    assert [("member.registered", "host"), ("points.moved", "s-7"), ("person.judged", "s-7")] == told


def test_a_stranger_has_no_balance_and_gets_no_points() -> None:
    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())

    with pytest.raises(Refused, match="no_such_member"):
        shop.points.balance(member=MemberId("nobody"))
    with pytest.raises(Refused, match="no_such_member"):
        shop.points.adjust(member=MemberId("nobody"), points=Points(1), reason="gift")


BAD: list[tuple[str, dict[str, Any]]] = [
    ("points", {"points": 50}),
    ("points", {"points": "50"}),
    ("points", {"points": 50.0}),
    ("points", {"points": True}),
    ("points", {"points": None}),
    ("points", {"points": float("nan")}),
    ("member", {"member": 7}),
    ("member", {"member": ""}),
    ("member", {"member": "\ud800"}),
    ("member", {"member": "a\nb"}),
    ("member", {"member": "x" * 10_000}),
    ("reason", {"reason": "Because I like her"}),
    ("reason", {"reason": ""}),
    ("reason", {"reason": "x" * 100}),
    ("reason", {"reason": None}),
    ("colour", {"colour": "red"}),
]


@pytest.mark.parametrize(("path", "wrong"), BAD)
def test_a_bad_argument_is_one_typed_error_with_its_path_and_nothing_changes(
    path: str, wrong: dict[str, Any]
) -> None:
    storage = MemoryStorage()
    shop = Commerce(storage, Rulebook(), keys=DemoKeys())
    member = shop.members.register(identifier=CARD).member
    arguments: dict[str, Any] = {"member": member, "points": Points(1), "reason": "gift", **wrong}

    with pytest.raises(BadValue) as caught:
        shop.points.adjust(**arguments)

    assert path == caught.value.path
    assert 1 == len(journal(storage))


def test_an_argument_without_a_name_is_told_its_names() -> None:
    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())

    with pytest.raises(BadValue, match=r"the arguments of points\.balance are named: member"):
        shop.points.balance(MemberId("m"))  # type: ignore[call-arg]


def test_a_missing_argument_is_named() -> None:
    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())

    with pytest.raises(BadValue) as caught:
        shop.points.adjust(member=MemberId("m"), points=Points(1))  # type: ignore[call-arg]

    assert ("reason", "points.adjust needs it") == (caught.value.path, caught.value.reason)


@pytest.mark.parametrize("text", ["", " M-1", "M 1", "Ｍ-1", "M-1\n", "x" * 65, 7, None, "\ud800", "й"])
def test_a_card_number_that_is_not_in_normal_form_is_refused(text: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Identifier(Namespace.TILL_MEMBER, text)

    assert "text" == caught.value.path


def test_the_number_on_a_card_is_not_shown_in_a_traceback() -> None:
    assert "M-1001" not in repr(CARD)


# --- the door ---------------------------------------------------------------------------------------


def opened(**wrong: Any) -> object:
    return Commerce(**{"storage": MemoryStorage(), "rulebook": Rulebook(), "keys": DemoKeys(), **wrong})


@pytest.mark.parametrize(
    ("path", "open_door"),
    [
        ("storage", lambda: opened(storage=AsyncMemoryStorage())),
        ("storage", lambda: opened(storage=MemoryStorage)),
        ("storage", lambda: opened(storage=None)),
        ("storage", lambda: AsyncCommerce(MemoryStorage(), Rulebook(), keys=DemoKeys())),  # type: ignore[arg-type]
        ("storage", lambda: ThreadedStorage(None)),  # type: ignore[arg-type]
        ("storage", lambda: ThreadedStorage(AsyncMemoryStorage())),  # type: ignore[arg-type]
        ("rulebook", lambda: opened(rulebook=None)),
        ("keys", lambda: opened(keys=None)),
        ("keys", lambda: opened(keys=b"secret")),
        ("keys", lambda: opened(keys=DemoKeys)),
        ("clock", lambda: opened(clock=5)),
        ("ids", lambda: opened(ids=5)),
        ("processes.a", lambda: opened(processes={"a": 5})),
        ("processes", lambda: opened(processes={"a/b": lambda _subject: None})),
    ],
)
def test_a_door_says_what_it_cannot_be_opened_with(path: str, open_door: Callable[[], object]) -> None:
    with pytest.raises(BadValue) as caught:
        open_door()

    assert path == caught.value.path


def test_there_are_no_keys_unless_the_host_brings_them() -> None:
    with pytest.raises(TypeError, match="keys"):
        Commerce(MemoryStorage(), Rulebook())  # type: ignore[call-arg]


def test_a_verb_shows_its_own_signature() -> None:
    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())

    assert ["member", "points", "reason"] == list(inspect.signature(shop.points.adjust).parameters)
    assert "Balance" == inspect.signature(shop.points.adjust).return_annotation
    assert "adjust" == shop.points.adjust.__name__
    assert "Give (above zero)" in (shop.points.adjust.__doc__ or "")


def test_a_flow_that_does_not_say_what_it_answers_is_told_so() -> None:
    def silent():  # type: ignore[no-untyped-def]  # noqa: ANN202
        yield

    shop = Commerce(MemoryStorage(), Rulebook(), keys=DemoKeys())
    with pytest.raises(TypeError, match="must say what it answers"):
        shop.run(silent)


def test_a_question_that_is_not_asked_says_how_to_ask_it() -> None:
    with pytest.raises(TypeError, match=r"yield from ask\(Now"):
        iter(Now())


def test_a_refusal_without_a_verdict_is_told_what_it_needs() -> None:
    with pytest.raises(TypeError, match="carries a verdict"):
        Refused("nope")  # type: ignore[arg-type]


def actors(storage: Storage) -> list[str]:
    """Who registered, and who moved points; where that leaves the member is judged along with it."""
    told = [entry["actor"] for entry in journal(storage) if entry["tag"] != "person.judged"]
    return [actor.get("name", actor.get("id")) for actor in told]


def test_once_and_acting_turn_a_copy_and_leave_the_shop_as_it_was() -> None:
    storage: Storage = MemoryStorage()
    shop = Commerce(storage, Rulebook(), keys=DemoKeys())
    member = shop.members.register(identifier=CARD).member
    keyed = shop.once("k").acting(Staff("s-7"))

    for _ in range(2):
        keyed.points.adjust(member=member, points=Points(1), reason="gift")
        shop.points.adjust(member=member, points=Points(1), reason="gift")

    assert Points(3) == shop.points.balance(member=member).points
    assert ["host", "s-7", "host", "host"] == actors(storage)


def test_a_host_runs_flows_of_its_own() -> None:
    storage = MemoryStorage()
    shop = Commerce(storage, Rulebook(), keys=DemoKeys(), events=EVENTS)
    async_shop = AsyncCommerce(AsyncMemoryStorage(storage), Rulebook(), keys=DemoKeys(), events=EVENTS)

    assert 2 == shop.once("k").run(grow, id="a", by=2)
    assert 2 == asyncio.run(async_shop.once("k").run(grow, id="a", by=2))
    assert 3 == asyncio.run(async_shop.run(grow, id="a"))
    with pytest.raises(BadValue, match="by: expected int, got str"):
        shop.run(grow, id="a", by="2")  # type: ignore[arg-type]
    with pytest.raises(BadValue, match="arguments of grow are named"):
        shop.run(grow, "a")  # type: ignore[call-arg]


def test_an_event_without_a_tag_is_refused_and_nothing_is_stored() -> None:
    storage = MemoryStorage()
    shop = Commerce(storage, Rulebook(), keys=DemoKeys())

    with pytest.raises(BadValue, match="ThingKept has no tag"):
        shop.run(grow, id="a")

    assert [] == journal(storage)


def test_the_async_door_turns_copies_alike() -> None:
    storage = MemoryStorage()
    shop = AsyncCommerce(AsyncMemoryStorage(storage), Rulebook(), keys=DemoKeys())

    async def told() -> Points:
        member = (await shop.acting(Staff("s-7")).members.register(identifier=CARD)).member
        for _ in range(2):
            await shop.once("k").points.adjust(member=member, points=Points(1), reason="gift")
        return (await shop.points.balance(member=member)).points

    assert Points(1) == asyncio.run(told())
    assert ["s-7", "host"] == actors(storage)


def test_an_entry_of_the_journal_is_plain_json() -> None:
    storage = MemoryStorage()
    Commerce(storage, Rulebook(), keys=DemoKeys()).members.register(identifier=CARD)

    (first, second) = storage.journal(START, 10)

    assert "rulebook.installed" == json.loads(first.body)["tag"]
    assert "member.registered" == json.loads(second.body)["tag"]
