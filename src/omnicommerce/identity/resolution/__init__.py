"""Who is one person: evidence, and what follows from it by the shop's rules."""

from __future__ import annotations

from omnicommerce.identity.resolution.evidence import Distinct as Distinct
from omnicommerce.identity.resolution.evidence import End as End
from omnicommerce.identity.resolution.evidence import Evidence as Evidence
from omnicommerce.identity.resolution.evidence import EvidenceId as EvidenceId
from omnicommerce.identity.resolution.evidence import Ownership as Ownership
from omnicommerce.identity.resolution.evidence import Retraction as Retraction
from omnicommerce.identity.resolution.evidence import Same as Same
from omnicommerce.identity.resolution.evidence import Strength as Strength
from omnicommerce.identity.resolution.evidence import evidence as evidence
from omnicommerce.identity.resolution.explaining import Apart as Apart
from omnicommerce.identity.resolution.explaining import Explanation as Explanation
from omnicommerce.identity.resolution.explaining import Joined as Joined
from omnicommerce.identity.resolution.explaining import Reach as Reach
from omnicommerce.identity.resolution.explaining import Witness as Witness
from omnicommerce.identity.resolution.explaining import explain as explain
from omnicommerce.identity.resolution.explaining import witness as witness
from omnicommerce.identity.resolution.incremental import Resolved as Resolved
from omnicommerce.identity.resolution.incremental import resolved as resolved
from omnicommerce.identity.resolution.namespaces import RETAIL as RETAIL
from omnicommerce.identity.resolution.namespaces import GuestOrders as GuestOrders
from omnicommerce.identity.resolution.namespaces import IdentityRules as IdentityRules
from omnicommerce.identity.resolution.namespaces import NamespaceKind as NamespaceKind
from omnicommerce.identity.resolution.namespaces import NamespaceRules as NamespaceRules
from omnicommerce.identity.resolution.ownership import owner_at as owner_at
from omnicommerce.identity.resolution.resolving import Refusal as Refusal
from omnicommerce.identity.resolution.resolving import Resolution as Resolution
from omnicommerce.identity.resolution.resolving import resolve as resolve
