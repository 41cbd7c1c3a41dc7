"""Tables of carts and orders. Units and money themselves are in the ledger; these rows say whose and why."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from kawasan.core import ids
from kawasan.platform.fields import EncryptedText


class CartLine(models.Model):
    """One product in a person's cart, and the pending transfer that holds its units."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    person_id = models.UUIDField()
    variant_id = models.UUIDField()
    quantity = models.IntegerField()
    hold_id = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    campaign_offer_id = models.UUIDField(null=True)  # where the held units come from; null: the ordinary stock
    request_id = models.UUIDField(null=True)  # the last form that changed it: the same form again changes nothing
    added_at = models.DateTimeField()

    class Meta:
        db_table = "commerce_cart_line"
        constraints = [
            UniqueConstraint(fields=["person_id", "variant_id"], name="commerce_cart_line_once"),
            CheckConstraint(condition=Q(quantity__gte=1), name="commerce_cart_line_quantity"),
            CheckConstraint(
                condition=Q(hold_id__isnull=True, held_until__isnull=True)
                | Q(hold_id__isnull=False, held_until__isnull=False),
                name="commerce_cart_line_hold",
            ),
        ]


class OrderGroup(models.Model):
    """One checkout; the client chooses its id, so that sending it twice orders once. Its payment has the same id."""

    id = models.UUIDField(primary_key=True)
    buyer_id = models.UUIDField()
    method = models.CharField(max_length=10)
    total_minor = models.BigIntegerField()
    content_hash = models.BinaryField()
    placed_at = models.DateTimeField()

    class Meta:
        db_table = "commerce_order_group"
        constraints = [CheckConstraint(condition=Q(total_minor__gt=0), name="commerce_group_total")]
        indexes = [models.Index(fields=["buyer_id", "-id"], name="commerce_group_buyer")]


class Order(models.Model):
    """An order of one buyer at one seller. Its state is which of its moments are set."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    number = models.CharField(max_length=20, unique=True)
    group = models.ForeignKey(OrderGroup, on_delete=models.PROTECT, related_name="+")
    business_id = models.UUIDField()
    buyer_id = models.UUIDField()
    method = models.CharField(max_length=10)
    total_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    placed_at = models.DateTimeField()
    pay_until = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completes_at = models.DateTimeField(null=True)  # when it completes by itself; null while it cannot
    cancelled_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=10, blank=True)
    cancel_reason = models.CharField(max_length=300, blank=True)
    courier = models.CharField(max_length=40, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    voucher_id = models.UUIDField(null=True)
    voucher_code = models.CharField(max_length=20, blank=True, default="")
    discount_minor = models.BigIntegerField(default=0)  # what the voucher took off; total_minor is what was to be paid
    discount_back_minor = models.BigIntegerField(default=0)  # of that, what refunds have undone
    is_discount_paid = models.BooleanField(default=False)  # the zone pays it to the seller
    ship_name = models.CharField(max_length=80)
    ship_phone = EncryptedText()
    ship_address = EncryptedText()

    class Meta:
        db_table = "commerce_order"
        constraints = [
            CheckConstraint(condition=Q(total_minor__gt=0), name="commerce_order_total"),
            CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("total_minor")), name="commerce_order_refunded"
            ),
            CheckConstraint(
                condition=Q(fee_minor__gte=0, fee_minor__lte=F("total_minor") + F("discount_minor")),
                name="commerce_order_fee",
            ),
            CheckConstraint(
                condition=Q(discount_back_minor__gte=0, discount_back_minor__lte=F("discount_minor")),
                name="commerce_order_discount",
            ),
            CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(cancelled_at__isnull=True, expired_at__isnull=True),
                name="commerce_order_one_ending",
            ),
            CheckConstraint(
                condition=Q(paid_at__isnull=False)
                | Q(
                    packed_at__isnull=True,
                    shipped_at__isnull=True,
                    delivered_at__isnull=True,
                    completed_at__isnull=True,
                ),
                name="commerce_order_paid_first",
            ),
            CheckConstraint(
                condition=Q(expired_at__isnull=True) | Q(paid_at__isnull=True), name="commerce_order_expiry"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer_id", "-id"], name="commerce_order_buyer"),
            models.Index(fields=["business_id", "-id"], name="commerce_order_business"),
            models.Index(
                fields=["pay_until"],
                condition=Q(paid_at__isnull=True, expired_at__isnull=True, cancelled_at__isnull=True),
                name="commerce_order_unpaid",
            ),
            models.Index(
                fields=["business_id", "-id"],
                condition=Q(
                    paid_at__isnull=False,
                    shipped_at__isnull=True,
                    cancelled_at__isnull=True,
                ),
                name="commerce_order_to_ship",
            ),
            models.Index(fields=["voucher_id"], condition=Q(voucher_id__isnull=False), name="commerce_order_voucher"),
            models.Index(
                fields=["completes_at"],
                condition=Q(completes_at__isnull=False),
                name="commerce_order_completes",
            ),
        ]


class OrderLine(models.Model):
    """One line of an order, with names and price as they were."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_id = models.UUIDField()
    buyer_id = models.UUIDField()
    variant_id = models.UUIDField()
    product_id = models.UUIDField()
    product_name = models.CharField(max_length=160)
    variant_name = models.CharField(max_length=80, blank=True)
    unit_price_minor = models.BigIntegerField()
    quantity = models.IntegerField()
    refunded_quantity = models.IntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)  # its share of the order's voucher
    fee_basis_points = models.SmallIntegerField(null=True)  # the commission when its money was released
    hold_id = models.UUIDField(null=True)  # the pending transfer of an order that waits for its payment
    campaign_offer_id = models.UUIDField(null=True)  # sold in a campaign, at its price and from its units
    position = models.SmallIntegerField()

    class Meta:
        db_table = "commerce_order_line"
        constraints = [
            UniqueConstraint(fields=["order", "variant_id"], name="commerce_order_line_once"),
            CheckConstraint(condition=Q(quantity__gte=1, unit_price_minor__gte=1), name="commerce_order_line_amount"),
            CheckConstraint(
                condition=Q(refunded_quantity__gte=0, refunded_quantity__lte=F("quantity")),
                name="commerce_order_line_units",
            ),
            CheckConstraint(
                condition=Q(
                    discount_minor__gte=0,
                    refunded_minor__gte=0,
                    refunded_minor__lte=F("quantity") * F("unit_price_minor") - F("discount_minor"),
                ),
                name="commerce_order_line_refund",
            ),
        ]
        indexes = [
            models.Index(fields=["product_id"], name="commerce_order_line_product"),
            models.Index(
                fields=["campaign_offer_id"],
                condition=Q(campaign_offer_id__isnull=False),
                name="commerce_order_line_campaign",
            ),
        ]


class ReturnRequest(models.Model):
    """A buyer's wish to give back a part of an order, and the seller's answer. At most one is open."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    business_id = models.UUIDField()
    buyer_id = models.UUIDField()
    lines = models.JSONField()  # [{"line": id, "quantity": units}]
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default="requested")
    asked_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    restocked = models.BooleanField(default=False)
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "commerce_return"
        constraints = [
            CheckConstraint(condition=Q(state__in=["requested", "refunded", "rejected"]), name="commerce_return_state"),
            CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("asked_minor")), name="commerce_return_amount"
            ),
            UniqueConstraint(fields=["order"], condition=Q(state="requested"), name="commerce_return_one_open"),
        ]


class OrderEvent(models.Model):
    """A line of an order's timeline; only ever appended."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_id = models.UUIDField()
    buyer_id = models.UUIDField()
    step = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "commerce_order_event"
        indexes = [models.Index(fields=["order", "id"], name="commerce_order_event_order")]


class SellerDay(models.Model):
    """What one day (WIB) brought a seller, summed up from the ledger; dropped and rebuilt at will."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    day = models.DateField()
    orders = models.IntegerField(default=0)
    gross_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)

    class Meta:
        db_table = "commerce_seller_day"
        constraints = [UniqueConstraint(fields=["business_id", "day"], name="commerce_seller_day_once")]
