"""``audit FILE``: do the books of this shop balance, and if not, what is wrong?"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from io import TextIOWrapper
from pathlib import Path

from omnicommerce.cli.shop_file import opened
from omnicommerce.kernel.errors import CommerceError
from omnicommerce.processes.audit import audit
from omnicommerce.processes.audited import Audited


def add_to(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Offer ``audit FILE``."""
    command = subparsers.add_parser(
        "audit", help="fold the journal again and compare every record, book and counter; 1 if one is wrong"
    )
    command.add_argument("file", type=Path, help="the SQLite file of a shop; writers may be at work in it")
    command.add_argument("--json", action="store_true", help="print the findings as one JSON document")
    command.set_defaults(run=_audit)


def _audit(arguments: Namespace) -> int:
    try:
        with opened(arguments.file) as runner:
            audited = runner.follow(audit, "audit")
    except CommerceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if isinstance(sys.stdout, TextIOWrapper):
        # A finding is told also where the terminal has no letters for its name.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write((_as_json(audited) if arguments.json else _as_text(audited)) + "\n")
    return 0 if audited.is_balanced else 1


def _as_text(audited: Audited) -> str:
    looked_at = f"{audited.entries} entries, {audited.records} records, {audited.counters} counters"
    if audited.is_balanced:
        return f"the books balance: {looked_at}"
    lines = [str(finding) for finding in audited.findings]
    if audited.more:
        lines.append(f"and {audited.more} more")
    return "\n".join([*lines, f"the books do not balance: {looked_at}"])


def _as_json(audited: Audited) -> str:
    return json.dumps(
        {
            "is_balanced": audited.is_balanced,
            "entries": audited.entries,
            "records": audited.records,
            "counters": audited.counters,
            "findings": [{"where": each.where, "what": each.what} for each in audited.findings],
            "more": audited.more,
            "position": audited.position,
        }
    )
