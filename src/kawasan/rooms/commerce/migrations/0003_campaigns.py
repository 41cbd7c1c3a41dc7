"""Campaigns, what sellers offer in them, and which lines of carts and orders belong to one."""

import django.db.models.deletion
from django.db import migrations, models

import kawasan.core.ids
from kawasan.platform.rls import protect, sees_business


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0002_orders"),
        ("zone", "0003_reach_and_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("slug", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("summary", models.CharField(blank=True, max_length=300)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("needs_approval", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "commerce_campaign",
            },
        ),
        migrations.CreateModel(
            name="CampaignOffer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("price_minor", models.BigIntegerField()),
                ("units", models.IntegerField()),
                ("per_buyer", models.IntegerField()),
                ("state", models.CharField(max_length=10)),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("entered_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "commerce_campaign_offer",
            },
        ),
        migrations.AddField(
            model_name="cartline",
            name="campaign_offer_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="campaign_offer_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(
                condition=models.Q(("campaign_offer_id__isnull", False)),
                fields=["campaign_offer_id"],
                name="commerce_order_line_campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["-starts_at"], name="commerce_campaign_latest"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="commerce_campaign_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__isnull", True), ("published_at__isnull", False), _connector="OR"),
                name="commerce_campaign_ended",
            ),
        ),
        migrations.AddField(
            model_name="campaignoffer",
            name="business",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="zone.business"
            ),
        ),
        migrations.AddField(
            model_name="campaignoffer",
            name="campaign",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.campaign"
            ),
        ),
        migrations.AddField(
            model_name="campaignoffer",
            name="product",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.product"
            ),
        ),
        migrations.AddField(
            model_name="campaignoffer",
            name="variant",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.variant"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignoffer",
            index=models.Index(fields=["campaign", "id"], name="commerce_campaign_offers"),
        ),
        migrations.AddIndex(
            model_name="campaignoffer",
            index=models.Index(fields=["business", "-id"], name="commerce_campaign_of_seller"),
        ),
        migrations.AddIndex(
            model_name="campaignoffer",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)),
                fields=["variant"],
                name="commerce_campaign_of_variant",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "declined"), _negated=True),
                fields=("campaign", "variant"),
                name="commerce_campaign_offer_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_buyer__gte", 1), ("price_minor__gte", 1), ("units__gte", 1)),
                name="commerce_campaign_offer_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "accepted", "declined", "withdrawn"])),
                name="commerce_campaign_offer_state",
            ),
        ),
        # Drafts are the zone's; what waits for its decision is the seller's and the zone's.
        protect("commerce_campaign", "published_at is not null", write="false"),
        protect(
            "commerce_campaign_offer",
            "state in ('accepted', 'withdrawn')",
            sees_business("business_id"),
            write=sees_business("business_id"),
        ),
    ]
