"""When a broker told that a device's connection broke."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensors", "0004_reach_of_the_city")]

    operations = [migrations.AddField("device", "lost_at", models.DateTimeField(null=True))]
