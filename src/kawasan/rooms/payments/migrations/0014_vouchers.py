"""What of a refund goes back to the zone's voucher."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0013_invoices"),
        ("zone", "0003_reach_and_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="refund",
            name="payments_refund_sources",
        ),
        migrations.AddField(
            model_name="refund",
            name="voucher_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("advanced_minor__gte", 0),
                    ("fee_back_minor__gte", 0),
                    ("from_reserve_minor__gte", 0),
                    ("voucher_minor__gte", 0),
                    ("withheld_back_minor__gte", 0),
                ),
                name="payments_refund_sources",
            ),
        ),
    ]
