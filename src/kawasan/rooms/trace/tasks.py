"""Jobs of the room: messages to subscribers, mails about recalls."""

from __future__ import annotations

import contextlib
import socket
import threading
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform import outgoing
from kawasan.platform.addresses import link_to
from kawasan.platform.db import transaction
from kawasan.platform.jobs import job, periodic
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.sensors.facts import AlarmClosed, BinVisited, WasteTaken
from kawasan.rooms.trace import api as trace
from kawasan.rooms.zone import api as zone

TIMEOUT = httpx.Timeout(10, connect=5)
SECONDS_MAX = 30  # in all, however slowly an answer trickles in
SANDBOX_NAMES = ".example"  # no such name exists on the internet (RFC 2606)


def on_alarm_closed(fact: AlarmClosed, *, at: datetime) -> None:
    """Tell a broken cold chain as one event of the batch that the device travelled with; other alarms tell none."""
    trace.note_alarm(
        alarm=trace.Alarm(
            id=fact.alarm_id,
            business_id=fact.owner_id,
            device_id=fact.device_id,
            device_name=fact.device_name,
            reference=fact.reference,
            property_uri=fact.property_definition,
            uom=fact.cefact,
            started_at=fact.started_at,
            ended_at=fact.ended_at,
            lowest=fact.lowest,
            highest=fact.highest,
            mean=fact.mean,
        ),
        at=at,
    )


def on_bin_visited(fact: BinVisited, *, at: datetime) -> None:
    """Tell a bin that was emptied or missed as an event of whom it belongs to."""
    trace.note_bin(
        visit=trace.BinVisit(
            fact.stop_id, fact.owner_id, fact.device_id, fact.device_name, fact.district_code, fact.fill,
            fact.is_emptied, fact.visited_at,
        ),
        at=at,
    )  # fmt: skip


def on_waste_taken(fact: WasteTaken, *, at: datetime) -> None:
    """Tell waste that was weighed as an event of the city service or of the waste bank."""
    trace.note_waste(
        receipt=trace.WasteReceipt(
            fact.taking_id, fact.owner_id, fact.district_code, fact.materials, fact.is_brought, fact.taken_at
        ),
        at=at,
    )


@job(queue="mail", retries=1)
def send_message(*, delivery_id: str) -> None:
    """Send one message to its subscriber; where that fails, a later round tries again, ever more rarely."""
    with transaction(SYSTEM):
        message = trace.message(delivery_id=UUID(delivery_id), at=clock.now())
    if message is None:
        return
    status, answer = _sent(message)
    with transaction(SYSTEM):
        trace.note_answer(
            delivery_id=message.delivery_id,
            is_taken=status is not None and httpx.codes.is_success(status),
            answer=answer,
            status=status,
            at=clock.now(),
        )


@periodic("* * * * * */5")
def send_due_messages() -> None:
    """Queue the messages whose moment or next try has come."""
    with transaction(SYSTEM):
        trace.turn_schedules(at=clock.now())
        due = trace.take_due_messages(at=clock.now())
        send_message.defer_many({"delivery_id": str(one)} for one in due)


def _sent(message: trace.Message) -> tuple[int | None, str]:
    name = str(message.delivery_id)
    given = trace.headers(message_id=name, keys=message.secrets, body=message.body, at=clock.now())
    try:
        address, host = _resolved(message.destination)
        # Only the status is read: what a stranger's server says besides could be endless.
        with (
            _Deadline(SECONDS_MAX) as deadline,
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, transport=transport()) as client,
            client.stream(
                "POST",
                address,
                content=message.body,
                headers={**given, "Host": host, "Content-Type": "application/ld+json"},
                extensions={"sni_hostname": host.partition(":")[0], "trace": deadline.watch},
            ) as answer,
        ):
            return answer.status_code, f"HTTP {answer.status_code}"
    except (httpx.HTTPError, OSError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"


class _Deadline:
    """Ends a call after so many seconds in all: time limits of single reads never end one that trickles."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._line: socket.socket | None = None

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._line is not None:
            self._line.close()

    def watch(self, name: str, info: dict[str, Any]) -> None:
        """Keep hold of the connection as soon as there is one; TLS takes the first handle to it away."""
        if name == "connection.connect_tcp.complete":
            self._line = info["return_value"].get_extra_info("socket").dup()

    def _end(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


def transport() -> httpx.BaseTransport:
    """Return how messages leave (tests put their own in its place)."""
    return httpx.HTTPTransport(retries=0, verify=outgoing.trusted())


def _resolved(destination: str) -> tuple[str, str]:
    """
    Return the address with its name looked up, and the name as the Host header has it.

    It is looked up once and that very address is called: a name that points inside, or changes its mind in between,
    reaches nothing of ours. With ``KAWASAN_HOOKS_SANDBOX`` the one address that the operator named there stands in for
    names that cannot exist. Raises ValueError.
    """
    parts = urlsplit(destination)
    host, port = parts.hostname or "", parts.port or 443
    if settings.KAWASAN_HOOKS_SANDBOX and host.endswith(SANDBOX_NAMES):
        stand_in = urlsplit(settings.KAWASAN_HOOKS_SANDBOX)
        return parts._replace(scheme=stand_in.scheme, netloc=stand_in.netloc).geturl(), host
    found = [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(trace.is_public(one) for one in found):
        raise ValueError("this name does not lead to a public address")
    chosen = f"[{found[0]}]" if ":" in found[0] else found[0]
    return parts._replace(netloc=f"{chosen}:{port}").geturl(), host if port == 443 else f"{host}:{port}"


@periodic("* * * * *")
def mail_notices() -> None:
    """Queue a mail for each buyer whom a recall concerns."""
    with transaction(SYSTEM):
        found = trace.take_unmailed(at=clock.now())
        send_notice.defer_many(
            {"batch_id": str(one.batch_id), "person_id": str(one.person_id), "order_id": str(one.order_id)}
            for one in found
        )


@job(queue="mail", retries=8)
def send_notice(*, batch_id: str, person_id: str, order_id: str) -> None:
    """Tell a buyer, in their language, that goods of an order are called back."""
    with transaction(SYSTEM):
        batch = trace.any_batch(batch_id=UUID(batch_id))
        person = zone.person(actor=zone.actor_of_person(person_id=UUID(person_id)))
        product = commerce.products_by_id(ids=[batch.product_id], at=clock.now())[batch.product_id]
        order = commerce.buyers_of_orders(order_ids=[UUID(order_id)]).get(UUID(order_id))
        seller, place = zone.business(business_id=batch.business_id), zone.zone_settings().name
    with translation.override(person.language):
        context = {"batch": batch, "product": product, "order": order, "seller": seller, "zone": place}
        context["link"] = link_to("shop:order", ids.public("ord", UUID(order_id)))
        subject = " ".join(render_to_string("trace/mail/recall_subject.txt", context).split())
        body = render_to_string("trace/mail/recall.txt", context)
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email]).send()
