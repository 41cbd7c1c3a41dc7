"""Versions of what the shop shows, and indexes that find the next change of a price."""

from django.db import migrations, models

PLACES = 16


def _fill(apps, _schema_editor):
    shelf = apps.get_model("commerce", "Shelf")
    shelf.objects.bulk_create([shelf(place=place) for place in range(PLACES)])


class Migration(migrations.Migration):
    dependencies = [("commerce", "0003_campaigns")]

    operations = [
        migrations.CreateModel(
            name="Shelf",
            fields=[
                ("place", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("version", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "commerce_shelf"},
        ),
        migrations.RunPython(_fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="pricewindow",
            index=models.Index(fields=["starts_at"], name="commerce_window_starts"),
        ),
        migrations.AddIndex(
            model_name="pricewindow",
            index=models.Index(
                fields=["ends_at"], name="commerce_window_ends", condition=models.Q(ends_at__isnull=False)
            ),
        ),
    ]
