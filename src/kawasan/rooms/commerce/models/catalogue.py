"""Tables of the catalogue: categories, sellers, products, variants, prices, pictures, stock movements, reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from kawasan.core import ids

if TYPE_CHECKING:
    _AnyField = models.Field[Any, Any]
else:
    _AnyField = models.Field


class TsVector(_AnyField):
    """A PostgreSQL search document; written and read by SQL only (queries/search.py, actions/indexing.py)."""

    def db_type(self, connection: Any) -> str:
        return "tsvector"


class Category(models.Model):
    """Where a product belongs on the shelves; its motif stands in where a product has no picture."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name_id = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60)
    motif = models.CharField(max_length=40)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()

    class Meta:
        db_table = "commerce_category"


class Seller(models.Model):
    """What the shop shows of a business: copied from the zone when a product is created or the business changes."""

    business = models.OneToOneField("zone.Business", primary_key=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    slug = models.CharField(max_length=160, unique=True)
    regency_code = models.CharField(max_length=10)
    regency_name = models.CharField(max_length=120)
    province_code = models.CharField(max_length=10)
    province_name = models.CharField(max_length=120)
    since = models.DateTimeField()
    is_open = models.BooleanField(
        default=True
    )  # whether it may trade now: what a closed seller has is not found or sold

    class Meta:
        db_table = "commerce_seller"
        indexes = [models.Index(fields=["province_code"], name="commerce_seller_province")]


class Product(models.Model):
    """Something a business sells, in one or more variants."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    business = models.ForeignKey("zone.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=160)
    slug = models.SlugField(max_length=180, unique=True)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10)
    gtin = models.CharField(max_length=14, blank=True)
    price_from_minor = models.BigIntegerField()  # the cheapest variant's ordinary price, kept for lists
    low_stock_at = models.IntegerField(default=5)  # warn the seller at this many units or fewer
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    search = TsVector(null=True)

    class Meta:
        db_table = "commerce_product"
        constraints = [
            CheckConstraint(condition=Q(status__in=["draft", "published", "archived"]), name="commerce_product_status"),
            CheckConstraint(condition=Q(status="draft") | Q(published_at__isnull=False), name="commerce_product_since"),
            CheckConstraint(condition=Q(price_from_minor__gte=1), name="commerce_product_price"),
        ]
        indexes = [
            models.Index(fields=["business", "status"], name="commerce_product_business"),
            models.Index(fields=["category", "status"], name="commerce_product_category"),
            models.Index(fields=["-published_at", "-id"], name="commerce_product_newest"),
        ]


class ProductFigures(models.Model):
    """What buyers made of a product: ratings and units sold. Apart, because buyers change it and sellers may not."""

    product = models.OneToOneField(Product, primary_key=True, on_delete=models.PROTECT, related_name="figures")
    rating_count = models.IntegerField(default=0)
    rating_sum = models.IntegerField(default=0)
    sold = models.BigIntegerField(default=0)

    class Meta:
        db_table = "commerce_product_figures"
        constraints = [
            CheckConstraint(
                condition=Q(rating_count__gte=0, rating_sum__gte=F("rating_count"))
                & Q(rating_sum__lte=F("rating_count") * 5),
                name="commerce_figures_rating",
            ),
            CheckConstraint(condition=Q(sold__gte=0), name="commerce_figures_sold"),
        ]
        indexes = [models.Index(fields=["-sold"], name="commerce_figures_sold_first")]


class Variant(models.Model):
    """What is put into the cart: a size or colour of a product, with its SKU, price and units in the ledger."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    business = models.ForeignKey("zone.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    sku = models.CharField(max_length=60)
    name = models.CharField(max_length=80, blank=True)
    options = models.JSONField(default=dict)
    price_minor = models.BigIntegerField()
    weight_grams = models.IntegerField(default=0)
    position = models.SmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "commerce_variant"
        constraints = [
            UniqueConstraint(fields=["business", "sku"], name="commerce_variant_sku"),
            CheckConstraint(condition=Q(price_minor__gte=1), name="commerce_variant_price"),
            CheckConstraint(condition=Q(weight_grams__gte=0), name="commerce_variant_weight"),
        ]
        indexes = [models.Index(fields=["product", "position"], name="commerce_variant_product")]


class PriceWindow(models.Model):
    """Another price of a variant for the half-open time [starts_at, ends_at); windows of a variant never overlap."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="windows")
    price_minor = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "commerce_price_window"
        constraints = [
            CheckConstraint(condition=Q(price_minor__gte=1), name="commerce_window_price"),
            CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="commerce_window_period"
            ),
        ]
        indexes = [
            models.Index(fields=["variant", "starts_at"], name="commerce_window_variant"),
            models.Index(fields=["starts_at"], name="commerce_window_starts"),
            models.Index(fields=["ends_at"], name="commerce_window_ends", condition=Q(ends_at__isnull=False)),
        ]


class Picture(models.Model):
    """A picture of a product: WebP bytes made from what was uploaded, addressed by their digest."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="pictures")
    digest = models.CharField(max_length=64)
    content = models.BinaryField()  # at most 1200 pixels wide or high
    small = models.BinaryField()  # at most 400, for lists
    width = models.SmallIntegerField()
    height = models.SmallIntegerField()
    position = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "commerce_picture"
        constraints = [UniqueConstraint(fields=["product", "digest"], name="commerce_picture_once")]
        indexes = [models.Index(fields=["digest"], name="commerce_picture_digest")]


class StockMovement(models.Model):
    """Why a seller changed the number of units; the change itself is the ledger entry it names."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="movements")
    business = models.ForeignKey("zone.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    reason = models.CharField(max_length=10)
    note = models.CharField(max_length=200, blank=True)
    actor_id = models.UUIDField(null=True)
    entry_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "commerce_stock_movement"
        constraints = [CheckConstraint(condition=~Q(quantity=0), name="commerce_movement_quantity")]
        indexes = [
            models.Index(fields=["variant", "-id"], name="commerce_movement_variant"),
            models.Index(fields=["business", "-id"], name="commerce_movement_business"),
        ]


class Review(models.Model):
    """What a buyer says about a product; ``order_line`` is null for reviews brought along from elsewhere."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="reviews")
    order_line = models.UUIDField(null=True, unique=True)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=80)
    rating = models.SmallIntegerField()
    text = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "commerce_review"
        constraints = [CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="commerce_review_rating")]
        indexes = [
            models.Index(fields=["product", "-at", "-id"], name="commerce_review_product"),
            models.Index(fields=["author_id"], name="commerce_review_author"),
        ]


class Import(models.Model):
    """A file of products that somebody uploaded: checked at once, applied when they say so."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    business = models.ForeignKey("zone.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    filename = models.CharField(max_length=120)
    kind = models.CharField(max_length=4)
    content = models.BinaryField()
    report = models.JSONField()
    actor_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "commerce_import"
        indexes = [models.Index(fields=["business", "-id"], name="commerce_import_business")]


class SearchWord(models.Model):
    """A word that some product's name holds: what a mistyped word may have meant."""

    word = models.CharField(primary_key=True, max_length=40)

    class Meta:
        db_table = "commerce_search_word"
