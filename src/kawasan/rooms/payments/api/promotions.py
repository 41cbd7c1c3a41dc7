"""The door to the zone's promotion money."""

from kawasan.rooms.payments.actions.promotion import decide_promotion, enter_promotion
from kawasan.rooms.payments.queries.promotion import all_promotion_entries, promotion_entries, promotion_money
from kawasan.rooms.payments.rules.accounts import new_promotion, promotion
from kawasan.rooms.payments.types.promotion import (
    PROMOTION_PREFIX,
    PROMOTION_REFERENCE_LENGTH_MAX,
    PromotionAmountInvalid,
    PromotionDayInvalid,
    PromotionDecided,
    PromotionEnteredBefore,
    PromotionEntry,
    PromotionIdReused,
    PromotionMoneyMissing,
    PromotionNotFound,
    PromotionReferenceInvalid,
    PromotionState,
    PromotionWay,
)

__all__ = [
    "PROMOTION_PREFIX",
    "PROMOTION_REFERENCE_LENGTH_MAX",
    "PromotionAmountInvalid",
    "PromotionDayInvalid",
    "PromotionDecided",
    "PromotionEnteredBefore",
    "PromotionEntry",
    "PromotionIdReused",
    "PromotionMoneyMissing",
    "PromotionNotFound",
    "PromotionReferenceInvalid",
    "PromotionState",
    "PromotionWay",
    "all_promotion_entries",
    "decide_promotion",
    "enter_promotion",
    "new_promotion",
    "promotion",
    "promotion_entries",
    "promotion_money",
]
