"""Tables of campaigns. The units set aside and each buyer's limit are in the ledger; these rows say whose and why."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from kawasan.core import ids
from kawasan.rooms.commerce.models.catalogue import Product, Variant


class Campaign(models.Model):
    """A shopping day of the zone, for the half-open time [starts_at, ends_at) or until staff end it."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    summary = models.CharField(max_length=300, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    needs_approval = models.BooleanField(default=False)  # staff look at each product before it counts
    opened_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "commerce_campaign"
        constraints = [
            CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="commerce_campaign_period"),
            CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(published_at__isnull=False), name="commerce_campaign_ended"
            ),
        ]
        indexes = [models.Index(fields=["-starts_at"], name="commerce_campaign_latest")]


class CampaignOffer(models.Model):
    """A variant that its seller entered into a campaign: price, units set aside, limit for each buyer."""

    id = models.UUIDField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    business = models.ForeignKey("zone.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    price_minor = models.BigIntegerField()
    units = models.IntegerField()
    per_buyer = models.IntegerField()
    state = models.CharField(max_length=10)
    answer = models.CharField(max_length=300, blank=True)  # why staff declined
    entered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # every unit that was not sold is back in stock

    class Meta:
        db_table = "commerce_campaign_offer"
        constraints = [
            UniqueConstraint(
                fields=["campaign", "variant"], condition=~Q(state="declined"), name="commerce_campaign_offer_once"
            ),
            CheckConstraint(
                condition=Q(price_minor__gte=1, units__gte=1, per_buyer__gte=1),
                name="commerce_campaign_offer_amounts",
            ),
            CheckConstraint(
                condition=Q(state__in=["waiting", "accepted", "declined", "withdrawn"]),
                name="commerce_campaign_offer_state",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "id"], name="commerce_campaign_offers"),
            models.Index(fields=["business", "-id"], name="commerce_campaign_of_seller"),
            models.Index(fields=["variant"], condition=Q(settled_at__isnull=True), name="commerce_campaign_of_variant"),
        ]
