"""Who is this? Identifiers, the members they name, and the persons that members are."""

from __future__ import annotations

from omnicommerce.identity.form import Form as Form
from omnicommerce.identity.identifier import AnyIdentifier as AnyIdentifier
from omnicommerce.identity.identifier import HostIdentifier as HostIdentifier
from omnicommerce.identity.identifier import HostNamespace as HostNamespace
from omnicommerce.identity.identifier import Identifier as Identifier
from omnicommerce.identity.identifier import Namespace as Namespace
from omnicommerce.identity.identifier import why_not as why_not
from omnicommerce.identity.records import DUE as DUE
from omnicommerce.identity.records import NODES as NODES
from omnicommerce.identity.records import PERSONS as PERSONS
from omnicommerce.identity.records import Node as Node
from omnicommerce.identity.records import Person as Person
from omnicommerce.identity.records import Standing as Standing
from omnicommerce.identity.registration import Found as Found
from omnicommerce.identity.registration import GuestNoted as GuestNoted
from omnicommerce.identity.registration import IdentifierVerified as IdentifierVerified
from omnicommerce.identity.registration import MemberRegistered as MemberRegistered
from omnicommerce.identity.registration import Membership as Membership
from omnicommerce.identity.registration import NodeEvent as NodeEvent
from omnicommerce.identity.registration import PersonEvent as PersonEvent
from omnicommerce.identity.registration import PersonJudged as PersonJudged
from omnicommerce.identity.registration import apply_to_node as apply_to_node
from omnicommerce.identity.registration import apply_to_person as apply_to_person
from omnicommerce.identity.registration import note_guest as note_guest
from omnicommerce.identity.registration import register as register
from omnicommerce.identity.registration import verify as verify
from omnicommerce.identity.shown import checked_showable as checked_showable
from omnicommerce.identity.shown import device as device
from omnicommerce.identity.shown import email as email
from omnicommerce.identity.shown import external_userid as external_userid
from omnicommerce.identity.shown import openid as openid
from omnicommerce.identity.shown import order as order
from omnicommerce.identity.shown import phone as phone
from omnicommerce.identity.shown import shown as shown
from omnicommerce.identity.shown import unionid as unionid
