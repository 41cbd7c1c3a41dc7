"""Pictures of a product."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.queries.catalogue import lock_product
from kawasan.rooms.commerce.rules.pictures import make_picture
from kawasan.rooms.commerce.types.catalogue import PICTURES_MAX, Picture
from kawasan.rooms.commerce.types.refusals import TooManyPictures, UnknownPicture


@requires_transaction
def add_picture(*, actor: Actor, business_id: UUID, product_id: UUID, uploaded: bytes, at: datetime) -> Picture:
    """
    Add a picture to a product, turned upright, made small and without its metadata.

    The same picture again changes nothing. Raises PictureInvalid, PictureTooLarge, TooManyPictures, UnknownProduct.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    made = make_picture(uploaded)
    product = lock_product(business_id=business_id, product_id=product_id)
    rows = models.Picture.objects.filter(product=product)
    earlier = rows.filter(digest=made.digest).defer("content", "small").first()
    if earlier:
        return Picture(earlier.id, earlier.digest, earlier.width, earlier.height)
    if rows.count() >= PICTURES_MAX:
        raise TooManyPictures(most=PICTURES_MAX)
    last = rows.aggregate(last=Max("position"))["last"]
    row = models.Picture(
        id=ids.uuid7(),
        product=product,
        digest=made.digest,
        content=made.content,
        small=made.small,
        width=made.width,
        height=made.height,
        position=0 if last is None else last + 1,
        at=at,
    )
    row.save(force_insert=True)
    changed(business_id)
    return Picture(row.id, row.digest, row.width, row.height)


@requires_transaction
def remove_picture(*, actor: Actor, business_id: UUID, product_id: UUID, picture_id: UUID) -> None:
    """Remove a picture from a product. Raises UnknownPicture; repeating it does too."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    product = lock_product(business_id=business_id, product_id=product_id)
    if not models.Picture.objects.filter(pk=picture_id, product=product).delete()[0]:
        raise UnknownPicture
    changed(business_id)


@requires_transaction
def show_picture_first(*, actor: Actor, business_id: UUID, product_id: UUID, picture_id: UUID) -> None:
    """Make a picture the one that lists show. Repeating it changes nothing. Raises UnknownPicture."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    product = lock_product(business_id=business_id, product_id=product_id)
    rows = list(models.Picture.objects.filter(product=product).defer("content", "small").order_by("position"))
    chosen = next((row for row in rows if row.id == picture_id), None)
    if chosen is None:
        raise UnknownPicture
    for position, row in enumerate([chosen, *(row for row in rows if row is not chosen)]):
        models.Picture.objects.filter(pk=row.pk).update(position=position)
    changed(business_id)
