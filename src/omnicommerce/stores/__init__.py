"""Where the shop meets people: its stores, and which clock hangs on the wall of each."""

from __future__ import annotations

from omnicommerce.stores.store import Store as Store
from omnicommerce.stores.store import Stores as Stores
from omnicommerce.stores.store import known as known
from omnicommerce.stores.store import zone_of as zone_of
