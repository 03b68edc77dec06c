"""``python -m examples.replay``: a year of a retailer, told to the shop, and a report of what came of it.

What was told is kept in one SQLite file. Stopped at any moment, by Ctrl-C or worse, it goes on from there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from examples.replay.dataset import NotTheData, data_folder, households
from examples.replay.days import apart
from examples.replay.figures import Report
from examples.replay.ledger import Ledger
from examples.replay.progress import DayClosed
from examples.replay.replay import YEAR_DAYS, AnotherReplay, Plan, WorkerGone, replay
from examples.replay.rules import member_ids, rulebook
from examples.replay.terminal import following, show
from examples.replay.worker import collect_seldom, midnight_after, shop_over
from omnicommerce import Audited, Commerce, CommerceError, SqliteStorage

INTERRUPTED: Final = 130
"""How a program ends that was stopped by Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay, audit, and draw the report; 1 if the books do not balance."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.page.is_dir() or asked.page.resolve() == asked.file.resolve():
        parser.error(f"--page {asked.page} would take the place of something else")
    console = Console()
    try:
        return _told(asked, console)
    except (CommerceError, AnotherReplay, NotTheData, WorkerGone) as refused:
        console.print(str(refused), style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print(f"stopped; what was told is in {asked.file}, and the same command goes on from there")
        return INTERRUPTED


def _told(asked: argparse.Namespace, console: Console) -> int:
    began = time.monotonic()
    data = data_folder()
    plan = Plan(asked.file, data, apart(rulebook, data), asked.days, asked.workers)
    _prepare(plan.file, is_fresh=asked.fresh)

    ledger = Ledger()
    with following(plan.days, console) as bar:

        def heard(shop: Commerce, closed: DayClosed) -> None:
            ledger.read_on(shop)
            bar.advance(closed.day, closed.sales)

        audited = replay(plan, heard, bar.goes_on, bar.audits)

    with SqliteStorage(plan.file) as storage:
        ledger.read_on(shop_over(storage, plan.rulebook, lambda: midnight_after(plan.last_day)))
    report = ledger.report(member_ids(apart(households, data)), plan.rulebook.tiers.base, sentence(audited))
    _draw(report, asked.page)

    show(report, console)
    console.print(f"\n{time.monotonic() - began:.0f} seconds; everything is in {plan.file}")
    console.print(f"the report, to be opened in a browser: {asked.page}")
    console.print(f"the audit: {report.verdict}")
    return 0 if audited.is_balanced else 1


def sentence(audited: Audited) -> str:
    """What the audit says, in one sentence."""
    if audited.is_balanced:
        return f"the books balance ({audited.entries:,} entries, {audited.records:,} records)"
    more = f", and {audited.more} more" if audited.more else ""
    return f"the books do not balance: {'; '.join(map(str, audited.findings))}{more}"


def _draw(report: Report, file: Path) -> None:
    # Drawing takes 60 MB, which nobody needs before there is something to draw.
    from examples.replay.page import page  # noqa: PLC0415

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(report), encoding="utf-8")


def _prepare(file: Path, *, is_fresh: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if is_fresh:
        # A journal that a kill has left would be rolled back into the new file.
        for ending in ("", "-journal", "-wal", "-shm"):
            file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.replay", description=__doc__)
    parser.add_argument("--days", type=_days, default=YEAR_DAYS, help="only so many days of the year")
    parser.add_argument("--file", type=Path, default=Path("build/replay.db"), help="the database to fill")
    parser.add_argument("--page", type=Path, default=Path("build/replay.html"), help="where the report goes")
    parser.add_argument("--workers", type=_workers, default=2, help="how many processes tell the sales")
    parser.add_argument("--fresh", action="store_true", help="begin anew, whatever the file holds")
    return parser


def _days(text: str) -> int:
    return _number(text, YEAR_DAYS)


def _workers(text: str) -> int:
    return _number(text, 16)


def _number(text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {most}")
    return int(text)


if __name__ == "__main__":
    collect_seldom()
    sys.exit(main())
