"""A table that nothing ever wrote to goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_invoices")]

    operations = [migrations.DeleteModel(name="Notice")]
