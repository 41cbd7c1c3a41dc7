"""The SNAP client against the sandbox bank over real HTTP: tokens, lost answers, and never the same thing twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest

from kawasan.core import clock
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import AWAY_SECONDS
from kawasan.rooms.payments.rules.snap.answers import Answer, answer_of, settled
from kawasan.rooms.payments.rules.snap.codes import Service, SnapOutcome
from kawasan.rooms.payments.types import BankAccount
from kawasan.rooms.payments.types.snap import ProviderSettings
from kawasan.sandbox.scenarios import Fault, Pay
from kawasan.sandbox.server import Sandbox
from tests.builders.snap import Network, a_bill, a_client, a_partner, a_sandbox, some_settings

TOKEN, GENERATE, QUERY, REFUND = "access-token", "qr-mpm-generate", "qr-mpm-query", "qr-mpm-refund"
ACCOUNT = BankAccount(bank="014", number="1234567890", holder="Sri Rahayu")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with a_sandbox() as running:
        yield running


@pytest.fixture
def partner(sandbox: Sandbox) -> ProviderSettings:
    return a_partner(sandbox)


def no_wait(_: float) -> None:
    """Do not wait between attempts."""


def test_one_token_serves_many_calls(partner: ProviderSettings) -> None:
    network = Network()
    client = a_client(partner, network)
    for _ in range(3):
        assert calls.make_qr(client, a_bill()).outcome is SnapOutcome.SUCCESS
    assert network.count(TOKEN) == 1


def test_a_token_is_asked_for_anew_shortly_before_its_end(partner: ProviderSettings) -> None:
    moment, network = [clock.now()], Network()
    client = a_client(partner, network, now=lambda: moment[0])
    calls.balance_minor(client)
    moment[0] += timedelta(seconds=860)
    assert calls.balance_minor(client) is None  # the bank's window: our clock is not its clock any more
    assert network.count(TOKEN) == 1
    moment[0] += timedelta(seconds=15)
    calls.balance_minor(client)
    assert network.count(TOKEN) == 2


def test_many_threads_ask_for_one_token(partner: ProviderSettings) -> None:
    network = Network()
    client = a_client(partner, network)
    answers: list[SnapOutcome] = []
    threads = [
        threading.Thread(target=lambda: answers.append(calls.make_qr(client, a_bill()).outcome)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [SnapOutcome.SUCCESS] * 8
    assert network.count(TOKEN) == 1


def test_a_token_that_the_bank_forgot_is_asked_for_anew_once(sandbox: Sandbox, partner: ProviderSettings) -> None:
    network = Network()
    client = a_client(partner, network)
    calls.balance_minor(client)
    sandbox.bank.tokens.end_all()
    assert calls.balance_minor(client) == 0
    assert (network.count(TOKEN), network.count("balance")) == (2, 3)


def test_a_key_that_the_bank_does_not_know_is_refused_for_good(sandbox: Sandbox) -> None:
    from tests.builders.snap import a_key

    partner = a_partner(sandbox, our_keys=(a_key(),))
    stranger = some_settings(
        base_url=sandbox.address, client_id=partner.client_id, our_keys=(a_key(5),), merchant_id=partner.merchant_id
    )
    answer = calls.make_qr(a_client(stranger), a_bill(), wait=no_wait)
    assert (answer.outcome, answer.code) == (SnapOutcome.REFUSED, "4017300")


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.BROKEN])
def test_an_answer_that_got_lost_is_asked_for_before_anything_is_repeated(
    sandbox: Sandbox, partner: ProviderSettings, fault: Fault
) -> None:
    network, wanted = Network(), a_bill()
    sandbox.bank.plan.add(partner.client_id, Service.QR_GENERATE.value, fault)
    answer = calls.make_qr(a_client(partner, network), wanted, wait=no_wait)
    assert (answer.outcome, answer.by_query) == (SnapOutcome.SUCCESS, True)
    assert (network.count(GENERATE), network.count(QUERY)) == (1, 1)


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.ERROR])
def test_what_the_bank_never_did_is_sent_again_after_asking(
    sandbox: Sandbox, partner: ProviderSettings, fault: Fault
) -> None:
    network, wanted = Network(), a_bill()
    sandbox.bank.plan.add(partner.client_id, Service.QR_GENERATE.value, fault)
    answer = calls.make_qr(a_client(partner, network), wanted, wait=no_wait)
    assert (answer.outcome, answer.by_query) == (SnapOutcome.SUCCESS, False)
    order = [str(request.url).rsplit("-", 1)[1] for request in network.requests if "qr-mpm" in str(request.url)]
    assert order == ["generate", "query", "generate"]
    sent = [request.headers["X-EXTERNAL-ID"] for request in network.requests if "qr-mpm" in str(request.url)]
    assert len(set(sent)) == 3


def test_a_bank_that_cannot_be_reached_has_done_nothing() -> None:
    answer = calls.make_qr(a_client(some_settings()), a_bill(), wait=no_wait)
    assert answer.outcome is SnapOutcome.RETRY


def test_where_nobody_knows_nothing_more_is_sent(partner: ProviderSettings) -> None:
    def rule(request: httpx.Request, _: int) -> httpx.Response | None:
        return None if TOKEN in str(request.url) else httpx.Response(502, text="<html>bad gateway</html>")

    network = Network(rule)
    answer = calls.send_money(
        a_client(partner, network), reference="T1", amount_minor=10_000_00, account=ACCOUNT, own_bank="002",
        at=clock.now(), wait=no_wait,
    )  # fmt: skip
    assert answer.outcome is SnapOutcome.UNKNOWN
    assert (network.count("transfer-interbank"), network.count("transfer/status")) == (1, 1)


def test_money_is_sent_once_however_often_it_is_asked_for(sandbox: Sandbox, partner: ProviderSettings) -> None:
    client = a_client(partner)
    sandbox.bank.plan.add(partner.client_id, Service.TRANSFER_INTERBANK.value, Fault.TIMEOUT_AFTER)
    for was_told in (False, True, False):
        answer = calls.send_money(
            client, reference="T7", amount_minor=10_000_00, account=ACCOUNT, own_bank="002", at=clock.now(),
            was_told=was_told, wait=no_wait,
        )  # fmt: skip
        assert answer.outcome is SnapOutcome.SUCCESS
    assert len(sandbox.bank.store.money_of(partner.client_id, kind="transfer")) == 1
    assert calls.balance_minor(client) == 0  # never less than nothing is told


def test_a_transfer_that_is_pending_is_done_when_asked_about(sandbox: Sandbox, partner: ProviderSettings) -> None:
    client = a_client(partner)
    sandbox.bank.plan.add(partner.client_id, Service.TRANSFER_INTRABANK.value, Fault.PENDING)
    own = BankAccount(bank="002", number="1234567890", holder="Sri")
    given = {"reference": "T8", "amount_minor": 10_000_00, "account": own, "own_bank": "002", "at": clock.now()}
    assert calls.send_money(client, **given).outcome is SnapOutcome.PENDING
    assert calls.send_money(client, was_told=True, **given).outcome is SnapOutcome.SUCCESS
    assert len(sandbox.bank.store.money_of(partner.client_id, kind="transfer")) == 1


def test_a_closed_account_is_refused_for_good(partner: ProviderSettings) -> None:
    gone = BankAccount(bank="014", number="1234560000", holder="Sri")
    answer = calls.send_money(
        a_client(partner), reference="T9", amount_minor=10_000_00, account=gone, own_bank="002", at=clock.now()
    )
    assert (answer.outcome, answer.category) == (SnapOutcome.REFUSED, "invalid_account")


def test_a_refund_whose_answer_got_lost_is_made_once(sandbox: Sandbox, partner: ProviderSettings) -> None:
    network, wanted = Network(), a_bill()
    client = a_client(partner, network)
    told = calls.make_qr(client, wanted)
    sandbox.bank.pay(sandbox.bank.bill_of_code(told.body["qrContent"]), Pay.PAY, visit="1", at=clock.now())
    sandbox.bank.plan.add(partner.client_id, Service.QR_REFUND.value, Fault.TIMEOUT_AFTER)
    given = {"reference": wanted.reference, "provider_reference": told.body["referenceNo"], "reason": "barang habis"}
    for was_told in (False, True):
        answer = calls.refund_qr(
            client, refund_no="R1", amount_minor=20_000_00, was_told=was_told, wait=no_wait, **given
        )
        assert answer.outcome is SnapOutcome.SUCCESS
    assert network.count(REFUND) == 1
    assert calls.balance_minor(client) == 30_000_00
    too_much = calls.refund_qr(client, refund_no="R2", amount_minor=30_000_01, wait=no_wait, **given)
    assert (too_much.outcome, too_much.category) == (SnapOutcome.REFUSED, "exceeds_limit")
    sandbox.bank.plan.add(partner.client_id, Service.QR_REFUND.value, Fault.REFUSE)
    refused = calls.refund_qr(client, refund_no="R3", amount_minor=1_000_00, wait=no_wait, **given)
    assert (refused.outcome, refused.category) == (SnapOutcome.REFUSED, "inactive_account")
    assert calls.balance_minor(client) == 30_000_00


def test_a_virtual_account_is_made_paid_and_closed(sandbox: Sandbox, partner: ProviderSettings) -> None:
    client, paid, closed = a_client(partner), a_bill(), a_bill()
    for wanted in (paid, closed):
        assert calls.make_va(client, wanted).outcome is SnapOutcome.SUCCESS
    bill = sandbox.bank.store.bill_of(partner.client_id, paid.reference)
    sandbox.bank.pay(bill, Pay.PAY, visit="1", at=clock.now())
    asked = calls.ask_va(client, customer_no=paid.customer_no, reference=paid.reference)
    assert asked.body["virtualAccountData"]["paymentFlagStatus"] == "00"
    assert calls.delete_va(client, customer_no=closed.customer_no, reference=closed.reference).outcome == "success"
    again = calls.delete_va(client, customer_no=paid.customer_no, reference=paid.reference)
    assert again.category == "bill_paid"


def test_a_long_list_of_movements_is_read_to_its_end(sandbox: Sandbox, partner: ProviderSettings) -> None:
    client = a_client(partner)
    told = calls.make_qr(client, a_bill())
    bill = sandbox.bank.bill_of_code(told.body["qrContent"])
    for number in range(205):
        sandbox.bank.pay(bill, Pay.SILENT, visit=str(number), at=clock.now())
    lines, answer = calls.history(
        client, starts_at=clock.now() - timedelta(hours=1), ends_at=clock.now() + timedelta(minutes=1)
    )
    assert answer.outcome is SnapOutcome.SUCCESS
    assert len({line["additionalInfo"]["paymentReferenceNo"] for line in lines}) == 205


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"responseCode":"2004700"}', SnapOutcome.SUCCESS),
        (202, b'{"responseCode":"2021700"}', SnapOutcome.PENDING),
        (400, b'{"responseCode":"4004702"}', SnapOutcome.REFUSED),
        (401, b'{"responseCode":"4014701"}', SnapOutcome.RETRY),
        (401, b'{"responseCode":"4014700"}', SnapOutcome.REFUSED),
        (404, b'{"responseCode":"4045101"}', SnapOutcome.REFUSED),
        (409, b'{"responseCode":"4094701"}', SnapOutcome.UNKNOWN),
        (429, b'{"responseCode":"4294700"}', SnapOutcome.RETRY),
        (429, b"slow down", SnapOutcome.RETRY),
        (500, b'{"responseCode":"5004700"}', SnapOutcome.UNKNOWN),
        (504, b'{"responseCode":"5044700"}', SnapOutcome.UNKNOWN),
        (500, b'{"responseCode":"2004700"}', SnapOutcome.UNKNOWN),
        (200, b"<html>", SnapOutcome.UNKNOWN),
        (200, b"", SnapOutcome.UNKNOWN),
        (200, b"[]", SnapOutcome.UNKNOWN),
        (200, b'{"responseCode":2004700}', SnapOutcome.UNKNOWN),
        (404, b"not found", SnapOutcome.UNKNOWN),
    ],
)
def test_every_answer_means_one_thing(status: int, body: bytes, expected: SnapOutcome) -> None:
    assert answer_of(status, body).outcome is expected


def test_a_repeat_comes_only_after_the_provider_says_that_it_knows_nothing() -> None:
    unknown = Answer(SnapOutcome.UNKNOWN)
    nothing = Answer(SnapOutcome.REFUSED, "4045101", "transaction_not_found")
    sent: list[str] = []

    def send() -> Answer:
        sent.append("send")
        return unknown

    for asked, expected in ((nothing, 4), (unknown, 1), (Answer(SnapOutcome.RETRY), 1)):
        sent.clear()
        settled(send, lambda asked=asked: asked, wait=no_wait)
        assert len(sent) == expected
    sent.clear()
    assert settled(send, lambda: Answer(SnapOutcome.SUCCESS), wait=no_wait, ask_first=True).by_query
    assert sent == []


def test_a_bank_that_nobody_reaches_keeps_nobody_waiting_and_is_asked_again_after_a_pause(
    partner: ProviderSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waited, is_down = [1_000.0], [], [False]
    monkeypatch.setattr("kawasan.rooms.payments.actions.snap.client.time", SimpleNamespace(monotonic=lambda: now[0]))

    def down(request: httpx.Request, _: int) -> None:
        if is_down[0]:
            raise httpx.ConnectError("nobody is there", request=request)

    network = Network(down)
    client = a_client(partner, network)
    assert calls.make_qr(client, a_bill()).outcome is SnapOutcome.SUCCESS
    is_down[0] = True
    while not (answer := calls.make_qr(client, a_bill(), wait=waited.append)).is_away:
        assert answer.outcome is SnapOutcome.RETRY
        assert len(network.requests) < 100, "it is never given up"
    tried, waited[:] = len(network.requests), []

    for _ in range(20):
        assert calls.make_qr(client, a_bill(), wait=waited.append).is_away
    assert len(network.requests) == tried
    assert waited == []

    now[0] += AWAY_SECONDS
    assert calls.make_qr(client, a_bill(), wait=waited.append).outcome is SnapOutcome.RETRY
    assert len(network.requests) == tried + 1  # one try is enough to know

    is_down[0] = False
    assert calls.make_qr(client, a_bill()).is_away  # not yet
    now[0] += AWAY_SECONDS
    assert calls.make_qr(client, a_bill()).outcome is SnapOutcome.SUCCESS
    assert calls.make_qr(client, a_bill()).outcome is SnapOutcome.SUCCESS
