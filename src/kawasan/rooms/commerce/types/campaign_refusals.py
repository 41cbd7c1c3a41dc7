"""Refusals of campaigns and of buying in them."""

from __future__ import annotations

from kawasan.core.errors import Conflict, Invalid, NotFound, msg


class UnknownCampaign(NotFound):
    """No such campaign, or it is not published."""

    code = "unknown-campaign"
    title = msg("No such campaign")
    detail = msg("We could not find this campaign. It may not have been published yet.")


class UnknownCampaignOffer(NotFound):
    """No such offer, or not for this caller."""

    code = "unknown-campaign-offer"
    title = msg("Not in this campaign")
    detail = msg("We could not find this product in the campaign.")


class CampaignPeriodInvalid(Invalid):
    """A campaign ends before it starts, lasts too long, or its end has passed."""

    code = "campaign-period-invalid"
    title = msg("These dates cannot be right")
    detail = msg("A campaign ends after it starts, its end lies in the future, and it lasts at most {days} days.")


class CampaignSlugTaken(Conflict):
    """Another campaign has this address."""

    code = "campaign-slug-taken"
    title = msg("This address is taken")
    detail = msg("Another campaign is at /kampanye/{slug}. Choose another address.")


class CampaignSlugInvalid(Invalid):
    """An address is 2 to 40 small letters, digits and dashes."""

    code = "campaign-slug-invalid"
    title = msg("This address cannot be used")
    detail = msg("Use 2 to 40 small letters, digits and dashes, such as belanja-11-11.")


class CampaignIdReused(Conflict):
    """The id chosen by the caller belongs to another campaign or offer."""

    code = "campaign-id-reused"
    title = msg("This was sent before with other content")
    detail = msg("The same form was used for something else. Open the form again.")


class CampaignBegun(Conflict):
    """The beginning of a running campaign cannot be moved, and it cannot be hidden again."""

    code = "campaign-begun"
    title = msg("This campaign has begun")
    detail = msg("Once a campaign runs, only its name, its text and its end can be changed.")


class CampaignOver(Conflict):
    """The campaign has ended."""

    code = "campaign-over"
    title = msg("This campaign is over")
    detail = msg("Nothing can be changed in a campaign that has ended.")


class CampaignOfferPriceInvalid(Invalid):
    """A campaign's price must be below the ordinary one."""

    code = "campaign-price-invalid"
    title = msg("The campaign price must be lower")
    detail = msg("Give a price below the ordinary one, {ordinary}.")


class CampaignUnitsInvalid(Invalid):
    """A number of units, or the limit for each buyer, is out of bounds."""

    code = "campaign-units-invalid"
    title = msg("This number cannot be right")
    detail = msg("Set aside 1 to {most} units, and let each buyer have at least 1 and no more than there are.")


class CampaignStockTooLow(Conflict):
    """Fewer units are in stock than are to be set aside."""

    code = "campaign-stock-too-low"
    title = msg("Not enough in stock")
    detail = msg("Only {available} are in stock and not held by orders. Set aside fewer, or receive stock first.")


class AlreadyInCampaign(Conflict):
    """The variant is in this campaign, or in another one at the same time."""

    code = "already-in-campaign"
    title = msg("Already in a campaign")
    detail = msg("{product} is already in “{campaign}”, which overlaps. A product is in one campaign at a time.")


class CampaignOfferDecided(Conflict):
    """The offer was accepted, declined or withdrawn before."""

    code = "campaign-offer-decided"
    title = msg("Already decided")
    detail = msg("This product was already accepted, declined or withdrawn. Load the page again.")


class CampaignLimitReached(Conflict):
    """A buyer wants more units of a campaign than one buyer may have."""

    code = "campaign-limit-reached"
    title = msg("The limit for each buyer")
    detail = msg("Each buyer may have {limit} of {product} in this campaign. You can still take {available}.")


class CampaignUnitsShort(Conflict):
    """Fewer units are left at the campaign's price than are wanted."""

    code = "campaign-units-short"
    title = msg("Not enough left at this price")
    detail = msg("Only {available} of {product} are left at the campaign price, and you asked for {wanted}.")
