"""A shop in PostgreSQL, or in SQLite through the same statements; over an engine of the host's."""

from __future__ import annotations

from omnicommerce.adapters.storage.sql.async_storage import AsyncSqlStorage as AsyncSqlStorage
from omnicommerce.adapters.storage.sql.bound import AsyncBoundStorage as AsyncBoundStorage
from omnicommerce.adapters.storage.sql.bound import BoundStorage as BoundStorage
from omnicommerce.adapters.storage.sql.journal import Holder as Holder
from omnicommerce.adapters.storage.sql.journal import JournalLag as JournalLag
from omnicommerce.adapters.storage.sql.limits import Limits as Limits
from omnicommerce.adapters.storage.sql.schema import upgrade as upgrade
from omnicommerce.adapters.storage.sql.storage import SqlStorage as SqlStorage
