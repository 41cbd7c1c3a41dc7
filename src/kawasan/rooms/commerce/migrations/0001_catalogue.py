"""The catalogue: categories, sellers, products, prices, pictures, stock movements, reviews, search, imports."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import kawasan.core.ids
import kawasan.rooms.commerce.models.catalogue
from kawasan.platform.rls import protect, sees_business

# slug, Indonesian, English, Chinese, motif (the drawing of platform/drawing.py)
CATEGORIES = (
    ("makanan-minuman", "Makanan & Minuman", "Food & Drink", "食品饮料", "food-and-drink"),
    ("busana-muslim", "Busana Muslim", "Muslim Fashion", "穆斯林服饰", "muslim-fashion"),
    ("busana-wanita", "Busana Wanita", "Women's Fashion", "女装", "womens-fashion"),
    ("busana-pria", "Busana Pria", "Men's Fashion", "男装", "mens-fashion"),
    ("busana-anak", "Busana Anak & Bayi", "Kids & Baby Fashion", "童装婴装", "kids-and-baby-fashion"),
    ("kecantikan", "Kecantikan", "Beauty", "美妆", "beauty"),
    ("perawatan-tubuh", "Perawatan Tubuh", "Body Care", "身体护理", "body-care"),
    ("kesehatan", "Kesehatan", "Health", "健康", "health"),
    ("ibu-bayi", "Ibu & Bayi", "Mother & Baby", "母婴", "mother-and-baby"),
    ("rumah-tangga", "Rumah Tangga", "Household", "家居", "household"),
    ("dapur", "Dapur", "Kitchen", "厨房", "kitchen"),
    ("pertukangan", "Pertukangan", "Carpentry", "五金工具", "carpentry"),
    ("kerajinan-pesta", "Kerajinan & Pesta", "Crafts & Party", "手工与派对", "party-supplies-and-craft"),
    ("buku", "Buku", "Books", "图书", "books"),
    ("alat-tulis", "Alat Tulis & Kantor", "Office & Stationery", "办公文具", "office-stationery"),
    ("mainan-hobi", "Mainan & Hobi", "Toys & Hobbies", "玩具爱好", "toys-and-hobbies"),
    ("olahraga", "Olahraga", "Sport", "运动", "sport"),
    ("otomotif", "Otomotif", "Automotive", "汽摩用品", "automotive"),
    ("elektronik", "Elektronik", "Electronics", "电子产品", "electronics"),
    ("komputer-laptop", "Komputer & Laptop", "Computers & Laptops", "电脑", "computers-and-laptops"),
    ("ponsel-tablet", "Ponsel & Tablet", "Phones & Tablets", "手机平板", "phones-and-tablets"),
    ("kamera", "Kamera", "Cameras", "相机", "camera"),
    ("gaming", "Gaming", "Gaming", "游戏", "gaming"),
    ("film-musik", "Film & Musik", "Movies & Music", "影音", "movies-and-music"),
    ("hewan", "Perawatan Hewan", "Animal Care", "宠物用品", "animal-care"),
    ("logam-mulia", "Logam Mulia", "Precious Metals", "贵金属", "precious-metal"),
    ("wisata", "Wisata & Perjalanan", "Tours & Travel", "旅游", "tour-and-travel"),
    ("properti", "Properti", "Property", "房产", "property"),
    ("lainnya", "Produk Lainnya", "Other Products", "其他", "other-products"),
)

# Rows of one variant never overlap in time; the search document and its words have their own indexes.
CONSTRAINTS_AND_INDEXES = """
alter table commerce_price_window add constraint commerce_window_no_overlap
  exclude using gist (variant_id with =, tstzrange(starts_at, ends_at) with &&);
create index commerce_product_search on commerce_product using gin (search);
create index commerce_search_word_like on commerce_search_word using gin (word gin_trgm_ops);
alter table commerce_product_figures set (fillfactor = 70);
"""


def add_categories(apps, schema_editor):
    category = apps.get_model("commerce", "Category")
    category.objects.bulk_create(
        category(slug=slug, name_id=name_id, name_en=name_en, name_zh=name_zh, motif=motif, position=position)
        for position, (slug, name_id, name_en, name_zh, motif) in enumerate(CATEGORIES)
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("zone", "0003_reach_and_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "commerce_search_word",
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("slug", models.SlugField(max_length=40, primary_key=True, serialize=False)),
                ("name_id", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                ("name_zh", models.CharField(max_length=60)),
                ("motif", models.CharField(max_length=40)),
                ("position", models.SmallIntegerField()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.category"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_category",
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=160)),
                ("slug", models.SlugField(max_length=180, unique=True)),
                ("description", models.TextField(blank=True)),
                ("status", models.CharField(max_length=10)),
                ("gtin", models.CharField(blank=True, max_length=14)),
                ("price_from_minor", models.BigIntegerField()),
                ("low_stock_at", models.IntegerField(default=5)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("search", kawasan.rooms.commerce.models.catalogue.TsVector(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="zone.business",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.category"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_product",
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("small", models.BinaryField()),
                ("width", models.SmallIntegerField()),
                ("height", models.SmallIntegerField()),
                ("position", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pictures", to="commerce.product"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_picture",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("order_line", models.UUIDField(null=True, unique=True)),
                ("author_id", models.UUIDField(null=True)),
                ("author_name", models.CharField(max_length=80)),
                ("rating", models.SmallIntegerField()),
                ("text", models.TextField(blank=True)),
                ("reply", models.TextField(blank=True)),
                ("replied_at", models.DateTimeField(null=True)),
                ("hidden_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="commerce.product"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_review",
            },
        ),
        migrations.CreateModel(
            name="Seller",
            fields=[
                (
                    "business",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="zone.business",
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                ("slug", models.CharField(max_length=160, unique=True)),
                ("regency_code", models.CharField(max_length=10)),
                ("regency_name", models.CharField(max_length=120)),
                ("province_code", models.CharField(max_length=10)),
                ("province_name", models.CharField(max_length=120)),
                ("since", models.DateTimeField()),
                ("is_open", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "commerce_seller",
                "indexes": [models.Index(fields=["province_code"], name="commerce_seller_province")],
            },
        ),
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("sku", models.CharField(max_length=60)),
                ("name", models.CharField(blank=True, max_length=80)),
                ("options", models.JSONField(default=dict)),
                ("price_minor", models.BigIntegerField()),
                ("weight_grams", models.IntegerField(default=0)),
                ("position", models.SmallIntegerField(default=0)),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="zone.business",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="variants", to="commerce.product"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_variant",
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("quantity", models.BigIntegerField()),
                ("reason", models.CharField(max_length=10)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("actor_id", models.UUIDField(null=True)),
                ("entry_id", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="zone.business",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="commerce.variant"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_stock_movement",
            },
        ),
        migrations.CreateModel(
            name="PriceWindow",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("price_minor", models.BigIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="windows", to="commerce.variant"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_price_window",
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("filename", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=4)),
                ("content", models.BinaryField()),
                ("report", models.JSONField()),
                ("actor_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="zone.business",
                    ),
                ),
            ],
            options={
                "db_table": "commerce_import",
                "indexes": [models.Index(fields=["business", "-id"], name="commerce_import_business")],
            },
        ),
        migrations.CreateModel(
            name="ProductFigures",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="figures",
                        serialize=False,
                        to="commerce.product",
                    ),
                ),
                ("rating_count", models.IntegerField(default=0)),
                ("rating_sum", models.IntegerField(default=0)),
                ("sold", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "commerce_product_figures",
                "indexes": [models.Index(fields=["-sold"], name="commerce_figures_sold_first")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rating_count__gte", 0),
                            ("rating_sum__gte", models.F("rating_count")),
                            (
                                "rating_sum__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("rating_count"), "*", models.Value(5)
                                ),
                            ),
                        ),
                        name="commerce_figures_rating",
                    ),
                    models.CheckConstraint(condition=models.Q(("sold__gte", 0)), name="commerce_figures_sold"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["business", "status"], name="commerce_product_business"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["category", "status"], name="commerce_product_category"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["-published_at", "-id"], name="commerce_product_newest"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "published", "archived"])), name="commerce_product_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "draft"), ("published_at__isnull", False), _connector="OR"),
                name="commerce_product_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_from_minor__gte", 1)), name="commerce_product_price"
            ),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(fields=["digest"], name="commerce_picture_digest"),
        ),
        migrations.AddConstraint(
            model_name="picture",
            constraint=models.UniqueConstraint(fields=("product", "digest"), name="commerce_picture_once"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["product", "-at", "-id"], name="commerce_review_product"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["author_id"], name="commerce_review_author"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__gte", 1), ("rating__lte", 5)), name="commerce_review_rating"
            ),
        ),
        migrations.AddIndex(
            model_name="variant",
            index=models.Index(fields=["product", "position"], name="commerce_variant_product"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(fields=("business", "sku"), name="commerce_variant_sku"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gte", 1)), name="commerce_variant_price"
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight_grams__gte", 0)), name="commerce_variant_weight"
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["variant", "-id"], name="commerce_movement_variant"),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["business", "-id"], name="commerce_movement_business"),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", 0), _negated=True), name="commerce_movement_quantity"
            ),
        ),
        migrations.AddIndex(
            model_name="pricewindow",
            index=models.Index(fields=["variant", "starts_at"], name="commerce_window_variant"),
        ),
        migrations.AddConstraint(
            model_name="pricewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gte", 1)), name="commerce_window_price"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="commerce_window_period",
            ),
        ),
        migrations.RunSQL(CONSTRAINTS_AND_INDEXES, migrations.RunSQL.noop),
        # Drafts and stock movements are the seller's own; what is or was for sale is public, and only its seller writes it.
        protect(
            "commerce_product", "status <> 'draft'", sees_business("business_id"), write=sees_business("business_id")
        ),
        protect("commerce_variant", "true", write=sees_business("business_id")),
        protect("commerce_stock_movement", sees_business("business_id")),
        protect("commerce_import", sees_business("business_id")),
        migrations.RunPython(add_categories, migrations.RunPython.noop),
    ]
