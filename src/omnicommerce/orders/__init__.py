"""Sales and returns: what tills and web shops report, and what the shop keeps of it."""

from __future__ import annotations

from omnicommerce.orders.admission import return_verdict as return_verdict
from omnicommerce.orders.admission import sale_verdict as sale_verdict
from omnicommerce.orders.recorded import SALES as SALES
from omnicommerce.orders.recorded import CouponUse as CouponUse
from omnicommerce.orders.recorded import Drawn as Drawn
from omnicommerce.orders.recorded import RecordedSale as RecordedSale
from omnicommerce.orders.recorded import SaleRecorded as SaleRecorded
from omnicommerce.orders.recorded import SoldLine as SoldLine
from omnicommerce.orders.recorded import sold_lines as sold_lines
from omnicommerce.orders.returns import RETURNS as RETURNS
from omnicommerce.orders.returns import WAITING as WAITING
from omnicommerce.orders.returns import GoodsReturned as GoodsReturned
from omnicommerce.orders.returns import RecordedReturn as RecordedReturn
from omnicommerce.orders.returns import ReturnParked as ReturnParked
from omnicommerce.orders.returns import ReturnRefused as ReturnRefused
from omnicommerce.orders.returns import ReturnState as ReturnState
from omnicommerce.orders.returns import TakenLine as TakenLine
from omnicommerce.orders.returns import Waiting as Waiting
from omnicommerce.orders.returns import apply_to_return as apply_to_return
from omnicommerce.orders.returns import apply_to_sale as apply_to_sale
from omnicommerce.orders.returns import apply_to_waiting as apply_to_waiting
from omnicommerce.orders.returns import park as park
from omnicommerce.orders.returns import refuse as refuse
from omnicommerce.orders.returns import restored_before as restored_before
from omnicommerce.orders.returns import take_back as take_back
from omnicommerce.orders.returns import wanted as wanted
from omnicommerce.orders.rules import SaleRules as SaleRules
from omnicommerce.orders.sale import Line as Line
from omnicommerce.orders.sale import Return as Return
from omnicommerce.orders.sale import ReturnedLine as ReturnedLine
from omnicommerce.orders.sale import Sale as Sale
from omnicommerce.orders.sale import SaleKey as SaleKey
from omnicommerce.orders.sale import Shown as Shown
from omnicommerce.orders.spend import SPEND as SPEND
from omnicommerce.orders.spend import DaySpend as DaySpend
from omnicommerce.orders.spend import SpendMonth as SpendMonth
from omnicommerce.orders.spend import apply_to_spend as apply_to_spend
from omnicommerce.orders.spend import days_of as days_of
from omnicommerce.orders.spend import month_of as month_of
from omnicommerce.orders.spend import spend_id as spend_id
from omnicommerce.orders.spend import spend_ids as spend_ids
