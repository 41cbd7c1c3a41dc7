"""Refusals of the catalogue and its stock."""

from __future__ import annotations

from kawasan.core.errors import Conflict, Invalid, NotFound, msg


class UnknownProduct(NotFound):
    """No such product, or not for this caller."""

    code = "unknown-product"
    title = msg("No such product")
    detail = msg("We could not find this product. It may have been taken off the shelf.")


class UnknownVariant(NotFound):
    """No such variant, or not for this caller."""

    code = "unknown-variant"
    title = msg("No such variant")
    detail = msg("We could not find this variant of a product.")


class UnknownSeller(NotFound):
    """Nobody sells under this name here."""

    code = "unknown-seller"
    title = msg("No such shop")
    detail = msg("We could not find this shop.")


class UnknownCategory(Invalid):
    """Not one of the categories."""

    code = "unknown-category"
    title = msg("We do not know this category")
    detail = msg("“{category}” is not one of the categories. Pick one from the list.")


class PriceInvalid(Invalid):
    """A price is a whole number of minor units within bounds."""

    code = "price-invalid"
    title = msg("This price cannot be right")
    detail = msg("A price is more than Rp0 and at most {most}.")


class TextMissing(Invalid):
    """A text that is needed is empty or has unprintable characters."""

    code = "text-missing"
    title = msg("Something is missing")
    detail = msg("Please fill this in with readable text.")


class TextTooLong(Invalid):
    """A text does not fit."""

    code = "text-too-long"
    title = msg("This text is too long")
    detail = msg("At most {most} characters fit here; this has {count}.")


class WeightInvalid(Invalid):
    """A weight is a whole number of grams within bounds."""

    code = "weight-invalid"
    title = msg("This weight cannot be right")
    detail = msg("A weight is a whole number of grams from 0 to {most}.")


class QuantityInvalid(Invalid):
    """A number of units is zero, too large or not whole."""

    code = "quantity-invalid"
    title = msg("This number of units cannot be right")
    detail = msg("Give a whole number of units, at most {most}, and not zero.")


class GtinInvalid(Invalid):
    """The check digit or length of a GTIN is wrong (GS1 General Specifications 7.9)."""

    code = "gtin-invalid"
    title = msg("This barcode number is not right")
    detail = msg("A GTIN has 8, 12, 13 or 14 digits and its last digit must fit the others. Copy it from the barcode.")


class SkuInvalid(Invalid):
    """A SKU is 1 to 60 letters, digits and marks without blanks."""

    code = "sku-invalid"
    title = msg("This SKU cannot be used")
    detail = msg(
        "A SKU has 1 to 60 letters, digits, dots, dashes, slashes or underscores, and begins with one of the first two."
    )


class SkuTaken(Conflict):
    """The business has another variant with this SKU."""

    code = "sku-taken"
    title = msg("This SKU is already in use")
    detail = msg("You have another variant with the SKU {sku}.")


class ProductIdReused(Conflict):
    """The id chosen by the caller belongs to another product."""

    code = "product-id-reused"
    title = msg("This was sent before with other content")
    detail = msg("The same form was used for another product. Open the form again.")


class ProductIncomplete(Conflict):
    """A product needs at least one variant to be sold."""

    code = "product-incomplete"
    title = msg("The product is not ready")
    detail = msg("Add at least one variant with a price before you publish.")


class BusinessNotAdmitted(Conflict):
    """A business sells once the zone's staff have let it in."""

    code = "business-not-admitted"
    title = msg("Your business is not admitted yet")
    detail = msg("You can prepare products now and publish them once the zone has admitted your business.")


class TooManyVariants(Invalid):
    """More variants than a product may have."""

    code = "too-many-variants"
    title = msg("Too many variants")
    detail = msg("A product has at most {most} variants.")


class StockBelowZero(Conflict):
    """Fewer units are there than are to be taken out."""

    code = "stock-below-zero"
    title = msg("Stock cannot go below zero")
    detail = msg("Only {available} can be taken out now; the rest is held by orders or not there.")


class StockReasonInvalid(Invalid):
    """Not a reason for a movement of stock, or it does not fit the direction."""

    code = "stock-reason-invalid"
    title = msg("Choose a reason")
    detail = msg("Pick one of the reasons that fits: received and returned add units, damaged takes them away.")


class WindowInvalid(Invalid):
    """A price window ends before it starts, is in the past or too far away."""

    code = "window-invalid"
    title = msg("This period cannot be right")
    detail = msg("A period ends after it starts, and its end lies in the future.")


class WindowsOverlap(Conflict):
    """Two windows of a variant would hold at once."""

    code = "windows-overlap"
    title = msg("Two prices at the same time")
    detail = msg("From {starts_at} another special price holds. Choose another period or remove that one.")


class UnknownWindow(NotFound):
    """No such price window, or not for this caller."""

    code = "unknown-window"
    title = msg("No such special price")
    detail = msg("We could not find this special price. It may have been removed.")


class PictureInvalid(Invalid):
    """The bytes are not a picture that we can show."""

    code = "picture-invalid"
    title = msg("We cannot read this picture")
    detail = msg("Use a JPEG, PNG or WebP picture.")


class PictureTooLarge(Invalid):
    """The file or its number of pixels is over the limit."""

    code = "picture-too-large"
    title = msg("This picture is too large")
    detail = msg("A picture has at most {megabytes} MB and {megapixels} megapixels.")


class TooManyPictures(Conflict):
    """A product has all the pictures it may have."""

    code = "too-many-pictures"
    title = msg("Enough pictures")
    detail = msg("A product has at most {most} pictures. Remove one first.")


class UnknownPicture(NotFound):
    """No such picture."""

    code = "unknown-picture"
    title = msg("No such picture")
    detail = msg("We could not find this picture.")


class ImportTooLarge(Invalid):
    """The file is over the limit, packed or unpacked."""

    code = "import-too-large"
    title = msg("This file is too large")
    detail = msg("A file of products has at most {megabytes} MB. Split it into several files.")


class ImportTooManyRows(Invalid):
    """The table has more rows than are taken at once."""

    code = "import-too-many-rows"
    title = msg("This file has too many rows")
    detail = msg("A file has at most {most} rows. Split it into several files.")


class ImportUnreadable(Invalid):
    """Neither CSV in UTF-8 nor XLSX."""

    code = "import-unreadable"
    title = msg("We cannot read this file")
    detail = msg("Use a CSV file in UTF-8 or an XLSX file, as the template has it.")


class ImportColumnsMissing(Invalid):
    """The first row does not name the columns that are needed."""

    code = "import-columns-missing"
    title = msg("Columns are missing")
    detail = msg("The first row must name the columns; these are missing: {columns}.")


class ImportSkuRepeated(Invalid):
    """Two rows of a file have the same SKU."""

    code = "import-sku-repeated"
    title = msg("This SKU comes twice")
    detail = msg("The SKU {sku} already stands in line {line}.")


class ImportValueUnreadable(Invalid):
    """A cell cannot be read as what its column holds."""

    code = "import-value-unreadable"
    title = msg("We cannot read this value")
    detail = msg("“{value}” does not fit this column.")


class UnknownImport(NotFound):
    """No such file, or not for this caller."""

    code = "unknown-import"
    title = msg("No such import")
    detail = msg("We could not find this file. Upload it again.")


class UnknownReview(NotFound):
    """No such review, or not for this caller."""

    code = "unknown-review"
    title = msg("No such review")
    detail = msg("We could not find this review.")


class SearchInvalid(Invalid):
    """A filter of the search cannot be read."""

    code = "search-invalid"
    title = msg("We cannot search like this")
    detail = msg("One of the filters is not right. Remove it and search again.")
