"""Runs the flows: reads, lays an overlay, commits once, retries; the same for blocking and async hosts."""

from __future__ import annotations

from omnicommerce.runner.command import Command as Command
from omnicommerce.runner.command import command as command
from omnicommerce.runner.runner import AsyncRunner as AsyncRunner
from omnicommerce.runner.runner import Runner as Runner
from omnicommerce.runner.running import Done as Done
from omnicommerce.runner.running import Ended as Ended
from omnicommerce.runner.running import Failed as Failed
from omnicommerce.runner.sources import RandomIds as RandomIds
from omnicommerce.runner.sources import utc_now as utc_now
from omnicommerce.runner.world import World as World
from omnicommerce.runner.world import in_force as in_force
