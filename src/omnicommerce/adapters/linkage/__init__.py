"""What a linkage program holds likely, as evidence that joins nobody alone; splink is an extra."""

from __future__ import annotations

from omnicommerce.adapters.linkage.predicting import MissingExtra as MissingExtra
from omnicommerce.adapters.linkage.predicting import linked as linked
from omnicommerce.adapters.linkage.scored import PairColumns as PairColumns
from omnicommerce.adapters.linkage.scored import RecordKey as RecordKey
from omnicommerce.adapters.linkage.scored import scored_links as scored_links
