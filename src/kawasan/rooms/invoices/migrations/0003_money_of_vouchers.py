"""What the zone's voucher paid of an order is money of its own kind on the invoice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0002_drop_notice"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payment",
            name="invoices_payment_method",
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["cash", "bank", "qris", "wallet", "order", "voucher", "books"])),
                name="invoices_payment_method",
            ),
        ),
    ]
