"""Jobs of the room: messages to subscribers."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.jobs import job, periodic
from kawasan.rooms.trace import api as trace

TIMEOUT = httpx.Timeout(10, connect=5)


@job(queue="mail", retries=1)
def send_message(*, delivery_id: str) -> None:
    """Send one message to its subscriber; where that fails, a later round tries again, ever more rarely."""
    with transaction(SYSTEM):
        message = trace.message(delivery_id=UUID(delivery_id), at=clock.now())
    if message is None:
        return
    is_taken, answer = _sent(message)
    with transaction(SYSTEM):
        trace.note_answer(delivery_id=message.delivery_id, is_taken=is_taken, answer=answer, at=clock.now())


@periodic("* * * * * */5")
def send_due_messages() -> None:
    """Queue the messages whose next try is due."""
    with transaction(SYSTEM):
        due = trace.take_due_messages(at=clock.now())
        send_message.defer_many({"delivery_id": str(one)} for one in due)


def _sent(message: trace.Message) -> tuple[bool, str]:
    name = str(message.delivery_id)
    given = trace.headers(message_id=name, secret=message.secret, body=message.body, at=clock.now())
    try:
        address, host = _resolved(message.destination)
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, transport=transport()) as client:
            answer = client.post(
                address,
                content=message.body,
                headers={**given, "Host": host, "Content-Type": "application/ld+json"},
                extensions={"sni_hostname": host},
            )
    except (httpx.HTTPError, OSError, ValueError) as error:
        return False, f"{type(error).__name__}: {error}"
    return answer.is_success, f"HTTP {answer.status_code}"


def transport() -> httpx.BaseTransport:
    """Return how messages leave (tests put their own in its place)."""
    return httpx.HTTPTransport(retries=0)


def _resolved(destination: str) -> tuple[str, str]:
    """
    Return the address with its name looked up, and the name.

    It is looked up once and that very address is called: a name that points inside, or changes its mind in between,
    reaches nothing of ours. Raises ValueError.
    """
    parts = urlsplit(destination)
    host, port = parts.hostname or "", parts.port or 443
    found = [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(trace.is_public(one) for one in found):
        raise ValueError("this name does not lead to a public address")
    chosen = f"[{found[0]}]" if ":" in found[0] else found[0]
    return parts._replace(netloc=f"{chosen}:{port}").geturl(), host
