"""Who is this? Identifiers, the members they name, and the persons that members are."""

from __future__ import annotations

from omnicommerce.identity.identifier import Identifier as Identifier
from omnicommerce.identity.identifier import Namespace as Namespace
from omnicommerce.identity.registration import NODES as NODES
from omnicommerce.identity.registration import PERSONS as PERSONS
from omnicommerce.identity.registration import MemberRegistered as MemberRegistered
from omnicommerce.identity.registration import Membership as Membership
from omnicommerce.identity.registration import Node as Node
from omnicommerce.identity.registration import Person as Person
from omnicommerce.identity.registration import node_after as node_after
from omnicommerce.identity.registration import person_after as person_after
from omnicommerce.identity.registration import register as register
