"""What a merchant does with a rulebook before it is put in force: check it, and see what it would change."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import Final

import attrs

from omnicommerce import wire
from omnicommerce.kernel.errors import BadWire
from omnicommerce.rulebook import Rulebook, diff

FINE: Final = 0
FOUND: Final = 1
"""There are faults, or changes."""
TROUBLE: Final = 2
"""There was nothing to look at."""

MIB: Final = 1024 * 1024


class Trouble(Exception):
    """A file cannot be read; the message says why."""


def add_to(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Offer ``rulebook check``, ``rulebook schema`` and ``rulebook diff``."""
    rulebook = subparsers.add_parser("rulebook", help="check and compare rulebooks")
    verbs = rulebook.add_subparsers(metavar="VERB", required=True)

    check = verbs.add_parser("check", help="name every fault of a rulebook; 1 if there are any")
    check.add_argument("file", type=Path, help="a JSON document")
    check.set_defaults(run=_check)

    schema = verbs.add_parser("schema", help="print the JSON Schema of rulebooks, for your editor")
    schema.set_defaults(run=_schema)

    compare = verbs.add_parser(
        "diff", help="say what would change from one rulebook to another; 1 if anything"
    )
    compare.add_argument("before", type=Path, help="a JSON document")
    compare.add_argument("after", type=Path, help="a JSON document")
    compare.set_defaults(run=_diff)


def _check(arguments: Namespace) -> int:
    try:
        rulebook = wire.load_rulebook(_read(arguments.file))
        pressed = wire.press(rulebook)
    except Trouble as trouble:
        return _complain(trouble)
    except BadWire as bad:
        _complain(*bad.faults)
        return FOUND
    sys.stdout.write(f"{pressed.digest}\n{_summary(rulebook)}\n")
    return FINE


def _schema(_arguments: Namespace) -> int:
    sys.stdout.write(json.dumps(wire.rulebook_schema(), indent=2) + "\n")
    return FINE


def _diff(arguments: Namespace) -> int:
    books = []
    for file in (arguments.before, arguments.after):
        try:
            books.append(wire.load_rulebook(_read(file)))
        except Trouble as trouble:
            return _complain(trouble)
        except BadWire as bad:
            return _complain(*(f"{file}: {fault}" for fault in bad.faults))
    changes = diff(*books)
    sys.stdout.write("".join(f"{change}\n" for change in changes))
    return FOUND if changes else FINE


def _complain(*complaints: object) -> int:
    sys.stderr.write("".join(f"{complaint}\n" for complaint in complaints))
    return TROUBLE


def _read(file: Path) -> str:
    """The text of a file that holds a JSON document.

    Raises:
        Trouble: there is no such file, it is too large, or it holds something else.
    """
    most = wire.RULEBOOK_LENGTH_MAX
    try:
        with file.open("rb") as opened:
            # One more than may be: so the size is known of a file that is none, such as a device.
            content = opened.read(most + 1)
    except OSError as error:
        raise Trouble(f"{file}: {error.strerror or type(error).__name__}") from None
    if len(content) > most:
        raise Trouble(f"{file}: larger than {most // MIB} MiB, which no rulebook is")
    try:
        document = content.decode()
    except UnicodeDecodeError as error:
        raise Trouble(f"{file}: not UTF-8 from byte {error.start} on") from None
    _check_json(document, file)
    return document


def _check_json(document: str, file: Path) -> None:
    try:
        json.loads(document)
    except json.JSONDecodeError as error:
        raise Trouble(f"{file}: not JSON: {error}") from None
    except (RecursionError, ValueError):
        # JSON it is, of a depth or with a number that nobody should write: its reader says where.
        return


def _summary(rulebook: Rulebook) -> str:
    counts = {
        "tiers": len(rulebook.tiers.levels),
        "stages": len(rulebook.stages.stages),
        **{
            name.replace("_", " "): len(table)
            for name, table in attrs.asdict(rulebook, recurse=False).items()
            if name in {"stores", "campaigns", "product_lists", "member_lists"}
        },
    }
    listed = [f"{count} {name if count != 1 else name[:-1]}" for name, count in counts.items() if count]
    shop = f"{rulebook.sales.currency}, {rulebook.sales.zone}"
    return f"a rulebook for a shop in {shop}: {', '.join(listed) or 'nothing listed'}"
