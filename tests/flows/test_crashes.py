"""A process may be killed, and an answer lost, at any call of the storage: telling it again puts all right.

No call is missed: an undisturbed run says how many there are. The negative controls at the end do the same to
tills that keep the sale in one commit and its points in another, and there points do get lost or doubled.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs
import pytest

from omnicommerce import Commerce, DemoKeys, MemoryStorage, SqliteStorage
from omnicommerce.kernel.errors import CommitUnknown
from omnicommerce.kernel.points import Points
from omnicommerce.ports.storage import START, Batch, Committed, Key, Record, Storage
from omnicommerce.testing import CountingIds, CountingStorage, CrashingStorage, FrozenClock, LossyStorage
from omnicommerce.testing.faults import SimulatedCrash
from tests.shopfront import DAY, RULES, SHOP_OPENS, SPRING, Shop, returned, sale, tell

CARDS: Final = ("M-1", "M-2", "M-3")
DRAWN: Final = re.compile(r"(first|again)-\d+")
"""Ids that the disturbed run and the one after it have drawn: what happened is the same under others."""

Keeper: TypeAlias = MemoryStorage | SqliteStorage
Disturbed: TypeAlias = Callable[[Storage], Storage]


@attrs.frozen
class Story:
    """What a shop has lived through at some instant, and what it is told then."""

    name: str
    now: datetime
    lived: Callable[[Shop], object]
    told: Callable[[Shop], object]
    leaves: tuple[str, ...]
    """Tags that must be among what it writes: a story in which nothing happens proves nothing."""
    rules: Any = RULES


# --- the stories ---------------------------------------------------------------------------------

BOUGHT: Final = sale(1, 35_050, coupons=(SPRING,))
LATER: Final = SHOP_OPENS + 20 * DAY
BURNING: Final = sale(2, [("milk", 2, 6_000), ("bread", 1, 4_000)], at=LATER, burn=Points(120))
ALL_OF_IT: Final = ((1, 2), (2, 1))
LONG_AFTER: Final = SHOP_OPENS + 240 * DAY
"""Points have run out, silver is lost, and whoever bought is lost, too."""


def nothing(shop: Shop) -> None:
    """A shop that nobody has used."""


def a_purchase(shop: Shop) -> None:
    tell(shop.at(SHOP_OPENS), BOUGHT)


def a_purchase_with_points(shop: Shop) -> None:
    a_purchase(shop)
    tell(shop.at(LATER), attrs.evolve(BURNING, coupons=(SPRING,)))


def two_returns_too_early(shop: Shop) -> None:
    a_purchase(shop)
    shop.at(LATER)
    tell(shop, returned(BURNING, "early", ((1, 1),), at=LATER))
    tell(shop, returned(BURNING, "too much", ((2, 2),), at=LATER))


def three_purchases(shop: Shop) -> None:
    for number, card in enumerate(CARDS, 1):
        tell(shop.at(SHOP_OPENS), sale(number, 35_050, card=card))


def spend(shop: Shop) -> object:
    """Nothing names a spend but the key that whoever asks gives it."""
    member = shop.member()
    return shop.commerce.once("mug-1").points.spend(member=member, points=Points(80), source="reward/mug")


MANY: Final = (
    BURNING,
    sale(3, 2_000, at=LATER, card="M-2", coupons=(SPRING,)),
    returned(BURNING, "r1", ((1, 1),), at=LATER),
    sale(4, 900, at=LATER, store="s9"),
    returned(sale(9), "r2", at=LATER),
    BURNING,
)

STORIES: Final = (
    Story(
        "the first sale of all",
        SHOP_OPENS,
        nothing,
        lambda shop: shop.commerce.sales.ingest(sale=BOUGHT),
        ("rulebook.installed", "member.registered", "sale.recorded", "coupon.redeemed", "points.moved"),
    ),
    Story(
        "a guest's sale",
        SHOP_OPENS,
        a_purchase,
        lambda shop: shop.commerce.sales.ingest(sale=sale(5, card=None)),
        ("guest.noted", "sale.recorded"),
    ),
    Story(
        "a sale that burns and earns",
        LATER,
        a_purchase,
        lambda shop: shop.commerce.sales.ingest(sale=BURNING),
        ("sale.recorded", "points.moved"),
    ),
    Story(
        "a sale for which returns wait",
        LATER,
        two_returns_too_early,
        lambda shop: shop.commerce.sales.ingest(sale=BURNING),
        ("sale.recorded", "return.taken", "return.refused"),
    ),
    Story(
        "a return that waits",
        LATER,
        a_purchase,
        lambda shop: shop.commerce.sales.take_back(goods=returned(BURNING, at=LATER)),
        ("return.parked",),
    ),
    Story(
        "a part comes back",
        LATER,
        a_purchase_with_points,
        lambda shop: shop.commerce.sales.take_back(goods=returned(BURNING, at=LATER)),
        ("return.taken", "points.moved"),
    ),
    Story(
        "all of it comes back",
        LATER,
        a_purchase,
        lambda shop: shop.commerce.sales.take_back(goods=returned(BOUGHT, at=LATER)),
        ("return.taken", "coupon.released", "points.moved", "tier.changed"),
    ),
    Story(
        "many at once",
        LATER,
        a_purchase,
        lambda shop: [str(each) for each in shop.commerce.sales.ingest_many(facts=MANY)],
        ("sale.recorded", "member.registered", "return.taken", "return.parked"),
    ),
    Story("points are spent", LATER, a_purchase, spend, ("points.moved",)),
    Story(
        "a tick",
        LONG_AFTER,
        three_purchases,
        # How many it settled itself is not the whole answer of a tick that was begun before.
        lambda shop: shop.commerce.tick().failures,
        ("points.moved", "tier.changed", "stage.changed", "person.judged"),
    ),
)


def shop_over(storage: Storage, story: Story, draws: str) -> Shop:
    clock = FrozenClock(story.now)
    ids = CountingIds(draws)
    return Shop(Commerce(storage, story.rules, keys=DemoKeys(), clock=clock, ids=ids), storage, clock)


# --- what is in the books ------------------------------------------------------------------------

Books: TypeAlias = tuple[Counter[str], Counter[str]]


def journal(storage: Keeper) -> list[dict[str, Any]]:
    """All that was ever told, the shop's opening and its rulebook as well."""
    return [json.loads(entry.body) for entry in storage.journal(START, 1_000)]


def books(storage: Keeper) -> Books:
    """All records and all entries, but for the random ids."""
    records = storage.everything(Key("", ""), 1_000)
    bodies = (f"{key.collection}/{key.id} {_told(record)}" for key, record in records)
    entries = (f"{entry['tag']} {json.dumps(entry['fact'])}" for entry in journal(storage))
    return Counter(DRAWN.sub("*", each) for each in bodies), Counter(DRAWN.sub("*", each) for each in entries)


def _told(record: Record) -> str:
    return json.dumps(json.loads(record.body)["value"])


def faults(storage: Keeper, story: Story) -> Iterator[str]:
    """What is not whole: the audit, the sums, and balance = statement = journal of every person."""
    shop = shop_over(storage, story, "looking")
    yield from map(str, shop.commerce.audit().findings)
    entries = journal(storage)
    moved = [entry["fact"] for entry in entries if entry["tag"] == "points.moved"]
    yield from (f"{fact['id']} sums to something" for fact in moved if sum(map(_points, fact["postings"])))
    one_with = {
        key.id: json.loads(record.body)["value"]["members"]
        for key, record in storage.everything(Key("", ""), 1_000)
        if key.collection == "node"
    }
    for member in {each for entry in entries for each in entry.get("members", ())}:
        balance = shop.commerce.points.balance(member=member)
        # What has run out is no longer in the balance, and stays in the books until it is swept.
        has = (balance.points + balance.pending - balance.debt).count
        lines = shop.commerce.points.statement(member=member, limit=500).lines
        posted = [
            each["points"]
            for fact in moved
            if fact["member"] in one_with[member]
            for each in fact["postings"]
            if each["account"] in ("member", "debt")
        ]
        said = sum(line.points.count for line in lines)
        if sum(posted) != said or (has != said and story.now is not LONG_AFTER):
            yield f"{member} has {has}, the statement says {said}, the journal {sum(posted)}"


def _points(posting: dict[str, Any]) -> int:
    return int(posting["points"])


def disagreements(storage: Keeper, story: Story) -> Iterator[str]:
    """Where what is known of a person is not what the verbs work out anew."""
    shop = shop_over(storage, story, "looking")
    for key, record in storage.everything(Key("person", ""), 1_000):
        person = json.loads(record.body)["value"]
        if key.collection != "person" or person["standing"] is None:
            continue
        member = person["members"][0]
        is_so = (shop.commerce.tiers.of(member=member).level, shop.commerce.stages.of(member=member).stage)
        if is_so != (person["standing"]["tier"], person["standing"]["stage"]):
            yield f"{member} is {is_so}, and known as {person['standing']}"


# --- disturbing a story --------------------------------------------------------------------------


class Witness(CountingStorage):
    """Remembers the books as they stood after every commit."""

    def __init__(self, storage: Keeper) -> None:
        super().__init__(storage)
        self.kept = storage
        self.seen = [books(storage)]

    def commit(self, batch: Batch) -> Committed:
        committed = super().commit(batch)
        self.seen.append(books(self.kept))
        return committed


@attrs.frozen
class Undisturbed:
    """What a story comes to if nothing goes wrong: each state of the books on the way, and the answer."""

    seen: list[Books]
    answer: object
    calls: int
    commits: int


class InMemory:
    """A shop's records in memory outlive its process here: whoever takes over is handed the same."""

    def __init__(self, story: Story) -> None:
        self.story = story

    @contextmanager
    def lived(self) -> Iterator[MemoryStorage]:
        storage = MemoryStorage()
        self.story.lived(shop_over(storage, self.story, "before"))
        yield storage

    @contextmanager
    def reopened(self, storage: Keeper) -> Iterator[Keeper]:
        yield storage


class InFile:
    """A shop's records in a file, which is opened anew after every crash."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story = story
        self.kept = folder / "kept.db"
        self.file = folder / "shop.db"
        with SqliteStorage(self.kept) as storage:
            story.lived(shop_over(storage, story, "before"))

    @contextmanager
    def lived(self) -> Iterator[SqliteStorage]:
        shutil.copyfile(self.kept, self.file)
        with SqliteStorage(self.file) as storage:
            yield storage

    @contextmanager
    def reopened(self, storage: Keeper) -> Iterator[Keeper]:
        assert isinstance(storage, SqliteStorage)
        storage.close()
        with SqliteStorage(self.file) as again:
            yield again


def undisturbed(home: InMemory | InFile) -> Undisturbed:
    with home.lived() as storage:
        witness = Witness(storage)
        answer = home.story.told(shop_over(witness, home.story, "first"))
        return Undisturbed(witness.seen, answer, len(witness.calls), witness.counts["commit"])


def crashes(calls: int) -> Iterator[tuple[str, Disturbed]]:
    """A crash before and after each call."""
    moments: tuple[Literal["before", "after"], ...] = ("before", "after")
    for nth in range(1, calls + 1):
        for when in moments:
            yield f"crashed {when} call {nth}", lambda s, n=nth, w=when: CrashingStorage(s, n, w)  # type: ignore[misc]


def losses(commits: int) -> Iterator[tuple[str, Disturbed]]:
    """Each commit's request lost, and each commit's answer."""
    sides: tuple[Literal["request", "answer"], ...] = ("request", "answer")
    for nth in range(1, commits + 1):
        for lost in sides:
            yield f"lost the {lost} of commit {nth}", lambda s, n=nth, x=lost: LossyStorage(s, n, x)  # type: ignore[misc]


def wrong_ends(
    home: InMemory | InFile, right: Undisturbed, disturbed: tuple[str, Disturbed]
) -> Iterator[str]:
    """What is wrong after a disturbance, and after whoever had no answer has told it once more."""
    story, (what, disturbing) = home.story, disturbed
    with home.lived() as storage:
        with suppress(SimulatedCrash, CommitUnknown):
            answer = story.told(shop_over(disturbing(storage), story, "first"))
            if what.startswith("crashed"):
                yield f"{what}: it did not crash"
            if answer != right.answer:
                yield f"{what}: it answered {answer}"
        with home.reopened(storage) as kept:
            if books(kept) not in right.seen:
                yield f"{what}: something was done by halves"
            yield from (f"{what}: {each}" for each in faults(kept, story))
            answer = story.told(shop_over(kept, story, "again"))
            if answer != right.answer:
                yield f"{what}: told again, it answered {answer}"
            if books(kept) != right.seen[-1]:
                yield f"{what}: told again, the books end otherwise"


def all_wrong_ends(home: InMemory | InFile) -> list[str]:
    right = undisturbed(home)
    disturbances = (*crashes(right.calls), *losses(right.commits))
    return [each for disturbed in disturbances for each in wrong_ends(home, right, disturbed)]


# --- the laws ------------------------------------------------------------------------------------

every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@every_story
def test_whatever_call_a_process_dies_at_telling_it_again_ends_as_if_nothing_had_happened(
    story: Story,
) -> None:
    assert [] == all_wrong_ends(InMemory(story))


@pytest.mark.parametrize(
    "story", [each for each in STORIES if each.name.startswith("a sale")], ids=lambda story: story.name
)
def test_so_it_is_with_a_file_that_is_opened_anew(story: Story, tmp_path: Path) -> None:
    assert [] == all_wrong_ends(InFile(story, tmp_path))


@every_story
def test_every_call_of_a_story_is_crashed_at(story: Story) -> None:
    home = InMemory(story)
    right = undisturbed(home)
    with home.lived() as storage:
        behind = CrashingStorage(storage, right.calls + 1, "before")

        assert right.answer == story.told(shop_over(behind, story, "first"))
        assert right.calls == behind.calls
        assert right.commits >= 1


@every_story
def test_the_stories_are_worth_disturbing_and_end_well(story: Story) -> None:
    home = InMemory(story)
    with home.lived() as storage:
        before = len(journal(storage))
        story.told(shop_over(storage, story, "first"))
        tags = {entry["tag"] for entry in journal(storage)[before:]}

        assert set() == set(story.leaves) - tags
        assert [] == [*faults(storage, story), *disagreements(storage, story)]


@every_story
def test_what_was_told_is_told_once_however_often_it_is_told(story: Story) -> None:
    home = InMemory(story)
    right = undisturbed(home)
    with home.lived() as storage:
        answers = [story.told(shop_over(storage, story, "again")) for _ in range(3)]

        assert [right.answer] * 3 == answers
        assert right.seen[-1] == books(storage)


# --- the negative control ------------------------------------------------------------------------

NOTHING_EARNED: Final = attrs.evolve(RULES, points=attrs.evolve(RULES.points, earn_per=None))


def told_in_two_commits(shop: Shop) -> object:
    """Keep the sale, then give the points; a receipt that is there was told before."""
    (there,) = shop.storage.read((Key("sale", BOUGHT.key.id),))
    member = shop.member()
    if there is None:
        shop.commerce.sales.ingest(sale=BOUGHT)
        shop.commerce.points.adjust(member=member, points=Points(350), reason="sale")
    return shop.commerce.points.balance(member=member)


def told_in_two_commits_points_first(shop: Shop) -> object:
    """The other way round is no better."""
    (there,) = shop.storage.read((Key("sale", BOUGHT.key.id),))
    member = shop.member()
    if there is None:
        shop.commerce.points.adjust(member=member, points=Points(350), reason="sale")
        shop.commerce.sales.ingest(sale=BOUGHT)
    return shop.commerce.points.balance(member=member)


@pytest.mark.parametrize(
    ("naive", "left"),
    [(told_in_two_commits, Points(0)), (told_in_two_commits_points_first, Points(700))],
)
def test_in_two_commits_points_are_lost_or_given_twice(naive: Callable[[Shop], Any], left: Points) -> None:
    story = Story("in two commits", SHOP_OPENS, lambda shop: shop.member(), naive, (), NOTHING_EARNED)
    home = InMemory(story)
    right = undisturbed(home)
    ends = set()
    for _, disturbing in crashes(right.calls):
        with home.lived() as storage:
            with suppress(SimulatedCrash):
                naive(shop_over(disturbing(storage), story, "first"))
            ends.add(naive(shop_over(storage, story, "again")).points)

    assert {Points(350), left} == ends
    assert "told again, the books end otherwise" in {each.split(": ")[1] for each in all_wrong_ends(home)}
