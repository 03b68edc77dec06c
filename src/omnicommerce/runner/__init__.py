"""Runs the flows: reads, lays an overlay, commits once, retries; the same for blocking and async hosts.

A command is followed through these files, in this order:

* `runner` binds a storage and a `world` (clock, ids, keys, rules, actor); `command` checks the arguments.
* `running` runs one command or a group, and again if somebody wrote first; `following` follows a process.
* `attempt` is one try: from question to question (`answers`, `scanning`) over an `overlay`, which knows
  what was read (`decoded` once a version) and what is staged; `receipts` make twice once.
* `batch` turns what is staged into one commit with its journal entries; `committing` sends it, and finds out
  what became of it if the answer is lost.
* `drivers` do the `steps` against a blocking or an async storage; `sources` are the clock and chance of
  the machine.
"""

from __future__ import annotations

from omnicommerce.runner.command import Command as Command
from omnicommerce.runner.command import command as command
from omnicommerce.runner.rules import in_force as in_force
from omnicommerce.runner.runner import AsyncRunner as AsyncRunner
from omnicommerce.runner.runner import Runner as Runner
from omnicommerce.runner.running import Done as Done
from omnicommerce.runner.running import Ended as Ended
from omnicommerce.runner.running import Failed as Failed
from omnicommerce.runner.shelf import shelf as shelf
from omnicommerce.runner.sources import RandomIds as RandomIds
from omnicommerce.runner.sources import utc_now as utc_now
from omnicommerce.runner.world import World as World
