"""What the sandbox bank does for a partner: codes, virtual accounts, refunds, transfers, balance, movements."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.rules.snap.codes import Service
from kawasan.sandbox.abroad import abroad_info, came, detail_of
from kawasan.sandbox.checking import Call, Refuse
from kawasan.sandbox.codes import merchant_of, payload_of
from kawasan.sandbox.scenarios import Fault
from kawasan.sandbox.state import Bill, Money, Partner, Store

LIFETIME_USUAL = timedelta(hours=4)
LIFETIME_MAX = timedelta(hours=24)
LIFETIME_STATIC = timedelta(days=3_650)  # a printed code has no end; a number is kept for it
STORE_LENGTH_MAX = 25  # of a store label in a code (62.03)
CLOSED_ACCOUNT = "0000"  # bank accounts that end so do not exist
STRANGERS_ACCOUNT, STRANGER = "9999", "BUDI SANTOSO"  # accounts that end so are this man's
PAGE_MAX = 100

Body = dict[str, Any]


def number() -> str:
    """Return a number of the bank's own, never twice."""
    return f"KW{secrets.token_hex(8).upper()}"


class Services:
    """Every service by what it does; each takes a checked call and returns status, case and body."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by_service: dict[Service, Callable[[Call, Fault], Body]] = {
            Service.QR_GENERATE: self._generate,
            Service.QR_QUERY: self._query,
            Service.QR_CANCEL: self._cancel,
            Service.QR_REFUND: self._refund,
            Service.VA_CREATE: self._create_va,
            Service.VA_STATUS: self._va_status,
            Service.VA_DELETE: self._delete_va,
            Service.ACCOUNT_INTERNAL: self._account,
            Service.ACCOUNT_EXTERNAL: self._account,
            Service.TRANSFER_INTRABANK: self._transfer,
            Service.TRANSFER_INTERBANK: self._transfer,
            Service.TRANSFER_STATUS: self._transfer_status,
            Service.BALANCE: self._balance,
            Service.HISTORY: self._history,
        }

    def do(self, call: Call, fault: Fault) -> Body:
        """Do what a call asks for and return the body of the answer. Raises Refuse."""
        work = self._by_service.get(call.service)
        if work is None:
            raise Refuse(404, "00", "Invalid Transaction Status. Not offered here")
        with self.store.lock:
            try:
                return work(call, fault)
            except wire.MissingField as error:
                raise Refuse(400, "02", f"Missing Mandatory Field {error}") from None
            except wire.BadField as error:
                raise Refuse(400, "01", f"Invalid Field Format {error}") from None

    # QR MPM

    def _generate(self, call: Call, fault: Fault) -> Body:
        if fault is Fault.REFUSE:
            raise Refuse(404, "08", "Invalid Merchant")
        body, partner = call.body, call.partner
        if partner.merchant_id and body.get("merchantId") not in (None, partner.merchant_id):
            raise Refuse(404, "08", "Invalid Merchant")
        reference = wire.need_text(body, "partnerReferenceNo")
        self._need_new(partner, reference)
        name = wire.text_at(body, "additionalInfo.merchantName") or partner.name
        city = wire.text_at(body, "additionalInfo.merchantCity") or "JAKARTA"
        criteria = wire.text_at(body, "additionalInfo.merchantCriteria")
        store = wire.need_text(body, "storeId", STORE_LENGTH_MAX) if "amount" not in body else ""
        amount, own = wire.minor_of(body.get("amount")) if not store else 0, number()
        bill = Bill(
            id=own,
            client_id=partner.client_id,
            kind="qris",
            reference=reference,
            amount_minor=amount,
            content=payload_of(
                merchant_of(partner, name, city, criteria), amount_minor=amount, reference=own, store=store
            ),
            name=name,
            customer_no="",
            expires_at=call.at + LIFETIME_STATIC if store else self._end(body, "validityPeriod", call.at),
            made_at=call.at,
            store=store,
        )
        self.store.keep(bill)
        return {
            "referenceNo": bill.id,
            "partnerReferenceNo": reference,
            "qrContent": bill.content,
            "merchantName": name,
            "terminalId": wire.text_at(body, "terminalId") or "A01",
        }

    def _query(self, call: Call, fault: Fault) -> Body:
        bill = self._bill(call)
        paid = self.store.money_of(call.partner.client_id, bill_id=bill.id, kind="payment")
        first = next((money for money in paid if money.status == "00"), None) or (paid[-1] if paid else None)
        back = self.store.money_of(call.partner.client_id, bill_id=bill.id, kind="refund")
        refunded = [self._finished(one) for one in back]
        status = first.status if first else ("05" if bill.state == "cancelled" else "01")
        told: Body = {
            "originalReferenceNo": bill.id,
            "originalPartnerReferenceNo": bill.reference,
            "serviceCode": Service.QR_GENERATE.number,
            "latestTransactionStatus": status,
            "transactionStatusDesc": _WORDS[status],
            "amount": wire.amount_of(first.amount_minor if first else bill.amount_minor),
        }
        if first:
            told |= {
                "paidTime": wire.timestamp_text(first.at),
                "additionalInfo": {
                    "paymentReferenceNo": first.id,
                    **abroad_info(first),
                    "refunds": [{"partnerRefundNo": one.reference, "status": one.status} for one in refunded],
                },
            }
        return told

    def _cancel(self, call: Call, fault: Fault) -> Body:
        bill = self._bill(call)
        if self._paid(bill):
            raise Refuse(404, "14", "Paid Bill")
        self.store.keep(replace(bill, state="cancelled"))
        return {
            "originalReferenceNo": bill.id,
            "originalPartnerReferenceNo": bill.reference,
            "cancelTime": wire.timestamp_text(call.at),
        }

    def _refund(self, call: Call, fault: Fault) -> Body:
        bill, refund_no = self._bill(call), wire.need_text(call.body, "partnerRefundNo")
        amount = wire.money_of(call.body.get("refundAmount"), "refundAmount")
        if self.store.money_of(call.partner.client_id, reference=refund_no):
            raise Refuse(409, "01", "Duplicate partnerRefundNo")
        paid = self._paid(bill)
        if not paid:
            raise Refuse(404, "01", "Transaction Not Found")
        if fault is Fault.REFUSE:
            raise Refuse(403, "18", "Inactive Account")
        back = self.store.money_of(call.partner.client_id, bill_id=bill.id, kind="refund")
        if amount.minor > came(paid, amount.currency) - came(back, amount.currency):
            raise Refuse(403, "02", "Exceeds Transaction Amount Limit")
        detail, status = detail_of(amount), "03" if fault is Fault.PENDING else "00"
        money = self._move(call, "refund", bill.id, refund_no, 0 if detail else amount.minor, status, detail)
        return {
            "originalReferenceNo": bill.id,
            "originalPartnerReferenceNo": bill.reference,
            "refundNo": money.id,
            "partnerRefundNo": refund_no,
            "refundAmount": wire.money_object(amount),
            "refundTime": wire.timestamp_text(call.at),
        }

    # Virtual accounts

    def _create_va(self, call: Call, fault: Fault) -> Body:
        body, partner = call.body, call.partner
        if fault is Fault.REFUSE:
            raise Refuse(403, "18", "Inactive Account")
        customer_no, reference = wire.need_text(body, "customerNo", 20), wire.need_text(body, "trxId")
        content = wire.va_number(wire.need_text(body, "partnerServiceId", 8).strip(), customer_no)
        if content.strip() != str(body.get("virtualAccountNo")).strip():
            raise Refuse(400, "01", "Invalid Field Format virtualAccountNo")
        self._need_new(partner, reference)
        bill = Bill(
            id=number(),
            client_id=partner.client_id,
            kind="va",
            reference=reference,
            amount_minor=wire.minor_of(body.get("totalAmount"), "totalAmount"),
            content=content,
            name=wire.need_text(body, "virtualAccountName", 255),
            customer_no=customer_no,
            expires_at=self._end(body, "expiredDate", call.at),
            made_at=call.at,
        )
        self.store.keep(bill)
        return {"virtualAccountData": _va_data(bill) | {"trxId": reference, "additionalInfo": {}}}

    def _va_status(self, call: Call, fault: Fault) -> Body:
        bill = self._va(call)
        paid = self._paid(bill)
        data = _va_data(bill) | {"inquiryRequestId": bill.reference, "paymentRequestId": ""}
        data["paymentFlagStatus"] = "00" if paid else "01"
        if paid:
            data |= {
                "paymentRequestId": paid[0].id,
                "paidAmount": wire.amount_of(paid[0].amount_minor),
                "trxDateTime": wire.timestamp_text(paid[0].at),
            }
        return {"virtualAccountData": data, "additionalInfo": {"trxId": bill.reference}}

    def _delete_va(self, call: Call, fault: Fault) -> Body:
        bill = self._va(call)
        if self._paid(bill):
            raise Refuse(404, "14", "Paid Bill")
        self.store.keep(replace(bill, state="cancelled"))
        return {"virtualAccountData": _va_data(bill) | {"trxId": bill.reference, "additionalInfo": {}}}

    # Transfers, balance, movements

    # Nobody has an account here: the bank believes the name that comes along, but for numbers that say otherwise.
    def _account(self, call: Call, fault: Fault) -> Body:
        body = call.body
        number, told = wire.need_text(body, "beneficiaryAccountNo", 34), "additionalInfo.beneficiaryAccountName"
        if number.endswith(CLOSED_ACCOUNT):
            raise Refuse(404, "11", "Invalid Account")
        if fault is Fault.REFUSE:
            raise Refuse(403, "18", "Inactive Account")
        name = STRANGER if number.endswith(STRANGERS_ACCOUNT) else wire.text_at(body, told) or STRANGER
        return {
            "referenceNo": secrets.token_hex(8),
            "partnerReferenceNo": wire.text_at(body, "partnerReferenceNo"),
            "beneficiaryAccountName": name.upper(),
            "beneficiaryAccountNo": number,
            "beneficiaryBankCode": wire.text_at(body, "beneficiaryBankCode"),
            "currency": "IDR",
        }

    def _transfer(self, call: Call, fault: Fault) -> Body:
        body, partner = call.body, call.partner
        reference, amount = wire.need_text(body, "partnerReferenceNo"), wire.minor_of(body.get("amount"))
        if self.store.money_of(partner.client_id, kind="transfer", reference=reference):
            raise Refuse(409, "01", "Duplicate partnerReferenceNo")
        to = wire.need_text(body, "beneficiaryAccountNo", 34)
        if to.endswith(CLOSED_ACCOUNT):
            raise Refuse(404, "11", "Invalid Account")
        if fault is Fault.REFUSE:
            raise Refuse(403, "18", "Inactive Account")
        status = "03" if fault is Fault.PENDING else "00"
        money = self._move(call, "transfer", "", reference, amount, status, {"to": f"…{to[-4:]}"})
        return {"referenceNo": money.id, "partnerReferenceNo": reference, "amount": wire.amount_of(amount)}

    def _transfer_status(self, call: Call, fault: Fault) -> Body:
        reference = wire.need_text(call.body, "originalPartnerReferenceNo")
        found = self.store.money_of(call.partner.client_id, kind="transfer", reference=reference)
        if not found:
            raise Refuse(404, "01", "Transaction Not Found")
        money = self._finished(found[0])
        return {
            "originalReferenceNo": money.id,
            "originalPartnerReferenceNo": reference,
            "serviceCode": wire.text_at(call.body, "serviceCode"),
            "amount": wire.amount_of(money.amount_minor),
            "latestTransactionStatus": money.status,
            "transactionStatusDesc": _WORDS[money.status],
        }

    def _balance(self, call: Call, fault: Fault) -> Body:
        if call.body.get("accountNo") != call.partner.account_no:
            raise Refuse(404, "11", "Invalid Account")
        held = {"value": wire.amount_of(max(0, self.held_minor(call.partner)))["value"], "currency": "IDR"}
        infos = [{"balanceType": "Cash", "amount": held, "availableBalance": held}]
        return {"accountNo": call.partner.account_no, "accountInfos": infos}

    def _history(self, call: Call, fault: Fault) -> Body:
        body = call.body
        starts, ends = wire.timestamp_of(body.get("fromDateTime")), wire.timestamp_of(body.get("toDateTime"))
        size = min(PAGE_MAX, _whole(body.get("pageSize"), PAGE_MAX))
        page = max(1, _whole(body.get("pageNumber"), 1))
        listed = [
            money
            for money in self.store.money_of(call.partner.client_id)
            if money.status == "00" and starts <= money.moved_at < ends
        ]
        return {
            "totalData": str(len(listed)),
            "detailData": [self._line(money) for money in listed[(page - 1) * size : page * size]],
        }

    def _line(self, money: Money) -> Body:
        bill = self.store.bill(money.bill_id)
        own = {"paymentReferenceNo": money.id, "paidTime": wire.timestamp_text(money.at)}
        if bill and bill.is_static:
            own["externalStoreId"] = bill.store
        return {
            "dateTime": wire.timestamp_text(money.moved_at),
            "amount": wire.amount_of(money.amount_minor),
            "type": "CREDIT" if money.kind == "payment" else "DEBIT",
            "remark": money.kind.upper(),
            "status": "SUCCESS",
            "originalReferenceNo": bill.id if bill else money.id,
            "originalPartnerReferenceNo": ("" if bill.is_static else bill.reference) if bill else money.reference,
            "additionalInfo": own | abroad_info(money),
        }

    # What several of them need

    def held_minor(self, partner: Partner) -> int:
        """Return what the bank holds for a partner: what came in, less what went out."""
        signs = {"payment": 1, "refund": -1, "transfer": -1}
        moved = self.store.money_of(partner.client_id)
        # What was paid in another currency is held in that currency, not here.
        held = [one for one in moved if one.status == "00" and "currency" not in one.detail]
        return partner.balance_minor + sum(signs[one.kind] * one.amount_minor for one in held)

    def _bill(self, call: Call) -> Bill:
        own = wire.text_at(call.body, "originalReferenceNo")
        reference = wire.text_at(call.body, "originalPartnerReferenceNo")
        bill = (self.store.bill(own) if own else None) or self.store.bill_of(call.partner.client_id, reference)
        if bill is None or bill.client_id != call.partner.client_id:
            raise Refuse(404, "01", "Transaction Not Found")
        return bill

    def _va(self, call: Call) -> Bill:
        bill = self.store.open_va(wire.need_text(call.body, "virtualAccountNo", 28))
        if bill is None or bill.client_id != call.partner.client_id:
            raise Refuse(404, "12", "Bill Not Found")
        return bill

    def _paid(self, bill: Bill) -> list[Money]:
        paid = self.store.money_of(bill.client_id, bill_id=bill.id, kind="payment")
        return [money for money in paid if money.status == "00"]

    def _need_new(self, partner: Partner, reference: str) -> None:
        if self.store.bill_of(partner.client_id, reference):
            raise Refuse(409, "01", "Duplicate partnerReferenceNo")

    def _end(self, body: Body, name: str, at: datetime) -> datetime:
        given = body.get(name)
        end = wire.timestamp_of(given) if given else at + LIFETIME_USUAL
        if end <= at:
            raise Refuse(400, "01", f"Invalid Field Format {name}")
        return min(end, at + LIFETIME_MAX)

    def _finished(self, money: Money) -> Money:
        return self.store.change_money(money.id, status="00") if money.status == "03" else money

    def _move(
        self, call: Call, kind: str, bill_id: str, reference: str, amount: int, status: str, detail: Body | None = None
    ) -> Money:
        money = Money(
            id=number(),
            client_id=call.partner.client_id,
            kind=kind,
            bill_id=bill_id,
            reference=reference,
            amount_minor=amount,
            status=status,
            at=call.at,
            moved_at=call.at,
            detail=detail or {},
        )
        self.store.keep(money)
        return money


_WORDS = {
    "00": "Success",
    "01": "Initiated",
    "03": "Pending",
    "04": "Refunded",
    "05": "Cancelled",
    "06": "Failed",
}


def _whole(value: object, usual: int) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else usual


def _va_data(bill: Bill) -> Body:
    return {
        "partnerServiceId": bill.content[: wire.PREFIX_LENGTH],
        "customerNo": bill.customer_no,
        "virtualAccountNo": bill.content,
        "virtualAccountName": bill.name,
        "totalAmount": wire.amount_of(bill.amount_minor),
    }
