"""Why the ledger says no."""

from __future__ import annotations

from kawasan.core.errors import Busy, Conflict, Invalid, NotFound, msg


class BatchTooLarge(Invalid):
    """More entries in a batch than ENTRIES_PER_BATCH_MAX."""

    code = "batch-too-large"
    title = msg("Too much at once")
    detail = msg("At most {limit} entries can be applied at once; this batch has {count}.")


class EntryIdReused(Conflict):
    """The id belongs to an entry with another content."""

    code = "entry-id-reused"
    title = msg("This request was already used for something else")
    detail = msg("The same key was sent before with another content. Use a new key for a new request.")


class EntrySizeInvalid(Invalid):
    """An entry needs 1 to TRANSFERS_PER_ENTRY_MAX transfers."""

    code = "entry-size-invalid"
    title = msg("Wrong number of transfers")
    detail = msg("An entry needs between 1 and {limit} transfers; this one has {count}.")


class TransferInvalid(Invalid):
    """The fields of a transfer do not fit its kind; ``problem`` says which."""

    code = "transfer-invalid"
    title = msg("The transfer is not well formed")
    detail = msg("The transfer's fields do not fit together: {problem}.")


class AmountInvalid(Invalid):
    """An amount is a whole number from 1 to AMOUNT_MAX (0 only where it means *all of it*)."""

    code = "amount-invalid"
    title = msg("The amount is not valid")
    detail = msg("An amount must be a whole number greater than zero.")


class SameAccount(Invalid):
    """A transfer needs two different accounts."""

    code = "same-account"
    title = msg("Two different accounts are needed")
    detail = msg("A transfer cannot go from an account to itself.")


class UnknownAccount(NotFound):
    """A transfer names an account that was never opened."""

    code = "unknown-account"
    title = msg("No such account")
    detail = msg("One of the accounts does not exist.")


class UnknownAsset(NotFound):
    """An account names an asset that was never opened."""

    code = "unknown-asset"
    title = msg("No such asset")
    detail = msg("The asset of this account does not exist.")


class AssetMismatch(Invalid):
    """The two accounts of a transfer hold different assets."""

    code = "asset-mismatch"
    title = msg("The accounts hold different things")
    detail = msg("A transfer needs two accounts of the same currency or goods.")


class MonthNeeded(Conflict):
    """Something still needs the month's transfers where they are."""

    code = "month-needed"
    title = msg("This month is still needed")
    detail = msg("{month} stays where it is: {reasons}.")


class MonthNotAway(NotFound):
    """The month is not away."""

    code = "month-not-away"
    title = msg("This month is not away")
    detail = msg("{month} is not away, so there is nothing to bring back.")


class PendingNotFound(NotFound):
    """There is no pending transfer with this id."""

    code = "pending-not-found"
    title = msg("No such reservation")
    detail = msg("There is no reservation with this id.")


class PendingAlreadyResolved(Conflict):
    """The pending transfer was posted or voided before."""

    code = "pending-already-resolved"
    title = msg("This reservation is already closed")
    detail = msg("The reservation was already used or released.")


class PendingExpired(Conflict):
    """The time of the pending transfer is over, whether or not its reservation was released yet."""

    code = "pending-expired"
    title = msg("This reservation has expired")
    detail = msg("The time to complete this is over, and what was reserved is free again.")


class PendingNotDue(Conflict):
    """A pending transfer cannot expire before its time, or without one."""

    code = "pending-not-due"
    title = msg("This reservation has not expired")
    detail = msg("The reservation is still valid.")


class PendingAmountExceeded(Invalid):
    """More is posted than was reserved."""

    code = "pending-amount-exceeded"
    title = msg("More than was reserved")
    detail = msg("More is asked for than was reserved.")


class AccountFrozen(Conflict):
    """An account of the transfer is frozen."""

    code = "account-frozen"
    title = msg("This account is frozen")
    detail = msg("The account takes part in no new transfers at the moment.")


class BalanceOverflow(Conflict):
    """The balance would grow beyond AMOUNT_MAX."""

    code = "balance-overflow"
    title = msg("The balance would become too large")
    detail = msg("The amount is more than this account can count.")


class InsufficientBalance(Conflict):
    """The debited account holds less than the amount."""

    code = "insufficient-balance"
    title = msg("Not enough available")
    detail = msg("There is less available than this needs. Nothing was taken.")


class AccountFull(Conflict):
    """The credited account may take in no more: a purchase limit or the seats are used up."""

    code = "account-full"
    title = msg("The limit is reached")
    detail = msg("This is more than is still possible. Nothing was changed.")


class TransferIdReused(Conflict):
    """The id belongs to another transfer."""

    code = "transfer-id-reused"
    title = msg("This transfer id was already used")
    detail = msg("A transfer with the same id exists already.")


class AssetInvalid(Invalid):
    """An asset needs a code, and a scale from 0 to SCALE_MAX."""

    code = "asset-invalid"
    title = msg("The asset is not well formed")
    detail = msg("An asset needs a code and between 0 and 18 decimals.")


class AccountInvalid(Invalid):
    """An account needs a code from 1 to CODE_MAX, and is never opened frozen."""

    code = "account-invalid"
    title = msg("The account is not well formed")
    detail = msg("An account needs a code of its kind and known flags.")


class AccountConflict(Conflict):
    """The account was opened before with another owner, asset, code or flags."""

    code = "account-conflict"
    title = msg("The account exists with other properties")
    detail = msg("An account is opened once, and its properties never change.")


class AssetConflict(Conflict):
    """The asset was opened before with another scale."""

    code = "asset-conflict"
    title = msg("The asset exists with other properties")
    detail = msg("An asset is opened once, and its number of decimals never changes.")


class TransferNotFound(NotFound):
    """There is no transfer with this id."""

    code = "transfer-not-found"
    title = msg("No such transfer")
    detail = msg("There is no transfer with this id.")


class LedgerBusy(Busy):
    """The accounts stayed locked for too long; nothing was done and a repeat is safe."""

    code = "ledger-busy"


class LedgerUnreachable(Busy):
    """The connection to the database was lost, perhaps after the commit; a repeat is safe and tells."""

    code = "ledger-unreachable"
