"""Prices to the second, tables with traps, and what goes out comes back: the pure decisions."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from kawasan.core.errors import Refusal
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.rules.importing import ImportLine, LineReader, cell_of, columns_of, price_cell, text_of
from kawasan.rooms.commerce.rules.pictures import make_picture
from kawasan.rooms.commerce.rules.prices import check_no_overlap, price_at
from kawasan.rooms.commerce.rules.products import check_gtin, slug_of
from kawasan.rooms.commerce.rules.tables import rows_of

NOON = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


def a_window(start: datetime, end: datetime | None, price: int = 100) -> commerce.Window:
    return commerce.Window(uuid4(), uuid4(), price, start, end)


@pytest.mark.parametrize(
    ("moment", "price"),
    [
        (NOON - MICROSECOND, 500),
        (NOON, 100),
        (NOON + SECOND - MICROSECOND, 100),
        (NOON + SECOND, 500),
        (NOON + 2 * SECOND, 200),
        (NOON + timedelta(days=9999), 200),
    ],
)
def test_a_price_holds_from_its_first_second_up_to_its_last(moment: datetime, price: int) -> None:
    windows = [a_window(NOON, NOON + SECOND), a_window(NOON + 2 * SECOND, None, 200)]
    assert price_at(ordinary_minor=500, windows=windows, at=moment).amount_minor == price


seconds = st.integers(0, 40).map(lambda n: NOON + n * SECOND)
periods = st.tuples(seconds, st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1] * SECOND))


@given(st.lists(periods, max_size=8), seconds, st.randoms())
def test_of_windows_that_may_stand_side_by_side_at_most_one_holds(found, moment, random) -> None:
    kept: list[commerce.Window] = []
    for number, (start, end) in enumerate(found):
        try:
            check_no_overlap(starts_at=start, ends_at=end, others=kept)
        except commerce.WindowsOverlap:
            assert any(start < other.ends_at and other.starts_at < end for other in kept)
        else:
            kept.append(a_window(start, end, number + 1))
    holding = [window for window in kept if window.starts_at <= moment < window.ends_at]
    assert len(holding) <= 1
    random.shuffle(kept)
    expected = holding[0].price_minor if holding else 999
    assert price_at(ordinary_minor=999, windows=kept, at=moment).amount_minor == expected


@pytest.mark.parametrize(
    "good", ["8992761111113", "96385074", "614141007349", "10614141543219", "", " 8992 7611 11113 "]
)
def test_gtins_with_a_fitting_digit_are_taken(good: str) -> None:
    assert check_gtin(good) == good.replace(" ", "")


@given(st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_in_a_gtin_is_noticed(place: int, shift: int) -> None:
    digits = list("8992761111113")
    digits[place] = str((int(digits[place]) + shift) % 10)
    with pytest.raises(commerce.GtinInvalid):
        check_gtin("".join(digits))


@given(st.text(max_size=200))
def test_a_slug_is_an_address_whatever_the_name(name: str) -> None:
    from django.core.validators import validate_slug

    slug = slug_of(name, uuid4())
    validate_slug(slug)
    assert len(slug) <= 180


# Texts as they are stored: printable, without blanks around them.
printable = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85")
names = st.text(printable, min_size=1, max_size=60).map(lambda t: " ".join(t.split())).filter(bool)
texts = st.lists(st.text(printable, max_size=40).map(str.strip), max_size=3).map(lambda t: "\n".join(t).strip())


@settings(deadline=None)
@given(names, names, texts, st.integers(1, 10**13), st.integers(0, 10**6), st.sampled_from(["csv", "xlsx"]))
def test_what_goes_out_comes_back(name, variant, text, price, stock, kind) -> None:
    cells = ["A-1", cell_of(name), cell_of(variant), cell_of(text), "dapur", price_cell(price), stock, 5, "", "draft"]
    assert not any(isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")) for cell in cells)
    (_, header), (line, row) = rows_of(_table([commerce.HEADINGS, cells], kind), kind)
    category = commerce.Category("dapur", "Dapur", "Kitchen", "厨房", "kitchen")
    read = LineReader(columns_of(header), [category]).read(line, row)
    assert isinstance(read, ImportLine), read
    assert (read.name, read.variant, read.description or "") == (name, variant, text)
    assert (read.price_minor, read.stock, read.status) == (price, stock, "draft")


def _table(rows, kind: str) -> bytes:
    if kind == "csv":
        file = io.StringIO(newline="")
        csv.writer(file).writerows(rows)
        return file.getvalue().encode()
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@given(st.text(max_size=30))
def test_an_escaped_cell_reads_back(text: str) -> None:
    assert text_of(cell_of(text)) == text
    assert not cell_of(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.binary(max_size=300), st.sampled_from(["csv", "xlsx"]))
def test_any_bytes_are_read_or_refused(content: bytes, kind: str) -> None:
    try:
        for _line, cells in rows_of(content, kind):
            assert cells
    except Refusal:
        pass


def _zip(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    bomb = _zip(**{"xl/worksheets/sheet1.xml": b"\0" * (61 * 1024 * 1024)})
    assert len(bomb) < 100_000
    with pytest.raises(commerce.ImportTooLarge):
        list(rows_of(bomb, "xlsx"))


def test_a_sheet_that_defines_entities_is_refused() -> None:
    evil = _zip(**{"xl/workbook.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'})
    with pytest.raises(commerce.ImportUnreadable):
        list(rows_of(evil, "xlsx"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_more_rows_than_allowed_are_refused(kind: str) -> None:
    rows = [["sku"], *([f"A-{n}"] for n in range(commerce.IMPORT_ROWS_MAX + 1))]
    with pytest.raises(commerce.ImportTooManyRows):
        list(rows_of(_table(rows, kind), kind))
    assert len(list(rows_of(_table(rows[:-1], kind), kind))) == commerce.IMPORT_ROWS_MAX + 1


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (b"", commerce.PictureInvalid),
        (b"GIF89a" + b"\0" * 40, commerce.PictureInvalid),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, commerce.PictureInvalid),
        (b"\xff\xd8\xff" * 40, commerce.PictureInvalid),
        (b"x" * (5 * 1024 * 1024 + 1), commerce.PictureTooLarge),
    ],
)
def test_what_is_no_picture_is_refused(text: bytes, refusal: type) -> None:
    with pytest.raises(refusal):
        make_picture(text)


def test_a_picture_of_too_many_pixels_is_refused_by_its_header() -> None:
    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")
    assert len(buffer.getvalue()) < 50_000
    with pytest.raises(commerce.PictureTooLarge):
        make_picture(buffer.getvalue())


def test_a_picture_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Kamera Bu Sri"  # turned by 90 degrees; maker
    Image.new("RGB", (300, 200), "navy").save(buffer, "JPEG", exif=exif)
    made = make_picture(buffer.getvalue())
    assert (made.width, made.height) == (200, 300)
    assert not Image.open(io.BytesIO(made.content)).getexif()
    assert b"Kamera" not in made.content
