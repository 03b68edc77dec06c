"""What a sale costs: told alone, told in groups, and told by a member with ten thousand of them.

The hand-written script does the same work on the same tables in the same journal mode. It reads the same
JSON text into checked values, keeps the same books by rules that are written into it, and writes the same
rows and the same JSON. Both are handed the same clock and the same ids, so before and after they are timed
their files are compared row by row, and must be the same to the byte.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, Final, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from benchmarks.rows import Effort, Pair, Row, alone, compared, limited, run, side_by_side
from omnicommerce import Commerce, DemoKeys, Identifier, Money, Namespace, Rulebook, SqliteStorage, wire
from omnicommerce.adapters.storage.sqlite_file import connect
from omnicommerce.coupons import Campaign
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, StoreId
from omnicommerce.kernel.window import Window
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, TierRules
from omnicommerce.orders import Sale, SaleRules
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Storage
from omnicommerce.runner import Done
from omnicommerce.stores import Store
from omnicommerce.testing import FrozenClock

GROUP: Final = 100
"""As many sales as the library puts into one commit."""

OPENING: Final = datetime(2026, 1, 1, 4, tzinfo=UTC)
"""Noon in Shanghai."""

DAY: Final = timedelta(days=1)
A_WEEK: Final = 7 * DAY

RULES: Final = Rulebook(
    sales=SaleRules(zone="Asia/Shanghai", currency="CNY"),
    points=PointsRules(earn_per=Money(100, "CNY"), activation_days=14, expiry_days=90),
    tiers=TierRules(
        levels=(Level("silver", Money(30_000, "CNY")), Level("gold", Money(100_000, "CNY"))),
        window_days=180,
        grace_days=30,
    ),
    stages=StageRules(
        stages=(
            Stage("lost", enter=Signs(silent_days_min=120)),
            Stage("at risk", enter=Signs(silent_days_min=60), stay=Signs(silent_days_min=10)),
            Stage("active", enter=Signs(age_days_min=30)),
            Stage("new"),
        )
    ),
    stores={StoreId(id): Store("Asia/Shanghai") for id in ("s1", "s2", "web")},
    campaigns={
        CampaignId("spring"): Campaign(
            name="Spring", window=Window(OPENING, OPENING + 30 * DAY), products="dairy", uses_per_member=1
        )
    },
    product_lists={"dairy": frozenset({ProductId("milk"), ProductId("cheese")})},
)


def measure(effort: Effort) -> Iterator[Row]:
    """Every row of this benchmark."""
    with TemporaryDirectory() as folder:
        check(Path(folder) / "check", effort)
        yield from beside_the_script(Path(folder) / "pair", effort)
        yield from of_a_long_history(Path(folder) / "long", effort)


# --- what is told --------------------------------------------------------------------------------


class Told(NamedTuple):
    """A sale as a till sends it, and when it arrives."""

    now: datetime
    document: str


class Ids:
    """Random to look at and the same for both, so that what both have written can be compared."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, seed: int) -> None:
        """Begin anew."""
        self._draws = random.Random(seed)  # noqa: S311  # nobody has to be kept from guessing

    def fresh(self) -> str:
        """See `omnicommerce.ports.ids.Ids`."""
        return f"{self._draws.getrandbits(128):032x}"

    def code(self, length: int) -> str:
        """See `omnicommerce.ports.ids.Ids`."""
        raise NotImplementedError(f"nobody needs a code of {length}")


HOUR: Final = timedelta(hours=1)
HALF_A_MINUTE: Final = timedelta(seconds=30)

DAILY: Final = 9
"""How often the customer with ten thousand sales comes."""

YOUNG_DAYS: Final = 20
"""The days between two sales of the others."""

YOUNG_SALES: Final = 10

LINES: Final = (2, 3, 2, 3, 2, 3, 2, 3, 2, 10)
"""Receipts of two or three lines, and one of ten."""

ARTICLES: Final = ("milk", "cheese", "bread", "tea", "rice", "soap", "oil", "eggs", "salt", "melon")


def tills(cards: Sequence[str], since: datetime, step: timedelta, till: str) -> Iterator[Told]:
    """What a till tells: a sale after each *step*, by one card after another."""
    draw = random.Random(till)  # noqa: S311  # the same sales for both
    for number in itertools.count(1):
        now = since + number * step
        yield Told(now, document(draw, number, cards[number % len(cards)], now, till))


def dated(told: Told, now: datetime) -> Told:
    """The same sale, at another time."""
    at = (now - HALF_A_MINUTE).isoformat()
    return Told(now, json.dumps({**json.loads(told.document), "at": at}))


def document(draw: random.Random, number: int, card: str, now: datetime, till: str) -> str:
    """One sale as JSON; it happened half a minute ago."""
    lines: list[dict[str, Any]] = []
    for _ in range(LINES[number % len(LINES)]):
        paid = {"minor": draw.randint(100, 4_000), "currency": "CNY"}
        lines.append({"product": draw.choice(ARTICLES), "quantity": draw.randint(1, 3), "paid": paid})
    sale = {
        "store": "s1",
        "till": till,
        "number": f"{number:06}",
        "at": (now - HALF_A_MINUTE).isoformat(),
        "lines": lines,
        "total": {"minor": sum(line["paid"]["minor"] for line in lines), "currency": "CNY"},
        "channel": "store",
        "shown": {"namespace": "till_member", "text": card},
    }
    return json.dumps(sale)


# --- ours ----------------------------------------------------------------------------------------


class Ours:
    """A shop on SQLite, told by documents."""

    def __init__(self, path: Path, ids: Ids) -> None:
        self.clock = FrozenClock(OPENING)
        self.storage = SqliteStorage(path)
        self.ids = ids
        self.shop = over(self.storage, self)

    def tell(self, told: Told) -> None:
        """Read a document and take the sale in."""
        self.clock.set(told.now)
        self.shop.sales.ingest(sale=wire.load(wire.parse(told.document), Sale))

    def tell_many(self, many: Sequence[Told]) -> None:
        """Read the documents and take the sales in, a group to a commit."""
        self.clock.set(many[-1].now)
        facts = [wire.load(wire.parse(told.document), Sale) for told in many]
        answers = self.shop.sales.ingest_many(facts=facts)
        assert all(type(each) is Done for each in answers), "every sale is taken in"

    def join(self, card: str) -> MemberId:
        """Make whoever has that card a member."""
        return self.shop.members.register(identifier=Identifier(Namespace.TILL_MEMBER, card)).member


def over(storage: Storage, ours: Ours) -> Commerce:
    """The front door to *storage*, with the clock and the ids of *ours*."""
    return Commerce(storage, RULES, keys=DemoKeys(), clock=ours.clock, ids=ours.ids)


# --- by hand -------------------------------------------------------------------------------------

ZONE: Final = ZoneInfo("Asia/Shanghai")
STORES: Final = frozenset({"s1", "s2", "web"})
WAKES, EXPIRES = 14, 90
WINDOW, GRACE = 180, 30
LEVELS: Final = (("silver", 30_000), ("gold", 100_000))
AGE, SILENT, LOST = 30, 60, 120
LOTS_A_PAGE: Final = 64
LINES_MAX: Final = 1_000
NAME_MAX, PRODUCT_MAX = 64, 256
QUANTITY_MAX, AMOUNT_MAX = 9_999_999, 10**15

dumps: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
"""Keys are written down in their order, so nothing has to be sorted."""


class Line(NamedTuple):
    """A line of a receipt, once it has been checked."""

    product: str
    quantity: int
    paid: int


class Receipt(NamedTuple):
    """A sale, once it has been checked."""

    id: str
    store: str
    at: datetime
    channel: str
    card: str
    lines: list[Line]
    total: int


def checked_receipt(text: str) -> Receipt:
    """Read a sale and believe nothing."""
    said = of_fields(
        json.loads(text), {"store", "till", "number", "at", "lines", "total", "channel", "shown"}
    )
    names = [name(said[part]) for part in ("store", "till", "number")]
    shown = of_fields(said["shown"], {"namespace", "text"})
    card = name(shown["text"])
    if shown["namespace"] != "till_member" or not card.isascii() or " " in card:
        raise ValueError("shown")
    if type(said["at"]) is not str or said["channel"] not in ("store", "web", "app"):
        raise ValueError("at, or channel")
    at = datetime.fromisoformat(said["at"])
    if at.tzinfo is None:
        raise ValueError("at")
    if type(said["lines"]) is not list or not 0 < len(said["lines"]) <= LINES_MAX:
        raise ValueError("lines")
    lines = [checked_line(line) for line in said["lines"]]
    total = minor(said["total"])
    if total != sum(line.paid for line in lines):
        raise ValueError("total")
    return Receipt("/".join(names), names[0], at.astimezone(UTC), said["channel"], card, lines, total)


def of_fields(data: Any, fields: set[str]) -> Any:
    if type(data) is not dict or data.keys() != fields:
        raise ValueError(f"expected {fields}")
    return data


def name(text: object) -> str:
    if type(text) is not str or not 0 < len(text) <= NAME_MAX or "/" in text or not text.isprintable():
        raise ValueError("a name")
    return text


def checked_line(data: Any) -> Line:
    line = of_fields(data, {"product", "quantity", "paid"})
    product, quantity = line["product"], line["quantity"]
    if type(product) is not str or not 0 < len(product) <= PRODUCT_MAX or not product.isprintable():
        raise ValueError("product")
    if type(quantity) is not int or not 0 < quantity <= QUANTITY_MAX:
        raise ValueError("quantity")
    return Line(product, quantity, minor(line["paid"]))


def minor(money: Any) -> int:
    count = of_fields(money, {"minor", "currency"})["minor"]
    if type(count) is not int or not 0 <= count <= AMOUNT_MAX or money["currency"] != "CNY":
        raise ValueError("money")
    return count


def as_text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")[:-6] + "Z"


@lru_cache(maxsize=1_000)
def opening_of(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)


@lru_cache(maxsize=1_000)
def lot_dates(day: date) -> tuple[str, str, str]:
    """When points of *day* wake, when they run out, and in which month that is."""
    ends = day + timedelta(days=WAKES + EXPIRES)
    return as_text(opening_of(day + timedelta(days=WAKES))), as_text(opening_of(ends)), f"{ends:%Y-%m}"


def shares(whole: int, weights: Sequence[int]) -> list[int]:
    """Share *whole* out by largest remainders."""
    everything = sum(weights)
    parts = [whole * weight // everything for weight in weights]
    left = whole - sum(parts)
    if left:
        rests = sorted(range(len(parts)), key=lambda place: -(whole * weights[place] % everything))
        for place in rests[:left]:
            parts[place] += 1
    return parts


def course_of(spend: Mapping[int, int], start: int) -> list[tuple[int, int]]:
    """What counts from which day on, since *start*."""
    total = 0
    changes = []
    for day, amount in spend.items():
        leaves = day + WINDOW
        if leaves <= start:
            continue
        changes.append((leaves, -amount))
        if day <= start:
            total += amount
        else:
            changes.append((day, amount))
    course = [(start, total)]
    for day, amount in sorted(changes):
        total += amount
        if course[-1][0] == day:
            course[-1] = (day, total)
        else:
            course.append((day, total))
    return course


def tier_on(spend: Mapping[int, int], today: int) -> tuple[str, int | None]:
    """The level of *today*, and the day on which it will be lost if nothing more is bought."""
    course = course_of(spend, today - GRACE)
    best = max(total for day, total in course if day <= today)
    reached = sum(wanted <= best for _, wanted in LEVELS)
    if not reached:
        return "member", None
    level, wanted = LEVELS[reached - 1]
    below = None
    for day, total in course:
        if below is not None and day > below + GRACE:
            break
        if total >= wanted:
            below = None
        elif below is None:
            below = day
    assert below is not None, "what counts leaves the window in the end"
    return level, below + GRACE


def stage_on(day: int, first: int, last: int) -> str:
    if day < first:
        return ""
    silent = day - last
    if silent >= LOST:
        return "lost"
    if silent >= SILENT:
        return "at risk"
    return "active" if day - first >= AGE else "new"


class ByHand:
    """The same books, written straight on sqlite3: the same rows and the same JSON.

    It knows what these sales need, and stops at everything else.
    """

    def __init__(self, path: Path, ids: Ids) -> None:
        self.db = connect(path, 10.0)
        self.ids = ids
        self.keys = DemoKeys()
        self.rulebook = wire.press(RULES).digest

    def tell(self, told: Told) -> None:
        """Take in one sale in a transaction of its own."""
        self.tell_many([told])

    def tell_many(self, many: Sequence[Told]) -> None:
        """Take in these sales in one transaction."""
        receipts = [checked_receipt(told.document) for told in many]
        self.db.execute("BEGIN IMMEDIATE")
        try:
            writing = Writing(self, many[-1].now)
            for receipt in receipts:
                writing.sale(receipt)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")


class Writing:
    """One transaction of the script."""

    def __init__(self, script: ByHand, now: datetime) -> None:
        self.execute = script.db.execute
        self.keys, self.rulebook = script.keys, script.rulebook
        self.batch = script.ids.fresh()
        self.now, self.written_at = now, as_text(now)
        self.today = now.astimezone(ZONE).date()
        self.number = 0

    def sale(self, sale: Receipt) -> None:
        """Keep a sale, with all that follows from it."""
        member = self.keys.digest("node", f"till_member|0|{sale.card}")
        told, _, _ = self.row("sale", sale.id)
        if told:
            return
        waiting, _, _ = self.row("waiting", sale.id)
        node_version, node, _ = self.row("node", member)
        if waiting or not node_version or not node["person"]:
            raise NotImplementedError("returns that wait, and cards never seen")
        if sale.store not in STORES or sale.at > self.now + timedelta(minutes=5):
            raise ValueError("no such store, or in the future")
        if sale.at < self.now - timedelta(days=3_650):
            raise ValueError("too late")
        day = sale.at.astimezone(ZONE).date()
        points = sale.total // 100
        lot, moved, writes = self.points(member, sale, day, points) if points else (None, None, [])
        record = {
            "at": as_text(sale.at),
            "channel": sale.channel,
            "coupons": [],
            "currency": "CNY",
            "day": day.isoformat(),
            "drawn": [],
            "lines": [
                {
                    "burned": 0,
                    "earned": earned,
                    "paid_minor": line.paid,
                    "product": line.product,
                    "quantity": line.quantity,
                    "returned": 0,
                }
                for line, earned in zip(
                    sale.lines, shares(points, [line.paid for line in sale.lines]), strict=True
                )
            ],
            "lot": lot,
            "member": member,
            "node": member,
            "store": sale.store,
        }
        place = ("node", f"{member} {record['at']}")
        self.put("sale", sale.id, record, "", None, place)
        version, person, due = self.row("person", node["person"])
        days, spent = self.spend(member, sale, day, person["standing"])
        of_sale = {"at": record["at"], "channel": sale.channel, "members": [member], "store": sale.store}
        self.entry(
            "sale.recorded",
            {"record": record, "sale": sale.id},
            of_sale,
            [["sale", sale.id, "", self.batch], spent],
        )
        if moved is not None:
            self.entry("points.moved", moved, of_sale, writes)
        self.judge(member, node["person"], (version, person, due), days)

    # --- points

    def points(
        self, member: str, sale: Receipt, day: date, points: int
    ) -> tuple[str, dict[str, Any], list[list[str]]]:
        """Put what a sale earned into the lot of its day."""
        active_at, expires_at, month = lot_dates(day)
        version, head, _ = self.row("points", member)
        months = head["months"] if version else []
        number = (head["movements"] if version else 0) + 1
        if version and head["debt"]:
            raise NotImplementedError("debts")
        known = next((each for each in months if each["month"] == month), None)
        if known is not None and known["pages"] > 1:
            raise NotImplementedError("second pages")
        page_id = f"{member}/{month}.0"
        page_version, page, _ = self.row("lots", page_id)
        lots = page["lots"] if page_version else []
        dates = {"active_at": active_at, "expires_at": expires_at}
        place = next((nth for nth, lot in enumerate(lots) if dates.items() <= lot.items()), len(lots))
        opened = []
        if place == len(lots):
            assert place < LOTS_A_PAGE, "second pages"
            opened = [{**dates, "lot": f"{month}.0/{place}"}]
            lots.append(
                {"active_at": active_at, "earned": 0, "expired": 0, "expires_at": expires_at, "remaining": 0}
            )
        lots[place]["earned"] += points
        lots[place]["remaining"] += points
        alive = [lot for lot in lots if lot["remaining"]]
        summary = {
            "active_last": max(lot["active_at"] for lot in alive),
            "expires_first": min(lot["expires_at"] for lot in alive),
            "first_page": 0,
            "month": month,
            "pages": 1,
            "remaining": points + (known["remaining"] if known is not None else 0),
        }
        months = sorted(
            [*(each for each in months if each["month"] != month), summary], key=lambda each: each["month"]
        )
        self.months = months
        movement = f"sale/{sale.id}/accrual"
        self.put("lots", page_id, {"lots": lots}, page_version)
        self.put("points", member, {"debt": 0, "months": months, "movements": number}, version)
        line = {
            "at": as_text(sale.at),
            "booked_at": self.written_at,
            "kind": "accrual",
            "member": member,
            "number": number,
            "points": points,
            "reason": "",
            "source": f"sale/{sale.id}",
        }
        place_of = f"{member} {self.written_at} {number:010}"
        self.put("movement", movement, line, "", None, ("member", place_of))
        moved = {
            "closed": [],
            "id": movement,
            "kind": "accrual",
            "member": member,
            "months": [summary],
            "moves": [{"earned": points, "expired": 0, "lot": f"{month}.0/{place}", "points": points}],
            "number": number,
            "opened": opened,
            "postings": [
                {"account": "member", "points": points},
                {"account": "issuer", "points": -points},
            ],
            "reason": "",
            "source": f"sale/{sale.id}",
        }
        writes = [
            ["lots", page_id, page_version, self.batch],
            ["points", member, version, self.batch],
            ["movement", movement, "", self.batch],
        ]
        return f"{month}.0/{place}", moved, writes

    # --- tier and stage

    def spend(
        self, member: str, sale: Receipt, day: date, standing: Any
    ) -> tuple[dict[int, tuple[int, int]], list[str]]:
        """Count a sale for its day, and return the days that matter."""
        first = min(self.today - timedelta(days=WINDOW + GRACE), day)
        if standing is not None:
            judged = date.fromisoformat(standing["stage_day"])
            if day < judged:
                raise NotImplementedError("sales that are told late")
            first = min(first, judged - timedelta(days=LOST + 1))
        mine = f"{member}/{day:%Y-%m}"
        rows = self.execute(
            "SELECT id, version, body FROM record WHERE collection = 'spend' AND id BETWEEN ? AND ?",
            (f"{member}/{first:%Y-%m}", f"{member}/{max(self.today, day):%Y-%m}"),
        ).fetchall()
        days: dict[int, tuple[int, int]] = {}
        version, bought = "", []
        for id, its_version, body in rows:
            its_days = json.loads(body)["value"]["days"]
            if id == mine:
                version, bought = its_version, its_days
            start = date(int(id[-7:-3]), int(id[-2:]), 1).toordinal() - 1
            for each in its_days:
                days[start + each["day"]] = (each["purchases"], each["spend_minor"])
        today = next((each for each in bought if each["day"] == day.day), None)
        if today is None:
            today = {"day": day.day, "purchases": 0, "spend_minor": 0}
            bought = sorted([*bought, today], key=lambda each: each["day"])
        today["purchases"] += 1
        today["spend_minor"] += sale.total
        days[day.toordinal()] = (today["purchases"], today["spend_minor"])
        self.put("spend", mine, {"days": bought}, version)
        return days, ["spend", mine, version, self.batch]

    def judge(
        self,
        member: str,
        person_id: str,
        held: tuple[str, Any, str],
        days: Mapping[int, tuple[int, int]],
    ) -> None:
        """Judge the member's tier and stage anew."""
        version, person, places = held
        before = person["standing"]
        today = self.today.toordinal()
        bought = sorted(each for each, (purchases, _) in days.items() if purchases)
        first = bought[0]
        if before is not None and before["first_day"] is not None:
            first = min(first, date.fromisoformat(before["first_day"]).toordinal())
        last = bought[-1]
        yesterday = next((each for each in reversed(bought) if each < today), first)
        stage = stage_on(today, first, last)
        tier, tier_changes = tier_on({each: spent for each, (_, spent) in days.items()}, today)
        turns = (each for each in (first + AGE, last + SILENT, last + LOST) if each > today)
        stage_changes = next((each for each in turns if stage_on(each, first, last) != stage), None)
        dues = [as_text(opening_of(date.fromordinal(each))) for each in (tier_changes, stage_changes) if each]
        dues += [month["expires_first"] for month in self.months]
        standing = {
            "due": min(dues, default=None),
            "first_day": date.fromordinal(first).isoformat(),
            "stage": stage,
            "stage_before": stage_on(today - 1, first, yesterday),
            "stage_day": self.today.isoformat(),
            "tier": tier,
        }
        after = {"members": person["members"], "standing": standing}
        self.put("person", person_id, after, version, places, ("due", min(dues)))
        about = {"at": self.written_at, "members": [member]}
        writes = [["person", person_id, version, self.batch]]
        self.entry("person.judged", {"person": person_id, "standing": standing}, about, writes)
        tier_before, stage_before = ("member", "") if before is None else (before["tier"], before["stage"])
        if tier != tier_before:
            self.entry("tier.changed", {"after": tier, "before": tier_before, "member": member}, about, [])
        if stage != stage_before:
            self.entry("stage.changed", {"after": stage, "before": stage_before, "member": member}, about, [])

    # --- rows

    def row(self, collection: str, id: str) -> tuple[str, Any, str]:
        """The version, the value and the index rows of a record; no version is no record."""
        found = self.execute(
            "SELECT version, body, places FROM record WHERE collection = ? AND id = ?", (collection, id)
        ).fetchone()
        return ("", None, "") if found is None else (found[0], json.loads(found[1])["value"], found[2])

    def put(
        self,
        collection: str,
        id: str,
        value: Any,
        before: str,
        old: str | None = None,
        place: tuple[str, str] | None = None,
    ) -> None:
        """Write a record and the row of its index, if it has one."""
        summed = f'{{"at":"{self.written_at}","v":1,"value":{dumps(value)}'
        body = f'{summed},"sum":"{crc32(summed.encode()):08x}"}}'
        places = "" if place is None else "\x1f".join(place)
        if not before:
            self.execute(
                "INSERT INTO record (collection, id, version, body, places) VALUES (?, ?, ?, ?, ?)",
                (collection, id, self.batch, body, places),
            )
        else:
            done = self.execute(
                "UPDATE record SET version = ?, body = ?, places = ?"
                " WHERE collection = ? AND id = ? AND version = ?",
                (self.batch, body, places, collection, id, before),
            )
            assert done.rowcount == 1
        if old and old != places:
            self.execute(
                "DELETE FROM place WHERE collection = ? AND name = ? AND at = ? AND id = ?",
                (collection, *old.split("\x1f"), id),
            )
        if place is not None and old != places:
            self.execute(
                "INSERT INTO place (collection, name, at, id) VALUES (?, ?, ?, ?)", (collection, *place, id)
            )

    def entry(self, tag: str, fact: Any, about: Mapping[str, Any], writes: list[list[str]]) -> None:
        """Write a line of the journal."""
        said: dict[str, Any] = {
            "actor": {"is": "system", "name": "host"},
            "at": about["at"],
            "batch": self.batch,
        }
        if "channel" in about:
            said["channel"] = about["channel"]
        said["fact"] = fact
        said["members"] = about["members"]
        said["n"] = self.number
        said["recorded_at"] = self.written_at
        said["rulebook"] = self.rulebook
        if "store" in about:
            said["store"] = about["store"]
        said["tag"] = tag
        said["v"] = 1
        if writes:
            said["writes"] = writes
        body = dumps(said)
        self.number += 1
        digest = hashlib.sha256(body.encode()).hexdigest()[:32]
        self.execute("INSERT INTO entry (id, body) VALUES (?, ?)", (digest, body))


# --- nobody cheats -------------------------------------------------------------------------------


class Both:
    """Our shop and the script, on two files that begin as one."""

    def __init__(self, folder: Path, members: int) -> None:
        folder.mkdir()
        self.cards = [f"M-{number}" for number in range(members)]
        self.ours = Ours(folder / "ours.db", Ids())
        for card in self.cards:
            self.ours.join(card)

    def part(self, folder: Path) -> None:
        """From here on the script has a file of its own."""
        shutil.copy(folder / "ours.db", folder / "peer.db")
        self.ours.ids.start(1)
        ids = Ids()
        ids.start(1)
        self.peer = ByHand(folder / "peer.db", ids)

    def tell(self, told: Told) -> None:
        """Tell both one sale."""
        self.ours.tell(told)
        self.peer.tell(told)

    def tell_many(self, many: Sequence[Told]) -> None:
        """Tell both a group of sales."""
        self.ours.tell_many(many)
        self.peer.tell_many(many)

    def compare(self) -> int:
        """Make sure that both files hold the same; return how many rows that are."""
        ours = connect(self.ours.storage.path, 10.0)
        try:
            counted = 0
            for table in ("record", "place", "counter", "entry"):
                select = f"SELECT * FROM {table}"  # noqa: S608  # four names of our own
                rows = (sorted(db.execute(select).fetchall()) for db in (ours, self.peer.db))
                for mine, theirs in itertools.zip_longest(*rows):
                    assert mine == theirs, f"{table} differs:\nours {mine}\npeer {theirs}"
                    counted += 1
        finally:
            ours.close()
        return counted

    def close(self) -> None:
        """Let go of both files."""
        self.ours.storage.close()
        self.peer.db.close()


def check(folder: Path, effort: Effort) -> None:
    """Both are told the same sales, alone and in groups, over a year and a half: before anything is timed."""
    both = Both(folder, members=7)
    both.part(folder)
    often = tills(both.cards, OPENING, timedelta(hours=34), "t1")
    # A group is told at one instant, so its sales are those of one day.
    at_once = tills(both.cards, OPENING + 240 * DAY, timedelta(minutes=2), "t2")
    seldom = tills(both.cards, OPENING + 250 * DAY, timedelta(days=9), "t3")
    for told in itertools.islice(often, effort.of(150, 40)):
        both.tell(told)
    for _ in range(effort.of(3, 1)):
        both.tell_many(list(itertools.islice(at_once, GROUP)))
    for told in itertools.islice(seldom, effort.of(30, 15)):
        both.tell(told)
    print(f"both write the same: {both.compare()} rows compared")
    both.close()


# --- beside the script ---------------------------------------------------------------------------


def beside_the_script(folder: Path, effort: Effort) -> Iterator[Row]:
    """A sale told alone and a sale told in a group, and how often the storage is read for one."""
    both = with_a_history(folder, effort)
    mode = both.peer.db.execute("PRAGMA journal_mode").fetchone()[0]
    print(f"SQLite {sqlite3.sqlite_version}, journal mode {mode}, synchronous full, secure delete")

    since, step = both.ours.clock(), A_WEEK / len(both.cards)
    mine, theirs = (tills(both.cards, since, step, "t1") for _ in range(2))
    pair = side_by_side(
        lambda: both.ours.tell(next(mine)),
        lambda: both.peer.tell(next(theirs)),
        rounds=effort.of(41),
        loops=effort.of(25),
    )
    yield compared("a sale on SQLite, one a commit, by hand", pair, goal=0.7)

    mine_in_groups, theirs_in_groups = (grouped(both.cards, both.ours.clock()) for _ in range(2))
    pair = side_by_side(
        lambda: both.ours.tell_many(next(mine_in_groups)),
        lambda: both.peer.tell_many(next(theirs_in_groups)),
        rounds=effort.of(21),
    )
    each = Pair(pair.ours_s / GROUP, pair.peer_s / GROUP)
    yield compared(f"a sale on SQLite, {GROUP} a commit, by hand", each, goal=0.2)
    print(f"both still write the same: {both.compare()} rows compared")

    yield reads(both.ours, tills(both.cards, both.ours.clock(), step, "t2"), effort)
    breakdown(lambda: both.ours.tell_many(next(mine_in_groups)), effort.of(10))
    both.close()


def with_a_history(folder: Path, effort: Effort) -> Both:
    """A shop whose members have come once a week for half a year, and what has run out is swept."""
    both = Both(folder, members=effort.of(300, 30))
    weeks = effort.of(26, 2)
    a_day = len(both.cards) // 7
    history = tills(both.cards, OPENING, A_WEEK / len(both.cards), "t0")
    for _ in range(weeks * 7):
        both.ours.tell_many(list(itertools.islice(history, a_day)))
    both.ours.shop.tick()
    both.part(folder)
    return both


def grouped(cards: Sequence[str], since: datetime) -> Iterator[list[Told]]:
    """Sales in groups, each told within half an hour of a busy day; every other day is one."""
    for number in itertools.count(1):
        others = [*cards[number * GROUP % len(cards) :], *cards]
        feed = tills(others, since + 2 * number * DAY, timedelta(seconds=20), f"g{number}")
        yield list(itertools.islice(feed, GROUP))


class Counting:
    """A storage that counts how often it is read."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.reads = 0

    def read(self, keys: Sequence[Key]) -> list[Found]:
        """See `Storage.read`."""
        self.reads += 1
        return self.storage.read(keys)

    def scan(self, query: Query) -> Page:
        """See `Storage.scan`."""
        self.reads += 1
        return self.storage.scan(query)

    def commit(self, batch: Batch) -> Committed:
        """See `Storage.commit`."""
        return self.storage.commit(batch)

    def journal(self, after: Position, limit: int) -> list[Entry]:
        """See `Storage.journal`."""
        return self.storage.journal(after, limit)


def reads(ours: Ours, feed: Iterator[Told], effort: Effort) -> Row:
    """The most that the storage was read for one sale."""
    counting = Counting(ours.storage)
    counted: list[int] = []
    shop, ours.shop = ours.shop, over(counting, ours)
    # A new front door begins with putting its rulebook in force.
    ours.tell(next(feed))
    for told in itertools.islice(feed, effort.of(100)):
        before = counting.reads
        ours.tell(told)
        counted.append(counting.reads - before)
    ours.shop = shop
    return Row(what="storage reads a sale, at most", ours=max(counted), peer=3, unit="reads", goal=1)


# --- a long history ------------------------------------------------------------------------------


def of_a_long_history(folder: Path, effort: Effort) -> Iterator[Row]:
    """What ten thousand earlier sales cost the next one, and a look at the balance.

    The old customer comes nine times a day for three years; beside them are customers with ten sales each.
    """
    sales, customers = effort.of(10_000, 30), effort.of(200, 3)
    folder.mkdir()
    ours = Ours(folder / "long.db", Ids())
    old, *young = [f"M-{number}" for number in range(customers + 1)]
    member = ours.join(old)
    for card in young:
        ours.join(card)
    days = sales // DAILY + 1
    for day in range(days):
        morning = OPENING + day * DAY
        feed = tills([old], morning, HOUR, f"o{day}")
        ours.tell_many(list(itertools.islice(feed, DAILY)))
        ago, is_between = divmod(days - day, YOUNG_DAYS)
        if not is_between and ago <= YOUNG_SALES:
            feed = tills(young, morning + 10 * HOUR, timedelta(seconds=20), f"y{day}")
            ours.tell_many(list(itertools.islice(feed, customers)))
        if not day % 30:
            ours.shop.tick()

    seconds = itertools.count(1)
    today = OPENING + days * DAY
    olds, youngs = tills([old], today, DAY, "oo"), tills(young, today, DAY, "yy")

    def tell(feed: Iterator[Told]) -> None:
        ours.tell(dated(next(feed), today + next(seconds) * timedelta(seconds=20)))

    pair = side_by_side(lambda: tell(olds), lambda: tell(youngs), rounds=effort.of(31), loops=effort.of(6, 1))
    yield compared(f"a sale after {sales}, beside one after ten", pair, goal=1 / 1.3)
    cost = alone(lambda: ours.shop.points.balance(member=member), rounds=effort.of(31), loops=effort.of(50))
    yield limited(f"points.balance on SQLite after {sales} sales", cost, most=1, unit="ms")
    ours.storage.close()


# --- where the time goes -------------------------------------------------------------------------

EVERY_S: Final = 0.001
"""How often it is looked at what is running."""

PLACES: Final = {
    "adapters": "the storage: SQLite, and its checks of names and sizes",
    "runner": "the runner: questions, overlay, guards, batch, digests",
    "verbs.py": "the runner: questions, overlay, guards, batch, digests",
    "flows": "the flows",
}
"""What the parts of the package are called; every other folder is a room."""

WIRE: Final = {
    "batch.py": "the wire: writing records and entries",
    "overlay.py": "the wire: reading records",
    "command.py": "the wire: checking arguments",
}
"""What the wire does, by who has it do it."""


def breakdown(work: Callable[[], object], times: int) -> None:
    """Print where the time of *work* goes: it is stopped a thousand times a second and looked at."""
    if sys.platform == "win32":
        return
    seen: Counter[str] = Counter()
    before = signal.signal(signal.SIGALRM, lambda _, frame: seen.update([part_of(frame)]))
    # A system call that was stopped goes on by itself, so SQLite need not know.
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, EVERY_S, EVERY_S)
    try:
        alone(work, rounds=times)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    print(f"where the time of a sale in a group of {GROUP} goes:")
    for part, times_seen in seen.most_common():
        print(f"  {100 * times_seen / seen.total():4.0f} %  {part}")


def part_of(frame: FrameType | None) -> str:
    """Which part of the library is at work; the kernel and the values work for whoever calls them."""
    is_wire = False
    while frame is not None:
        _, found, inside = frame.f_code.co_filename.rpartition("/omnicommerce/")
        folder, _, file = inside.partition("/")
        is_wire = is_wire or folder == "wire"
        if is_wire and file in WIRE:
            return WIRE[file]
        if found and folder not in ("wire", "kernel") and not is_wire:
            return PLACES.get(folder, "the rooms: points, tiers, stages, sales")
        frame = frame.f_back
    return "the wire: reading the document"


if __name__ == "__main__":
    run(measure, __doc__)
