"""New retail in one library: one customer, one set of books, one rulebook, in shops and online.

Names load on first use, so that ``import omnicommerce`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from omnicommerce.adapters.keys import DemoKeys as DemoKeys
    from omnicommerce.adapters.keys import SecretKeys as SecretKeys
    from omnicommerce.adapters.storage.memory import AsyncMemoryStorage as AsyncMemoryStorage
    from omnicommerce.adapters.storage.memory import MemoryStorage as MemoryStorage
    from omnicommerce.adapters.storage.sqlite import SqliteStorage as SqliteStorage
    from omnicommerce.adapters.storage.threaded import ThreadedStorage as ThreadedStorage
    from omnicommerce.commerce import AsyncCommerce as AsyncCommerce
    from omnicommerce.commerce import Commerce as Commerce
    from omnicommerce.coupons import Campaign as Campaign
    from omnicommerce.coupons import OnReturn as OnReturn
    from omnicommerce.flows.exceptions import ExceptionList as ExceptionList
    from omnicommerce.flows.identifiers import ChangeList as ChangeList
    from omnicommerce.flows.identifiers import PersonFound as PersonFound
    from omnicommerce.flows.ingest_sale import Ingested as Ingested
    from omnicommerce.flows.standing_of import StageStanding as StageStanding
    from omnicommerce.flows.statement import Statement as Statement
    from omnicommerce.flows.take_back import TakenBack as TakenBack
    from omnicommerce.identity import ByChannel as ByChannel
    from omnicommerce.identity import Explained as Explained
    from omnicommerce.identity import FieldRules as FieldRules
    from omnicommerce.identity import Form as Form
    from omnicommerce.identity import Found as Found
    from omnicommerce.identity import GuestOrders as GuestOrders
    from omnicommerce.identity import HostIdentifier as HostIdentifier
    from omnicommerce.identity import HostNamespace as HostNamespace
    from omnicommerce.identity import Identifier as Identifier
    from omnicommerce.identity import IdentityChanged as IdentityChanged
    from omnicommerce.identity import IdentityRules as IdentityRules
    from omnicommerce.identity import KnownValue as KnownValue
    from omnicommerce.identity import Linked as Linked
    from omnicommerce.identity import LinkRefused as LinkRefused
    from omnicommerce.identity import LinkSeen as LinkSeen
    from omnicommerce.identity import Longest as Longest
    from omnicommerce.identity import MostRecent as MostRecent
    from omnicommerce.identity import MostTrusted as MostTrusted
    from omnicommerce.identity import Namespace as Namespace
    from omnicommerce.identity import NamespaceKind as NamespaceKind
    from omnicommerce.identity import NamespaceRules as NamespaceRules
    from omnicommerce.identity import Profile as Profile
    from omnicommerce.identity import ProfileRules as ProfileRules
    from omnicommerce.identity import Strength as Strength
    from omnicommerce.identity import Tie as Tie
    from omnicommerce.identity import View as View
    from omnicommerce.identity import device as device
    from omnicommerce.identity import email as email
    from omnicommerce.identity import external_userid as external_userid
    from omnicommerce.identity import openid as openid
    from omnicommerce.identity import order as order
    from omnicommerce.identity import phone as phone
    from omnicommerce.identity import unionid as unionid
    from omnicommerce.kernel.actor import Customer as Customer
    from omnicommerce.kernel.actor import Staff as Staff
    from omnicommerce.kernel.actor import System as System
    from omnicommerce.kernel.actor import Till as Till
    from omnicommerce.kernel.channel import Channel as Channel
    from omnicommerce.kernel.errors import BadInput as BadInput
    from omnicommerce.kernel.errors import BadValue as BadValue
    from omnicommerce.kernel.errors import BadWire as BadWire
    from omnicommerce.kernel.errors import CommerceError as CommerceError
    from omnicommerce.kernel.errors import CommitUnknown as CommitUnknown
    from omnicommerce.kernel.errors import Conflict as Conflict
    from omnicommerce.kernel.errors import Exhausted as Exhausted
    from omnicommerce.kernel.errors import NotTheSame as NotTheSame
    from omnicommerce.kernel.errors import PortFault as PortFault
    from omnicommerce.kernel.errors import Refused as Refused
    from omnicommerce.kernel.errors import Unavailable as Unavailable
    from omnicommerce.kernel.ids import CampaignId as CampaignId
    from omnicommerce.kernel.ids import MemberId as MemberId
    from omnicommerce.kernel.ids import ProductId as ProductId
    from omnicommerce.kernel.ids import StoreId as StoreId
    from omnicommerce.kernel.money import Money as Money
    from omnicommerce.kernel.points import Points as Points
    from omnicommerce.kernel.quantity import Quantity as Quantity
    from omnicommerce.kernel.shard import Shard as Shard
    from omnicommerce.kernel.todo import Parked as Parked
    from omnicommerce.kernel.verdict import Verdict as Verdict
    from omnicommerce.kernel.window import Window as Window
    from omnicommerce.lifecycle import Signs as Signs
    from omnicommerce.lifecycle import Stage as Stage
    from omnicommerce.lifecycle import StageRules as StageRules
    from omnicommerce.loyalty import Balance as Balance
    from omnicommerce.loyalty import Level as Level
    from omnicommerce.loyalty import Movement as Movement
    from omnicommerce.loyalty import PointsRules as PointsRules
    from omnicommerce.loyalty import ShortBurn as ShortBurn
    from omnicommerce.loyalty import TierRules as TierRules
    from omnicommerce.loyalty import TierStanding as TierStanding
    from omnicommerce.loyalty import WrittenOff as WrittenOff
    from omnicommerce.orders import CouponUse as CouponUse
    from omnicommerce.orders import Line as Line
    from omnicommerce.orders import RecordedSale as RecordedSale
    from omnicommerce.orders import Return as Return
    from omnicommerce.orders import ReturnedLine as ReturnedLine
    from omnicommerce.orders import Sale as Sale
    from omnicommerce.orders import SaleKey as SaleKey
    from omnicommerce.orders import SaleRules as SaleRules
    from omnicommerce.orders import Shown as Shown
    from omnicommerce.orders import SoldLine as SoldLine
    from omnicommerce.processes.audited import Audited as Audited
    from omnicommerce.processes.tick import Ticked as Ticked
    from omnicommerce.rulebook import Rulebook as Rulebook
    from omnicommerce.runner import Done as Done
    from omnicommerce.runner import Failed as Failed
    from omnicommerce.stores import Store as Store
    from omnicommerce.wire import load_fact as load_fact
    from omnicommerce.wire import load_return as load_return
    from omnicommerce.wire import load_rulebook as load_rulebook
    from omnicommerce.wire import load_sale as load_sale

_HOMES: Final = {
    "AsyncCommerce": "commerce",
    "AsyncMemoryStorage": "adapters.storage.memory",
    "Audited": "processes.audited",
    "BadInput": "kernel.errors",
    "BadValue": "kernel.errors",
    "BadWire": "kernel.errors",
    "Balance": "loyalty",
    "ByChannel": "identity",
    "Campaign": "coupons",
    "CampaignId": "kernel.ids",
    "ChangeList": "flows.identifiers",
    "Channel": "kernel.channel",
    "Commerce": "commerce",
    "CommerceError": "kernel.errors",
    "CommitUnknown": "kernel.errors",
    "Conflict": "kernel.errors",
    "CouponUse": "orders",
    "Customer": "kernel.actor",
    "DemoKeys": "adapters.keys",
    "Done": "runner",
    "ExceptionList": "flows.exceptions",
    "Exhausted": "kernel.errors",
    "Explained": "identity",
    "Failed": "runner",
    "FieldRules": "identity",
    "Form": "identity",
    "Found": "identity",
    "GuestOrders": "identity",
    "HostIdentifier": "identity",
    "HostNamespace": "identity",
    "Identifier": "identity",
    "IdentityChanged": "identity",
    "IdentityRules": "identity",
    "Ingested": "flows.ingest_sale",
    "KnownValue": "identity",
    "Level": "loyalty",
    "Line": "orders",
    "LinkRefused": "identity",
    "LinkSeen": "identity",
    "Linked": "identity",
    "Longest": "identity",
    "MemberId": "kernel.ids",
    "MemoryStorage": "adapters.storage.memory",
    "Money": "kernel.money",
    "MostRecent": "identity",
    "MostTrusted": "identity",
    "Movement": "loyalty",
    "Namespace": "identity",
    "NamespaceKind": "identity",
    "NamespaceRules": "identity",
    "NotTheSame": "kernel.errors",
    "OnReturn": "coupons",
    "Parked": "kernel.todo",
    "PersonFound": "flows.identifiers",
    "Points": "kernel.points",
    "PointsRules": "loyalty",
    "PortFault": "kernel.errors",
    "ProductId": "kernel.ids",
    "Profile": "identity",
    "ProfileRules": "identity",
    "Quantity": "kernel.quantity",
    "RecordedSale": "orders",
    "Refused": "kernel.errors",
    "Return": "orders",
    "ReturnedLine": "orders",
    "Rulebook": "rulebook",
    "Sale": "orders",
    "SaleKey": "orders",
    "SaleRules": "orders",
    "SecretKeys": "adapters.keys",
    "Shard": "kernel.shard",
    "ShortBurn": "loyalty",
    "Shown": "orders",
    "Signs": "lifecycle",
    "SoldLine": "orders",
    "SqliteStorage": "adapters.storage.sqlite",
    "Staff": "kernel.actor",
    "Stage": "lifecycle",
    "StageRules": "lifecycle",
    "StageStanding": "flows.standing_of",
    "Statement": "flows.statement",
    "Store": "stores",
    "StoreId": "kernel.ids",
    "Strength": "identity",
    "System": "kernel.actor",
    "TakenBack": "flows.take_back",
    "ThreadedStorage": "adapters.storage.threaded",
    "Ticked": "processes.tick",
    "Tie": "identity",
    "TierRules": "loyalty",
    "TierStanding": "loyalty",
    "Till": "kernel.actor",
    "Unavailable": "kernel.errors",
    "Verdict": "kernel.verdict",
    "View": "identity",
    "Window": "kernel.window",
    "WrittenOff": "loyalty",
    "device": "identity",
    "email": "identity",
    "external_userid": "identity",
    "load_fact": "wire",
    "load_return": "wire",
    "load_rulebook": "wire",
    "load_sale": "wire",
    "openid": "identity",
    "order": "identity",
    "phone": "identity",
    "unionid": "identity",
}
"""Where each public name lives. Nothing else is public at this level."""

__all__ = [
    "AsyncCommerce",
    "AsyncMemoryStorage",
    "Audited",
    "BadInput",
    "BadValue",
    "BadWire",
    "Balance",
    "ByChannel",
    "Campaign",
    "CampaignId",
    "ChangeList",
    "Channel",
    "Commerce",
    "CommerceError",
    "CommitUnknown",
    "Conflict",
    "CouponUse",
    "Customer",
    "DemoKeys",
    "Done",
    "ExceptionList",
    "Exhausted",
    "Explained",
    "Failed",
    "FieldRules",
    "Form",
    "Found",
    "GuestOrders",
    "HostIdentifier",
    "HostNamespace",
    "Identifier",
    "IdentityChanged",
    "IdentityRules",
    "Ingested",
    "KnownValue",
    "Level",
    "Line",
    "LinkRefused",
    "LinkSeen",
    "Linked",
    "Longest",
    "MemberId",
    "MemoryStorage",
    "Money",
    "MostRecent",
    "MostTrusted",
    "Movement",
    "Namespace",
    "NamespaceKind",
    "NamespaceRules",
    "NotTheSame",
    "OnReturn",
    "Parked",
    "PersonFound",
    "Points",
    "PointsRules",
    "PortFault",
    "ProductId",
    "Profile",
    "ProfileRules",
    "Quantity",
    "RecordedSale",
    "Refused",
    "Return",
    "ReturnedLine",
    "Rulebook",
    "Sale",
    "SaleKey",
    "SaleRules",
    "SecretKeys",
    "Shard",
    "ShortBurn",
    "Shown",
    "Signs",
    "SoldLine",
    "SqliteStorage",
    "Staff",
    "Stage",
    "StageRules",
    "StageStanding",
    "Statement",
    "Store",
    "StoreId",
    "Strength",
    "System",
    "TakenBack",
    "ThreadedStorage",
    "Ticked",
    "Tie",
    "TierRules",
    "TierStanding",
    "Till",
    "Unavailable",
    "Verdict",
    "View",
    "Window",
    "WrittenOff",
    "device",
    "email",
    "external_userid",
    "load_fact",
    "load_return",
    "load_rulebook",
    "load_sale",
    "openid",
    "order",
    "phone",
    "unionid",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'omnicommerce' has no attribute {name!r}")
    found = getattr(import_module(f"omnicommerce.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
