"""The wire: values as JSON and back. What comes in is read strictly; what goes out is canonical.

Nothing is converted that JSON tells apart, unknown fields are faults, and every fault has its path.
"""

from __future__ import annotations

from omnicommerce.wire.checking import checker as checker
from omnicommerce.wire.reading import load as load
from omnicommerce.wire.records import Stored as Stored
from omnicommerce.wire.records import event_data as event_data
from omnicommerce.wire.records import fact_of as fact_of
from omnicommerce.wire.records import record_text as record_text
from omnicommerce.wire.records import stored as stored
from omnicommerce.wire.tags import SHIPPED as SHIPPED
from omnicommerce.wire.text import parse as parse
from omnicommerce.wire.text import text as text
from omnicommerce.wire.vocabulary import Upgrade as Upgrade
from omnicommerce.wire.vocabulary import Vocabulary as Vocabulary
from omnicommerce.wire.writing import dump as dump
