"""``export FILE``: the journal as lines of JSON, to go on from wherever an earlier export stopped."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import IO, Final

from omnicommerce.cli.shop_file import opened
from omnicommerce.kernel.errors import BadValue, CommerceError
from omnicommerce.ports.storage import START, Position
from omnicommerce.runner import Runner

ENTRIES_AT_ONCE: Final = 500
TAIL_BYTES: Final = 2 << 20
"""Longer than any line: an entry's body is at most 1 MiB."""


def add_to(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Offer ``export FILE``."""
    command = subparsers.add_parser("export", help="write the journal as lines of JSON, one an entry")
    command.add_argument("file", type=Path, help="the SQLite file of a shop; writers may be at work in it")
    command.add_argument("--after", default=None, metavar="POSITION", help="begin behind this position")
    command.add_argument(
        "--out", type=Path, metavar="PATH", help="append to this file; go on behind its last whole line"
    )
    command.set_defaults(run=_export)


def _export(arguments: Namespace) -> int:
    try:
        with opened(arguments.file) as runner:
            after = START if arguments.after is None else Position(arguments.after)
            if arguments.out is None:
                _write(runner, after, sys.stdout)
                return 0
            with arguments.out.open("a+b") as kept:
                resumed = _cut(kept)
                after = after if resumed is None or arguments.after is not None else resumed
            with arguments.out.open("a", encoding="utf-8", newline="\n") as out:
                _write(runner, after, out)
    except CommerceError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, BadValue) else 1
    except (OSError, ValueError) as error:
        print(f"{arguments.out}: {error}", file=sys.stderr)
        return 2
    return 0


def _write(runner: Runner, after: Position, out: IO[str]) -> None:
    while (page := runner.export(after, ENTRIES_AT_ONCE)).lines:
        out.writelines(f"{line}\n" for line in page.lines)
        after = page.position


def _cut(kept: IO[bytes]) -> Position | None:
    """Cut off what stands behind the last whole line, and say at which position that one is."""
    size = kept.seek(0, 2)
    start = max(0, size - TAIL_BYTES)
    kept.seek(start)
    tail = kept.read()
    whole = tail.rfind(b"\n") + 1
    kept.truncate(start + whole)
    if not whole:
        return None
    line = tail[:whole].rstrip(b"\n").rpartition(b"\n")[2]
    return Position(json.loads(line)["position"])
