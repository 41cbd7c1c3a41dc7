"""Reads of customers; in full only for papers and the tax file."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.desk import need_sales
from kawasan.rooms.invoices.types.customers import Customer, CustomerData, CustomerNotFound, Proof
from kawasan.rooms.invoices.types.documents import Party
from kawasan.rooms.zone import api as zone

_ADDRESS_SHOWN = 8


def customer(*, actor: Actor, business_id: UUID, customer_id: UUID) -> Customer:
    """Return a customer, numbers masked. Raises Unauthenticated, NotFound, CustomerNotFound."""
    need_sales(actor, business_id)
    return as_customer(row_of(business_id, customer_id))


def customers(
    *,
    actor: Actor,
    business_id: UUID,
    text: str = "",
    archived: bool = False,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Customer]:
    """Return customers by name; ``text`` is part of it. Raises Unauthenticated, NotFound, BadCursor."""
    need_sales(actor, business_id)
    key, size = decode_cursor(cursor, str, str), clamp_limit(limit)
    rows = models.Customer.objects.filter(business_id=business_id, archived_at__isnull=not archived)
    if text.strip():
        rows = rows.filter(name__icontains=text.strip().replace("\0", ""))
    if key:
        rows = rows.filter(name__gte=key[0]).exclude(name=key[0], id__lte=_uuid(key[1]))
    found = [as_customer(row) for row in rows.order_by("name", "id")[: size + 1]]
    return page_of(found, size, lambda item: (item.name, str(item.id)))


def row_of(business_id: UUID, customer_id: UUID) -> models.Customer:
    """Return a customer's row. Raises CustomerNotFound."""
    row = models.Customer.objects.filter(pk=customer_id, business_id=business_id).first()
    if row is None:
        raise CustomerNotFound
    return row


def data_of(row: models.Customer) -> CustomerData:
    """Return a customer in full: for papers that must name it, never for a screen."""
    proof = Proof(row.proof)
    return CustomerData(row.name, proof, row.number, row.place, row.country, row.address, row.email, row.language)


def party_of(row: models.Customer) -> Party:
    """Return a customer as a paper names it."""
    return Party(row.name, row.number, row.proof, row.place, row.country, row.address, row.email)


def as_customer(row: models.Customer) -> Customer:
    """Return a row as it crosses the door."""
    return Customer(
        id=row.id,
        business_id=row.business_id,
        name=row.name,
        proof=Proof(row.proof),
        masked_number=zone.mask_npwp(row.number) if row.number else "",
        place=row.place[-6:],
        country=row.country,
        masked_address=f"{row.address[:_ADDRESS_SHOWN]}…" if len(row.address) > _ADDRESS_SHOWN else row.address,
        masked_email=zone.mask_email(row.email) if row.email else "",
        language=row.language,
        zone_business_id=row.zone_business_id,
        is_archived=row.archived_at is not None,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CustomerNotFound from None
