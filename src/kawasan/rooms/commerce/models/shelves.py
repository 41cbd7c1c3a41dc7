"""What tells every process that the shop does not look as it did."""

from __future__ import annotations

from django.db import models


class Shelf(models.Model):
    """A number that rises after each change of what the shop shows; each business belongs to one of a few shelves."""

    place = models.SmallIntegerField(primary_key=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        db_table = "commerce_shelf"
