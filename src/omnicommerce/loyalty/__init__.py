"""Points: what a member holds, and how it came to be."""

from __future__ import annotations

from omnicommerce.loyalty.points_book import BOOKS as BOOKS
from omnicommerce.loyalty.points_book import Account as Account
from omnicommerce.loyalty.points_book import Adjustment as Adjustment
from omnicommerce.loyalty.points_book import Balance as Balance
from omnicommerce.loyalty.points_book import PointsAdjusted as PointsAdjusted
from omnicommerce.loyalty.points_book import PointsBook as PointsBook
from omnicommerce.loyalty.points_book import Posting as Posting
from omnicommerce.loyalty.points_book import adjust as adjust
from omnicommerce.loyalty.points_book import apply as apply
from omnicommerce.loyalty.rules import PointsRules as PointsRules
