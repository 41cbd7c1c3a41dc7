"""The till in words: what its app says on the device, how people paid, what did not fit."""

from __future__ import annotations

from django.utils.translation import get_language, gettext, override

from kawasan.core.money import Money
from kawasan.platform.wording import rupiah
from kawasan.rooms.commerce import api as commerce

_KINDS = commerce.ConflictKind


def till_method(method: commerce.TillMethod) -> str:
    """Return how a buyer paid, in words."""
    return {
        commerce.TillMethod.CASH: gettext("Cash"),
        commerce.TillMethod.QRIS: "QRIS",
        commerce.TillMethod.WALLET: gettext("Wallet"),
    }[method]


def till_conflict(conflict: commerce.TillConflict) -> str:
    """Return in a sentence what did not fit and what was done about it."""
    return _sentences()[conflict.kind].format(
        name=conflict.name,
        sold=conflict.sold,
        missing=conflict.missing,
        then=rupiah(Money(conflict.then_minor)),
        now=rupiah(Money(conflict.now_minor)),
    )


def _sentences() -> dict[commerce.ConflictKind, str]:
    return {
        _KINDS.STOCK_GONE: gettext(
            "{name}: {sold} were sold, but {missing} of them were not in stock any more. They were booked in as found."
        ),
        _KINDS.PRICE_CHANGED: gettext("{name}: sold for {then}; at that moment it cost {now}."),
        _KINDS.UNKNOWN_PRODUCT: gettext("{name}: this product is not in the catalogue; no stock was moved."),
        _KINDS.CLOCK: gettext("The clock of the device was wrong when this was written."),
        _KINDS.RETURNED_TOO_MUCH: gettext("{name}: {sold} came back, more than the receipt had left."),
        _KINDS.UNKNOWN_SALE: gettext("The receipt that this belongs to never came in."),
        _KINDS.PAYMENT_OPEN: gettext("{then} without cash: no such payment has been seen yet."),
    }


def till_words() -> dict[str, str]:
    """Return what the app says on the device; {braces} are filled in there."""
    sentences = {f"conflict_{kind.value.replace('-', '_')}": text for kind, text in _sentences().items()}
    return (
        sentences
        | _printed()
        | {
            "fine": gettext("All in the books"),
            "offline": gettext("No network"),
            "signed-out": gettext("Signed out"),
            "failed": gettext("Could not be sent"),
            "counter_making": gettext("The bank is making the code…"),
            "counter_waiting": gettext("Waiting for the money"),
            "counter_paid": gettext("Paid"),
            "wallet_offline": gettext("No network: a wallet cannot pay now. Press Done again, or choose cash."),
            "counter_over": gettext("The time of this code is over. Pay otherwise."),
            "counter_refused": gettext("The bank cannot make a code for this sum."),
            "counter_offline": gettext("No network. The till goes on asking."),
            "counter_signed_out": gettext("Signed out. Sign in and open the till again: it goes on here."),
            "counter_unconfirmed_sure": gettext(
                "There is no code for this sum now. Was it paid another way, seen on the buyer's phone? The sale is "
                "marked as not confirmed."
            ),
            "waiting": gettext("{count} waiting"),
            "broken": gettext("This browser cannot keep sales. Use Chrome or Firefox, and no private window."),
            "left": gettext("{count} left"),
            "none_left": gettext("None left in the books"),
            "nothing_found": gettext("Nothing fits. Add it with the plus sign if it has no product."),
            "no_items": gettext("There are no published products yet."),
            "added": gettext("{name} is on the counter."),
            "unknown_code": gettext("No product has the code {code}."),
            "payer_unknown": gettext("not in Bank Indonesia's list"),
            "payer_no_amount": gettext("none: the shop says it"),
            "payer_broken": gettext("The code could not be read. Let it be shown anew."),
            "camera_unreadable": gettext(
                "This browser cannot read barcodes by camera. Type the code or the name, or use a scanner."
            ),
            "camera_denied": gettext(
                "The camera is not allowed. Allow it for this page in the browser's settings; until then type the code "
                "or use a scanner."
            ),
            "camera_missing": gettext("No camera was found. Type the code or the name, or use a scanner."),
            "camera_busy": gettext(
                "The camera does not answer: another app may be using it. Type the code or the name, or use a scanner."
            ),
            "pieces": gettext("{count} pieces"),
            "quantity_of": gettext("Quantity of {name}"),
            "clear_sure": gettext("Take everything off the counter?"),
            "no_amount": gettext("Write an amount in rupiah, such as 25.000."),
            "give_change": gettext("Change {amount}"),
            "copied": gettext("The address of the receipt was copied."),
            "not_printed": gettext("The printer did not answer: {why}"),
            "state_waiting": gettext("Waits on this device"),
            "state_taken": gettext("In the books"),
            "state_refused": gettext("Stays on this device"),
            "state_conflicts": gettext("Look at this"),
        }
    )


# Receipt printers know no Chinese letters, and the receipt is the buyer's: it speaks Indonesian then.
def _printed() -> dict[str, str]:
    chosen = get_language() or "id"
    with override("id" if chosen.startswith("zh") else chosen):
        return {
            "printed_discount": gettext("Discount"),
            "printed_total": gettext("Total"),
            "printed_given_back": gettext("Given back"),
            "printed_cash": gettext("Cash"),
            "printed_change": gettext("Change money"),
            "printed_thanks": gettext("Thank you!"),
        }
