"""The rulebook: every policy a merchant sets, joined as one value. Each room says what its rules are."""

from __future__ import annotations

from omnicommerce.rulebook.agreement import PART_LENGTH_MAX as PART_LENGTH_MAX
from omnicommerce.rulebook.agreement import disagreements as disagreements
from omnicommerce.rulebook.book import Rulebook as Rulebook
from omnicommerce.rulebook.diff import Change as Change
from omnicommerce.rulebook.diff import diff as diff
from omnicommerce.rulebook.kinds import by_kind as by_kind
from omnicommerce.rulebook.shelf import HEAD as HEAD
from omnicommerce.rulebook.shelf import HEAD_ID as HEAD_ID
from omnicommerce.rulebook.shelf import PARTS as PARTS
from omnicommerce.rulebook.shelf import Part as Part
from omnicommerce.rulebook.shelf import RulebookHead as RulebookHead
from omnicommerce.rulebook.shelf import RulebookInstalled as RulebookInstalled
from omnicommerce.rulebook.shelf import apply_to_head as apply_to_head
