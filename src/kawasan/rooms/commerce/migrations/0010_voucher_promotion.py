"""Vouchers of the zone that promotion money pays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0009_vouchers"),
    ]

    operations = [
        migrations.AddField(
            model_name="voucher",
            name="is_promotion",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_promotion", False), ("business_id", None), _connector="OR"),
                name="commerce_voucher_promotion",
            ),
        ),
    ]
