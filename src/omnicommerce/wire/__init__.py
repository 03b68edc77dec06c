"""The wire: values as JSON and back. What comes in is read strictly; what goes out is canonical.

Nothing is converted that JSON tells apart, unknown fields are faults, and every fault has its path.
"""

from __future__ import annotations

from omnicommerce.wire.checking import checker as checker
from omnicommerce.wire.facts import load_fact as load_fact
from omnicommerce.wire.facts import load_return as load_return
from omnicommerce.wire.facts import load_sale as load_sale
from omnicommerce.wire.reading import load as load
from omnicommerce.wire.records import Stored as Stored
from omnicommerce.wire.records import event_data as event_data
from omnicommerce.wire.records import fact_of as fact_of
from omnicommerce.wire.records import is_canonical as is_canonical
from omnicommerce.wire.records import is_intact as is_intact
from omnicommerce.wire.records import record_text as record_text
from omnicommerce.wire.records import stored as stored
from omnicommerce.wire.rulebook import RULEBOOK_LENGTH_MAX as RULEBOOK_LENGTH_MAX
from omnicommerce.wire.rulebook import Pressed as Pressed
from omnicommerce.wire.rulebook import digest_of as digest_of
from omnicommerce.wire.rulebook import dump_rulebook as dump_rulebook
from omnicommerce.wire.rulebook import from_parts as from_parts
from omnicommerce.wire.rulebook import load_rulebook as load_rulebook
from omnicommerce.wire.rulebook import manifest_of as manifest_of
from omnicommerce.wire.rulebook import parts_of as parts_of
from omnicommerce.wire.rulebook import press as press
from omnicommerce.wire.rulebook import rulebook_schema as rulebook_schema
from omnicommerce.wire.schema import schema_of as schema_of
from omnicommerce.wire.tags import SHIPPED as SHIPPED
from omnicommerce.wire.text import parse as parse
from omnicommerce.wire.text import parse_ours as parse_ours
from omnicommerce.wire.text import text as text
from omnicommerce.wire.vocabulary import Upgrade as Upgrade
from omnicommerce.wire.vocabulary import Vocabulary as Vocabulary
from omnicommerce.wire.writing import dump as dump
