"""The models and the checkout of the naive shop; imported only where Django was set up for it (naive_shop.py)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models, transaction
from django.utils import timezone

PRICE = 25_000


class Seller(models.Model):
    """A seller, with the money that waits for delivery."""

    objects: ClassVar[models.Manager[Seller]]
    escrow = models.BigIntegerField()
    purchases_used = models.BigIntegerField()

    class Meta:
        app_label = "naive_shop"
        db_table = "seller"


class Item(models.Model):
    """Something for sale."""

    objects: ClassVar[models.Manager[Item]]
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT)
    seller_id: int
    stock = models.BigIntegerField()
    sold = models.BigIntegerField()

    class Meta:
        app_label = "naive_shop"
        db_table = "item"


class Buyer(models.Model):
    """Somebody who buys."""

    objects: ClassVar[models.Manager[Buyer]]
    wallet = models.BigIntegerField()
    purchases_left = models.BigIntegerField()

    class Meta:
        app_label = "naive_shop"
        db_table = "buyer"


class Order(models.Model):
    """An order."""

    objects: ClassVar[models.Manager[Order]]
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT)
    total = models.BigIntegerField()
    placed_at = models.DateTimeField()

    class Meta:
        app_label = "naive_shop"
        db_table = "order"


class OrderLine(models.Model):
    """What was ordered."""

    objects: ClassVar[models.Manager[OrderLine]]
    order = models.ForeignKey(Order, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    quantity = models.BigIntegerField()
    price = models.BigIntegerField()

    class Meta:
        app_label = "naive_shop"
        db_table = "order_line"


class Payment(models.Model):
    """What was paid, from whose wallet into whose escrow."""

    objects: ClassVar[models.Manager[Payment]]
    order = models.ForeignKey(Order, on_delete=models.PROTECT)
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT)
    amount = models.BigIntegerField()

    class Meta:
        app_label = "naive_shop"
        db_table = "payment"


def checkout(buyer_id: int, item_id: int) -> Order:
    """Take one order: lock, look, change, save; the same six balances as ours, and three rows that tell of it."""
    with transaction.atomic():
        item = Item.objects.select_for_update().get(pk=item_id)
        buyer = Buyer.objects.select_for_update().get(pk=buyer_id)
        seller = Seller.objects.select_for_update().get(pk=item.seller_id)
        if item.stock < 1 or buyer.wallet < PRICE or buyer.purchases_left < 1:
            raise RuntimeError("everything is in plenty")
        item.stock -= 1
        item.sold += 1
        item.save()
        buyer.wallet -= PRICE
        buyer.purchases_left -= 1
        buyer.save()
        seller.escrow += PRICE
        seller.purchases_used += 1
        seller.save()
        order = Order.objects.create(buyer=buyer, total=PRICE, placed_at=timezone.now())
        OrderLine.objects.create(order=order, item=item, quantity=1, price=PRICE)
        Payment.objects.create(order=order, buyer=buyer, seller=seller, amount=PRICE)
    return order
