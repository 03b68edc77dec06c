"""``export FILE``: the journal as lines of JSON, to go on from wherever an earlier export stopped."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Final

import attrs

from omnicommerce.cli.shop_file import opened
from omnicommerce.kernel.errors import CommerceError, PortFault
from omnicommerce.ports.storage import BODY_LENGTH_MAX, START, Position
from omnicommerce.runner import Runner

ENTRIES_AT_ONCE: Final = 500
TAIL_BYTES: Final = 2 * (4 * BODY_LENGTH_MAX + 1024)
"""Holds the last whole line and what stands behind it; a character has up to four bytes."""


class Trouble(Exception):
    """What was exported before cannot be gone on with; the message says why."""


def add_to(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Offer ``export FILE``."""
    command = subparsers.add_parser(
        "export", help="write the journal as lines of JSON, one an entry; 1 if an entry is damaged"
    )
    command.add_argument("file", type=Path, help="the SQLite file of a shop; writers may be at work in it")
    command.add_argument("--after", default=START, metavar="POSITION", help="begin behind this position")
    command.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="append to this file; if there is something in it, go on behind its last whole line",
    )
    command.set_defaults(run=_export)


def _export(arguments: Namespace) -> int:
    try:
        with opened(arguments.file) as runner:
            return _exported(runner, Position(arguments.after), arguments.out)
    except CommerceError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _exported(runner: Runner, after: Position, out: Path | None) -> int:
    try:
        if out is None:
            _print(runner, after)
        else:
            _append(runner, after, out)
    except PortFault as damage:
        sys.stderr.write(f"{damage}\n")
        return 1
    except Trouble as trouble:
        sys.stderr.write(f"{out}: {trouble}\n")
        return 2
    return 0


def _pages(runner: Runner, after: Position) -> Iterator[str]:
    has_more = True
    while has_more:
        page = runner.export(after, ENTRIES_AT_ONCE)
        yield "".join(f"{line}\n" for line in page.lines)
        after = page.position
        # A page that is not full was the end when it was read: a busy shop's export ends, too.
        has_more = len(page.lines) == ENTRIES_AT_ONCE


def _print(runner: Runner, after: Position) -> None:
    if isinstance(sys.stdout, TextIOWrapper):
        # JSON is UTF-8, whatever the terminal speaks.
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for text in _pages(runner, after):
        sys.stdout.write(text)


def _append(runner: Runner, after: Position, out: Path) -> None:
    """Go on behind the last whole line of *out*.

    Raises:
        Trouble: it cannot be written to, or what stands there is not what this shop's export would have
            left; nothing was changed.
    """
    try:
        kept = _kept(out) if out.exists() else _Kept()
        pages = _pages(runner, kept.position or after)
        first = next(pages).encode()
        if not first.startswith(kept.broken_off):
            raise Trouble("does not end as an export of this shop would; nothing was changed")
        with out.open("ab") as file:
            file.truncate(kept.whole)
            file.write(first)
            file.writelines(text.encode() for text in pages)
    except OSError as error:
        raise Trouble(error.strerror or type(error).__name__) from None


@attrs.frozen
class _Kept:
    """What an earlier export left: so many bytes of whole lines, up to a position, and one that broke off."""

    whole: int = 0
    position: Position | None = None
    broken_off: bytes = b""


def _kept(out: Path) -> _Kept:
    with out.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - TAIL_BYTES)
        file.seek(start)
        lines, newline, broken_off = file.read().rpartition(b"\n")
    if not newline:
        if start:
            raise Trouble("no export has lines as long as that; nothing was changed")
        return _Kept(0, None, broken_off)
    try:
        position = json.loads(lines.rpartition(b"\n")[2])["position"]
    except (LookupError, TypeError, ValueError):
        position = None
    if not isinstance(position, str):
        raise Trouble("its last line is none of an export; nothing was changed")
    return _Kept(size - len(broken_off), Position(position), broken_off)
