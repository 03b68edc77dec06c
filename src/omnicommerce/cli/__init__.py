"""``python -m omnicommerce``: look at a shop's file, or at a rulebook, without writing a program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from omnicommerce.cli import audit, export, rulebook

TROUBLE = 2
"""The exit code for what could not be looked at at all; 1 is for what was, and is wrong."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 if all is well."""
    parser = argparse.ArgumentParser(prog="python -m omnicommerce", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (audit, export, rulebook):
        command.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read along, such as `head`, has seen enough.
        sys.stderr.close()
        return TROUBLE
    except KeyboardInterrupt:
        return TROUBLE
    return code
