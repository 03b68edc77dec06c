"""The same sales by hand: checked, judged by rules written into the code, put into the same tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from benchmarks.ingest_feed import RULES, Ids, Told
from omnicommerce import DemoKeys, wire
from omnicommerce.adapters.storage.sqlite_file import connect

ZONE: Final = ZoneInfo("Asia/Shanghai")
STORES: Final = frozenset({"s1", "s2", "web"})
WAKES, EXPIRES = 14, 90
WINDOW, GRACE = 180, 30
LEVELS: Final = (("silver", 30_000), ("gold", 100_000))
AGE, SILENT, LOST = 30, 60, 120
KEPT: Final = 28
LATEST: Final = "9999"
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


def good_enough(before: Mapping[str, Any], standing: Mapping[str, Any]) -> bool:
    """Whether a person may be left as they were judged before: only more time until anything turns."""
    age = date.fromisoformat(standing["stage_day"]) - date.fromisoformat(before["stage_day"])
    return (
        all(before[each] == standing[each] for each in ("tier", "stage", "first_day"))
        and age <= timedelta(days=KEPT)
        and all((before[each] or LATEST) <= (standing[each] or LATEST) for each in ("turns_on", "due"))
    )


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
            writing.journal()
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
        self.entries: list[dict[str, Any]] = []

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
                {
                    "active_at": active_at,
                    "earned": 0,
                    "expired": 0,
                    "expires_at": expires_at,
                    "loans": [],
                    "remaining": 0,
                }
            )
        lots[place]["earned"] += points
        lots[place]["remaining"] += points
        alive = [lot for lot in lots if lot["remaining"]]
        summary = {
            "active_last": max(lot["active_at"] for lot in alive),
            "expires_first": min(lot["expires_at"] for lot in alive),
            "first_page": 0,
            "lent": 0,
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
            "moves": [
                {
                    "borrower": None,
                    "earned": points,
                    "expired": 0,
                    "lent": 0,
                    "lot": f"{month}.0/{place}",
                    "points": points,
                    "void": 0,
                }
            ],
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
        changes = [date.fromordinal(each) for each in (tier_changes, stage_changes) if each]
        dues = [as_text(opening_of(each)) for each in changes]
        dues += [month["expires_first"] for month in self.months]
        standing = {
            "due": min(dues, default=None),
            "first_day": date.fromordinal(first).isoformat(),
            "stage": stage,
            "stage_before": stage_on(today - 1, first, yesterday),
            "stage_day": self.today.isoformat(),
            "tier": tier,
            "turns_on": min(changes).isoformat() if changes else None,
        }
        if before is not None and good_enough(before, standing):
            return
        after = {**person, "standing": standing}
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
        """Note a line of the journal: each says how many there are, so they are written at the end."""
        said: dict[str, Any] = {
            "actor": {"is": "system", "name": "host"},
            "at": about["at"],
            "batch": self.batch,
        }
        if "channel" in about:
            said["channel"] = about["channel"]
        said["fact"] = fact
        said["members"] = about["members"]
        said["n"] = len(self.entries)
        said["of"] = 0
        said["recorded_at"] = self.written_at
        said["rulebook"] = self.rulebook
        if "store" in about:
            said["store"] = about["store"]
        said["tag"] = tag
        said["v"] = 1
        if writes:
            said["writes"] = writes
        self.entries.append(said)

    def journal(self) -> None:
        """Write all lines of the journal."""
        for said in self.entries:
            said["of"] = len(self.entries)
            body = dumps(said)
            digest = hashlib.sha256(body.encode()).hexdigest()[:32]
            self.execute("INSERT INTO entry (id, body) VALUES (?, ?)", (digest, body))
