"""Which refusal comes first: a transfer with every fault there is, mended one fault at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.builders.ledger import AT, a_hold, a_resolution, a_source, a_transfer, an_account, an_asset, an_entry

from kawasan.core import ids
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import AMOUNT_MAX, Entry, Flag, Kind

pytestmark = pytest.mark.django_db
README = Path(__file__).parents[1] / "README.md"


@dataclass
class Cast:
    """Accounts and transfers that each cause one fault."""

    used_entry: UUID
    used_transfer: UUID
    unknown: UUID
    frozen: UUID
    frozen_of_other_asset: UUID
    almost_full: UUID  # one unit below what can be counted
    poor: UUID
    source: UUID
    limited: UUID
    wallet: UUID
    posted: UUID  # pending transfers, by what became of them
    overdue: UUID
    of_frozen: UUID
    open: UUID


@pytest.fixture
def cast() -> Cast:
    wallet, poor, frozen, source = an_account(holding=100), an_account(), an_account(holding=50), a_source()
    piece = an_asset()
    frozen_of_other_asset, almost_full = an_account(asset=piece), an_account(flags=Flag.NONE, holding=AMOUNT_MAX - 1)
    limited = an_account(flags=Flag.NO_OVERFILL)
    posted, overdue, open_ = a_hold(wallet, poor, 5), a_hold(wallet, poor, 5, minutes=1), a_hold(wallet, poor, 5)
    of_frozen = a_hold(frozen, poor, 5)
    entry = an_entry(posted, overdue, open_, of_frozen)
    ledger.post(entry)
    ledger.post(an_entry(a_resolution(Kind.POST, posted)))
    ledger.freeze_account(frozen)
    ledger.freeze_account(frozen_of_other_asset)
    accounts = (ids.uuid7(), frozen, frozen_of_other_asset, almost_full, poor, source, limited, wallet)
    return Cast(entry.id, posted.id, *accounts, posted.id, overdue.id, of_frozen.id, open_.id)


Mend = Callable[[Cast], dict[str, Any]]

# Each line: the refusal while the fault is there, and what mends it (often into the next fault).
NEW_TRANSFER: list[tuple[str, Mend]] = [
    ("transfer-invalid", lambda c: {"code": 1}),
    ("amount-invalid", lambda c: {"amount": AMOUNT_MAX}),
    ("same-account", lambda c: {"credit": c.frozen_of_other_asset}),
    ("unknown-account", lambda c: {"debit": c.poor}),
    ("asset-mismatch", lambda c: {"credit": c.frozen}),
    ("account-frozen", lambda c: {"credit": c.almost_full}),
    ("balance-overflow", lambda c: {"amount": 10, "credit": c.limited}),
    ("insufficient-balance", lambda c: {"debit": c.source}),
    ("account-full", lambda c: {"credit": c.wallet}),
    ("transfer-id-reused", lambda c: {"id": ids.uuid7()}),
]
POST: list[tuple[str, Mend]] = [
    ("transfer-invalid", lambda c: {"debit": None}),
    ("amount-invalid", lambda c: {"amount": 6}),
    ("pending-not-found", lambda c: {"pending_of": c.posted}),
    ("pending-already-resolved", lambda c: {"pending_of": c.overdue}),
    ("pending-expired", lambda c: {"pending_of": c.of_frozen}),
    ("pending-amount-exceeded", lambda c: {"amount": 5}),
    ("account-frozen", lambda c: {"pending_of": c.open}),
    ("transfer-id-reused", lambda c: {"id": ids.uuid7()}),
]
EXPIRY: list[tuple[str, Mend]] = [
    ("transfer-invalid", lambda c: {"expires_at": None}),
    ("amount-invalid", lambda c: {"amount": 0}),
    ("pending-not-found", lambda c: {"pending_of": c.posted}),
    ("pending-already-resolved", lambda c: {"pending_of": c.open}),
    ("pending-not-due", lambda c: {"pending_of": c.overdue}),
    ("transfer-id-reused", lambda c: {"id": ids.uuid7()}),
]


def _mend_all(transfer: ledger.NewTransfer, table: list[tuple[str, Mend]], cast: Cast) -> None:
    at = AT + timedelta(minutes=5)
    for code, mend in table:
        (answer,) = ledger.post_many([an_entry(transfer, at=at)])
        assert isinstance(answer, ledger.Refused), code
        assert answer.refusal.code == code
        transfer = replace(transfer, **mend(cast))
    (answer,) = ledger.post_many([an_entry(transfer, at=at)])
    assert isinstance(answer, ledger.Applied)


def test_a_new_transfer_is_refused_for_its_faults_in_this_order(cast: Cast) -> None:
    faulty = a_transfer(cast.unknown, cast.unknown, 0, id=cast.used_transfer, code=0)
    _mend_all(faulty, NEW_TRANSFER, cast)


def test_a_posting_is_refused_for_its_faults_in_this_order(cast: Cast) -> None:
    faulty = a_resolution(Kind.POST, cast.unknown, -1, id=cast.used_transfer)
    _mend_all(replace(faulty, debit=cast.wallet), POST, cast)


def test_an_expiry_is_refused_for_its_faults_in_this_order(cast: Cast) -> None:
    faulty = a_resolution(Kind.EXPIRE, cast.unknown, 1, id=cast.used_transfer)
    _mend_all(replace(faulty, expires_at=AT), EXPIRY, cast)


def test_an_entry_is_refused_for_its_id_before_its_size_before_its_transfers(cast: Cast) -> None:
    faulty = a_transfer(cast.unknown, cast.unknown, 0)
    too_many = Entry(cast.used_entry, AT, (faulty,) * (ledger.TRANSFERS_PER_ENTRY_MAX + 1))
    entries = [too_many, replace(too_many, id=ids.uuid7()), an_entry(), an_entry(faulty)]
    codes = [answer.refusal.code for answer in ledger.post_many(entries)]
    assert codes == ["entry-id-reused", "entry-size-invalid", "entry-size-invalid", "amount-invalid"]


def test_the_first_wrong_transfer_is_named_by_its_index(cast: Cast) -> None:
    good = a_transfer(cast.source, cast.wallet, 1)
    wrong = [a_transfer(cast.source, cast.unknown, 1), a_transfer(cast.source, cast.source, 1)]
    (answer,) = ledger.post_many([an_entry(good, *wrong)])
    assert (answer.index, answer.refusal.code) == (1, "unknown-account")


def test_a_used_transfer_id_goes_last_even_before_a_later_transfer_that_is_wrong(cast: Cast) -> None:
    used, wrong = a_transfer(cast.source, cast.wallet, 1, id=cast.used_transfer), a_transfer(cast.poor, cast.wallet, 9)
    reused, other = ledger.post_many([an_entry(used), an_entry(used, wrong)])
    assert (reused.index, reused.refusal.code) == (0, "transfer-id-reused")
    assert (other.index, other.refusal.code) == (1, "insufficient-balance")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Kind.POSTED, {"debit": None}),
        (Kind.POSTED, {"credit": None}),
        (Kind.POSTED, {"code": ledger.CODE_MAX + 1}),
        (Kind.POSTED, {"pending_of": UUID(int=1)}),
        (Kind.POSTED, {"expires_at": AT + timedelta(minutes=9)}),
        (Kind.PENDING, {"expires_at": AT}),
        (Kind.POST, {"pending_of": None}),
        (Kind.POST, {"credit": UUID(int=1)}),
        (Kind.VOID, {"code": -1}),
    ],
)
def test_fields_that_do_not_fit_the_kind_are_refused(cast: Cast, kind: Kind, fields: dict[str, Any]) -> None:
    new = kind in (Kind.POSTED, Kind.PENDING)
    right = a_transfer(cast.source, cast.wallet, 1, kind=kind) if new else a_resolution(kind, cast.open)
    with pytest.raises(ledger.TransferInvalid):
        ledger.post(an_entry(replace(right, **fields)))
    ledger.post(an_entry(right))


def test_the_readme_lists_refusals_in_the_tested_order() -> None:
    text = README.read_text()
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    listed = [line.split("`")[1] for line in lines if line.count("`") >= 2 and line.split("|")[1].strip().isdigit()]
    for table in (NEW_TRANSFER, POST, EXPIRY):
        codes = [code for code, _ in table]
        assert [code for code in listed if code in codes] == codes
    assert listed[:2] == ["entry-id-reused", "entry-size-invalid"]
