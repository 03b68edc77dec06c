"""The life of a customer with the shop: its stages, and by which signs they are told."""

from __future__ import annotations

from omnicommerce.lifecycle.rules import Signs as Signs
from omnicommerce.lifecycle.rules import Stage as Stage
from omnicommerce.lifecycle.rules import StageRules as StageRules
from omnicommerce.lifecycle.signs import Visit as Visit
from omnicommerce.lifecycle.signs import Visits as Visits
from omnicommerce.lifecycle.stages import StageChanged as StageChanged
from omnicommerce.lifecycle.stages import StageState as StageState
from omnicommerce.lifecycle.stages import advance as advance
from omnicommerce.lifecycle.stages import beginning as beginning
from omnicommerce.lifecycle.stages import history_needed as history_needed
from omnicommerce.lifecycle.stages import next_stage_day as next_stage_day
from omnicommerce.lifecycle.stages import replay as replay
from omnicommerce.lifecycle.stages import stage_outlook as stage_outlook
from omnicommerce.lifecycle.stages import why as why
