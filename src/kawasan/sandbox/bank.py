"""The sandbox bank as one thing: its doors for partners, for payers, and for whoever sets up a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kawasan.core import ids
from kawasan.core.clock import business_day
from kawasan.core.money import MINOR_DIGITS
from kawasan.core.money import Money as Amount
from kawasan.rooms.payments.rules import qris
from kawasan.rooms.payments.rules.qris_fees import largest_payment
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.rooms.payments.rules.snap.codes import Service, code_of, service_of_path
from kawasan.rooms.payments.rules.snap.profiles import profile_named, profiles
from kawasan.sandbox.abroad import ends_of
from kawasan.sandbox.checking import TOKEN_SECONDS, Refuse, Tokens, checked_call, refusal, token_partner
from kawasan.sandbox.notices import Sender, inquiry_body, notice_of
from kawasan.sandbox.scenarios import Fault, Pay, Plan
from kawasan.sandbox.services import Services
from kawasan.sandbox.state import Bill, Money, Partner, Store

DELAY_SECONDS = 3.0
LATE_BY = timedelta(minutes=1)
MERCHANT_ID = "KW0000000001"


class CannotPay(Exception):
    """A bill that the bank does not pay; the text is a word for the page."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to a partner, and what happens to it on the way."""

    status: int
    body: dict[str, Any]
    fault: Fault = Fault.NONE
    headers: Mapping[str, str] | None = None


class Bank:
    """Everything behind the sandbox's addresses. Threads share it."""

    def __init__(self, file: Path | None = None) -> None:
        self.store = Store(file)
        if not self.store.private_key:
            self.store.keep_key(signing.new_private_key())
        self.tokens = Tokens()
        self.plan = Plan()
        self.services = Services(self.store)
        self.sender = Sender(lambda: self.store.private_key)

    def close(self) -> None:
        """Send nothing more and close the journal."""
        self.sender.stop()
        self.store.close()

    # For partners

    def reply(self, *, method: str, url: str, headers: Mapping[str, str], body: bytes, at: datetime) -> Reply:
        """Return the answer to a partner's call."""
        path = urlsplit(url).path
        service = _service(path)
        if service is Service.TOKEN:
            return self._token(headers, body, at)
        number = service.number if service else "00"
        try:
            call = checked_call(self.store, self.tokens, method=method, url=url, headers=headers, body=body, at=at)
            amount = call.body.get("amount") or call.body.get("refundAmount") or call.body.get("totalAmount")
            amount_minor = wire.money_of(amount).minor if amount else None
            fault = self.plan.take(
                call.partner.client_id,
                call.service.value,
                header=call.scenario,
                amount_minor=amount_minor,
            )
            if fault is Fault.TIMEOUT_BEFORE:
                return Reply(504, {}, fault)
            if fault is Fault.ERROR:
                raise Refuse(500, "00", "General Error")
            told = self.services.do(call, fault)
        except Refuse as refused:
            return Reply(*refusal(number, refused))
        http = 202 if fault is Fault.PENDING else 200
        done = {"responseCode": code_of(http, number), "responseMessage": "Successful", **told}
        return Reply(http, done, fault)

    def _token(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Reply:
        try:
            partner = token_partner(self.store, headers, body, at)
        except Refuse as refused:
            return Reply(*refusal(Service.TOKEN, refused))
        profile = profile_named(partner.profile)
        as_number = profile is not None and profile.expires_in_as == "number"
        told = {
            "responseCode": code_of(200, Service.TOKEN),
            "responseMessage": "Successful",
            "accessToken": self.tokens.new(partner.client_id, at),
            "tokenType": "Bearer",
            "expiresIn": TOKEN_SECONDS if as_number else str(TOKEN_SECONDS),
        }
        stamp = wire.timestamp_text(at)
        return Reply(200, told, headers={"X-CLIENT-KEY": partner.client_id, "X-TIMESTAMP": stamp})

    # For payers

    def bill_of_code(self, code: str) -> Bill | None:
        """Return the bill that a QRIS payload or a virtual account's number stands for."""
        text = code.strip()
        if text.replace(" ", "").isdigit() and len(text.replace(" ", "")) <= wire.VA_LENGTH_MAX:
            return self.store.open_va(text.replace(" ", ""))
        try:
            found = qris.parse(text)
        except qris.InvalidQris:
            return None
        return self.store.bill(found.additional.get("05", ""))

    def asked_of_partner(self, bill: Bill, at: datetime) -> dict[str, Any] | None:
        """Ask the partner what a virtual account stands for, as a bank does before it lets anybody pay."""
        partner = self.store.partner(bill.client_id)
        return self.sender.ask(partner, Service.VA_INQUIRY, inquiry_body(bill, at)) if partner else None

    def pay(
        self,
        bill: Bill,
        how: Pay,
        *,
        visit: str,
        at: datetime,
        amount_minor: int | None = None,
        abroad: Mapping[str, str] | None = None,
    ) -> list[Money]:
        """
        Pay a bill in a chosen way and tell the partner. ``abroad`` has value, currency and quote of a foreign wallet.
        ``visit`` names one press of the button: a repeat pays nothing.

        Raises CannotPay for a code that is cancelled or over, unless it is to be paid too late, and for a static code
        without an amount that may be paid.
        """
        partner = self.store.partner(bill.client_id)
        if partner is None:
            raise CannotPay("unknown")
        with self.store.lock:
            bill = self.store.bill(bill.id) or bill
            if bill.is_static:
                how = Pay.PAY if how in (Pay.LATE, Pay.OTHER_AMOUNT) else how  # there is no end and nothing was asked
                self._check_typed(amount_minor, at)
            is_over = at >= bill.expires_at or (abroad is not None and at >= ends_of(abroad))
            if how is not Pay.LATE and (bill.state != "open" or is_over):
                raise CannotPay("over" if bill.state == "open" else bill.state)
            moved = self._moved(bill, how, visit, at, amount_minor, _checked(abroad, how))
        self._tell(partner, bill, moved, how)
        return [money for money, _ in moved]

    def _check_typed(self, amount_minor: int | None, at: datetime) -> None:
        if not amount_minor or not 0 < amount_minor <= largest_payment(business_day(at)).minor:
            raise CannotPay("amount")

    def _moved(
        self, bill: Bill, how: Pay, visit: str, at: datetime, amount_minor: int | None, abroad: dict[str, str]
    ) -> list[tuple[Money, bool]]:
        """Return the movements that a payment makes, each with whether it is new."""
        statuses = {Pay.TWICE: ["00", "00"], Pay.FAIL: ["06"], Pay.OUT_OF_ORDER: ["06", "00"]}.get(how, ["00"])
        amount = amount_minor or bill.amount_minor
        if how is Pay.OTHER_AMOUNT:
            amount += 1_000_00
        moved = []
        for place, status in enumerate(statuses):
            name = f"PAY{ids.derived('sandbox.money', bill.id, visit, place).hex[:20].upper()}"
            earlier = [one for one in self.store.money_of(bill.client_id, bill_id=bill.id) if one.id == name]
            money = (
                earlier[0]
                if earlier
                else Money(
                    id=name,
                    client_id=bill.client_id,
                    kind="payment",
                    bill_id=bill.id,
                    reference=bill.reference,
                    amount_minor=amount,
                    status=status,
                    at=max(at, bill.expires_at) + LATE_BY if how is Pay.LATE else at,
                    moved_at=at,
                    detail=abroad,
                )
            )
            if not earlier:
                self.store.keep(money)
            moved.append((money, not earlier))
        return moved

    def _tell(self, partner: Partner, bill: Bill, moved: list[tuple[Money, bool]], how: Pay) -> None:
        fresh = [money for money, is_new in moved if is_new]
        if how is Pay.SILENT:
            return
        if how is Pay.OUT_OF_ORDER:
            fresh.reverse()
        for place, money in enumerate(fresh):
            notice = notice_of(partner, bill, money, is_forged=how is Pay.WRONG_SIGNATURE)
            after = DELAY_SECONDS if how is Pay.DELAYED else 0.3 * place
            for copy in range(3 if how is Pay.REPEATED else 1):
                self.sender.send(notice, after_seconds=after + 0.2 * copy)

    # For whoever sets up a scenario

    def register(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """
        Take a partner in, or what changed about it, and return how to reach and check the bank.

        Raises ValueError for a partner without a name, a secret or a usable key.
        """
        names = {"clientId": "client_id", "clientSecret": "client_secret", "publicKeys": "public_keys"}
        names |= {"partnerId": "partner_id", "notifyUrl": "notify_url", "vaPrefix": "va_prefix"}
        names |= {"accountNo": "account_no", "merchantId": "merchant_id", "profile": "profile", "name": "name"}
        given = {names[key]: value for key, value in told.items() if key in names}
        known = self.store.partner(str(given.get("client_id", "")))
        if known is None and not all(given.get(key) for key in ("client_id", "client_secret", "public_keys")):
            raise ValueError("clientId, clientSecret and publicKeys are needed")
        if given.get("profile", "sandbox") not in profiles():
            raise ValueError(f"profile is one of {', '.join(profiles())}")
        for pem in given.get("public_keys", ()):
            signing.fingerprint(pem)
        if known is None:
            given = {"merchant_id": MERCHANT_ID} | given
        partner = replace(known, **given) if known else Partner(**given)
        if not all(
            isinstance(value, str)
            for name, value in asdict(partner).items()
            if name in names.values() and name != "public_keys"
        ):
            raise ValueError("all of a partner but its keys is text")
        self.store.keep(partner)
        return {
            "clientId": partner.client_id,
            "merchantId": partner.merchant_id,
            "publicKeys": [signing.public_of(self.store.private_key)],
        }

    def standing(self) -> dict[str, Any]:
        """Return what a test waits for: messages not yet sent, and what became of the others."""
        return {"waiting": self.sender.waiting, "told": [asdict(one) for one in list(self.sender.told)]}


def _checked(abroad: Mapping[str, str] | None, how: Pay) -> dict[str, str]:
    if not abroad:
        return {}
    try:
        paid = wire.money_of({"value": abroad["value"], "currency": abroad["currency"]})
    except (KeyError, wire.BadField, wire.MissingField):
        raise CannotPay("amount") from None
    if paid.minor <= 0 or paid.currency == "IDR":
        raise CannotPay("amount")
    if how is Pay.OTHER_AMOUNT:
        paid += unit(paid.currency)
    return {"value": f"{paid.amount:.2f}", "currency": paid.currency, "quote": str(abroad.get("quote", ""))[:40]}


def unit(currency: str) -> Amount:
    """Return one whole unit of a currency."""
    return Amount(10 ** MINOR_DIGITS[currency], currency)


def _service(path: str) -> Service | None:
    found = service_of_path(path)
    return found or next((one for known in profiles().values() if (one := known.service(path))), None)
