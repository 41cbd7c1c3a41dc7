"""Orders as the intake writes them down: one compact row each, until the worker has written out what they mean."""

from __future__ import annotations

from django.db import models

from kawasan.platform.fields import EncryptedText


class IntakeOrder(models.Model):
    """
    An order that the ledger holds and whose own rows are still to be written.

    Appended in the transaction of its ledger entry, taken out in the transaction that writes order, lines, timeline,
    payment and facts. ``lines`` is a list of lists, see engine/taking.py.
    """

    id = models.UUIDField(primary_key=True)  # of the order
    entry_id = models.UUIDField()
    group_id = models.UUIDField()
    position = models.SmallIntegerField()  # within its checkout; whoever locks position 0 has the whole checkout
    business_id = models.UUIDField()
    buyer_id = models.UUIDField()
    number = models.CharField(max_length=20)
    method = models.CharField(max_length=10)
    total_minor = models.BigIntegerField()
    group_total_minor = models.BigIntegerField()
    content_hash = models.BinaryField()
    placed_at = models.DateTimeField()
    ship_name = models.CharField(max_length=80)
    ship_phone = EncryptedText()
    ship_address = EncryptedText()
    lines = models.JSONField()
    voucher_id = models.UUIDField(null=True)  # these four are null without a voucher
    voucher_code = models.CharField(max_length=20, null=True)
    discount_minor = models.BigIntegerField(null=True)
    is_discount_paid = models.BooleanField(null=True)

    class Meta:
        db_table = "commerce_intake_order"
        indexes = [models.Index(fields=["group_id"], name="commerce_intake_order_group")]
