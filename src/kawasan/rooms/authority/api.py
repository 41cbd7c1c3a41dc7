"""The room's door: figures, the screen, the transfers behind them, and what the follower does."""

from kawasan.rooms.authority.actions.following import follow_sales, forget_sales
from kawasan.rooms.authority.actions.looking import open_transfers
from kawasan.rooms.authority.actions.publishing import publish_screen
from kawasan.rooms.authority.queries.access import screen_is_public
from kawasan.rooms.authority.queries.digital import digital_businesses, digitalisation
from kawasan.rooms.authority.queries.figures import FOLLOWER_NAME, place, table, trace, transfers
from kawasan.rooms.authority.queries.places import province_name, regency_name
from kawasan.rooms.authority.queries.screen import screen
from kawasan.rooms.authority.queries.witness import differences
from kawasan.rooms.authority.rules.drawing import chart_of
from kawasan.rooms.authority.rules.grouping import checked_period
from kawasan.rooms.authority.rules.sectors import SECTIONS, sector_name
from kawasan.rooms.authority.types import (
    DAYS_MAX,
    Activity,
    BadPeriod,
    By,
    Counted,
    CountedTransfer,
    Digital,
    Digitalisation,
    Figures,
    Filter,
    Minute,
    NewOrder,
    Period,
    Place,
    Row,
    Screen,
    Sort,
    Table,
    Traced,
    UnknownGrouping,
    UnknownTransfer,
)

__all__ = [
    "DAYS_MAX",
    "FOLLOWER_NAME",
    "SECTIONS",
    "Activity",
    "BadPeriod",
    "By",
    "Counted",
    "CountedTransfer",
    "Digital",
    "Digitalisation",
    "Figures",
    "Filter",
    "Minute",
    "NewOrder",
    "Period",
    "Place",
    "Row",
    "Screen",
    "Sort",
    "Table",
    "Traced",
    "UnknownGrouping",
    "UnknownTransfer",
    "chart_of",
    "checked_period",
    "differences",
    "digital_businesses",
    "digitalisation",
    "follow_sales",
    "forget_sales",
    "open_transfers",
    "place",
    "province_name",
    "publish_screen",
    "regency_name",
    "screen",
    "screen_is_public",
    "sector_name",
    "table",
    "trace",
    "transfers",
]
