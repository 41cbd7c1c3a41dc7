"""
What the ledger means, as plainly as it can be said: a list of transfers, and balances summed up from it each time.

It shares no code with the engine but the words of ``types`` (and the ids of an expiry).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from kawasan.rooms.ledger.rules import expiry_of
from kawasan.rooms.ledger.types import AMOUNT_MAX, Entry, Flag, Kind, NewAccount, NewTransfer

RESOLVING = (Kind.POST, Kind.VOID, Kind.EXPIRE)


@dataclass
class Reference:
    accounts: dict[UUID, NewAccount]
    transfers: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)

    def apply(self, entries: list[Entry]) -> list[tuple[Any, ...]]:
        return [self.apply_one(entry) for entry in entries]

    def apply_one(self, entry: Entry) -> tuple[Any, ...]:
        content = tuple(
            (t.id, t.debit, t.credit, t.amount, t.code, t.kind, t.pending_of, t.reference) for t in entry.transfers
        )
        if entry.id in self.entries:
            return ("repeated",) if self.entries[entry.id] == content else ("refused", 0, "entry-id-reused")
        if not entry.transfers:
            return ("refused", 0, "entry-size-invalid")
        before = list(self.transfers)
        for index, transfer in enumerate(entry.transfers):
            if code := self.append(entry, transfer):
                self.transfers = before
                return ("refused", index, code)
        used = {row["id"] for row in before}
        for index, transfer in enumerate(entry.transfers):
            if transfer.id in used:
                self.transfers = before
                return ("refused", index, "transfer-id-reused")
            used.add(transfer.id)
        self.entries[entry.id] = content
        return ("applied",)

    def append(self, entry: Entry, t: NewTransfer) -> str | None:
        """Append one transfer, or return the code of what is wrong with it."""
        if t.kind in RESOLVING:
            return self.resolve(entry, t)
        too_late = t.expires_at is not None and (t.kind is not Kind.PENDING or t.expires_at <= entry.at)
        if t.pending_of is not None or t.debit is None or t.credit is None or t.code < 1 or too_late:
            return "transfer-invalid"
        if not 0 < t.amount <= AMOUNT_MAX:
            return "amount-invalid"
        if t.debit == t.credit:
            return "same-account"
        if t.debit not in self.accounts or t.credit not in self.accounts:
            return "unknown-account"
        debit, credit = self.accounts[t.debit], self.accounts[t.credit]
        if debit.asset != credit.asset:
            return "asset-mismatch"
        if (debit.flags | credit.flags) & Flag.FROZEN:
            return "account-frozen"
        debits_pending, debits_posted, _, credits_of_debit = self.balance(t.debit)
        _, debits_of_credit, credits_pending, credits_posted = self.balance(t.credit)
        taken, given = debits_pending + debits_posted + t.amount, credits_pending + credits_posted + t.amount
        if max(taken, given) > AMOUNT_MAX:
            return "balance-overflow"
        if debit.flags & Flag.NO_OVERDRAW and taken > credits_of_debit:
            return "insufficient-balance"
        if credit.flags & Flag.NO_OVERFILL and given > debits_of_credit:
            return "account-full"
        self.add(t, t.debit, t.credit, t.amount, t.code, t.reference)
        return None

    def resolve(self, entry: Entry, t: NewTransfer) -> str | None:
        if t.pending_of is None or t.debit is not None or t.credit is not None or t.code < 0 or t.expires_at:
            return "transfer-invalid"
        if not 0 <= t.amount <= AMOUNT_MAX or (t.amount > 0 and t.kind is not Kind.POST):
            return "amount-invalid"
        pending = next((r for r in self.transfers if r["id"] == t.pending_of and r["kind"] is Kind.PENDING), None)
        if pending is None:
            return "pending-not-found"
        is_over = pending["expires_at"] is not None and pending["expires_at"] <= entry.at
        resolution = self.resolution(t.pending_of)
        if resolution is Kind.EXPIRE:
            return "pending-expired"
        if resolution is not None:
            return "pending-already-resolved"
        if is_over != (t.kind is Kind.EXPIRE):
            return "pending-expired" if is_over else "pending-not-due"
        if t.amount > pending["amount"]:
            return "pending-amount-exceeded"
        both = self.accounts[pending["debit"]].flags | self.accounts[pending["credit"]].flags
        if t.kind is Kind.POST and both & Flag.FROZEN:
            return "account-frozen"
        amount, code = t.amount or pending["amount"], t.code or pending["code"]
        self.add(t, pending["debit"], pending["credit"], amount, code, t.reference or pending["reference"])
        return None

    def add(self, t: NewTransfer, debit: UUID, credit: UUID, amount: int, code: int, reference: UUID | None) -> None:
        row = {"id": t.id, "kind": t.kind, "pending_of": t.pending_of, "expires_at": t.expires_at}
        row |= {"debit": debit, "credit": credit, "amount": amount, "code": code, "reference": reference}
        self.transfers.append(row)

    def resolution(self, pending_id: UUID) -> Kind | None:
        return next((row["kind"] for row in self.transfers if row["pending_of"] == pending_id), None)

    def sweep(self, at: datetime) -> int:
        """Expire what is due, in order of expiry, and return how many."""
        due = [r for r in self.transfers if r["expires_at"] and r["expires_at"] <= at and not self.resolution(r["id"])]
        due.sort(key=lambda row: (row["expires_at"], row["id"]))
        return sum(self.apply_one(expiry_of(row["id"], at)) == ("applied",) for row in due)

    def balance(self, account: UUID) -> tuple[int, int, int, int]:
        """Debits pending, debits posted, credits pending, credits posted."""
        return (*self.side("debit", account), *self.side("credit", account))

    def side(self, side: str, account: UUID) -> tuple[int, int]:
        rows = [row for row in self.transfers if row[side] == account]
        pending = sum(r["amount"] for r in rows if r["kind"] is Kind.PENDING and not self.resolution(r["id"]))
        return pending, sum(r["amount"] for r in rows if r["kind"] in (Kind.POSTED, Kind.POST))
