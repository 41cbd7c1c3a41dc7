"""Tables that people upload: CSV and XLSX read row by row, with limits against oversized and booby-trapped files."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from kawasan.rooms.commerce.types.imports import IMPORT_BYTES_MAX, IMPORT_ROWS_MAX
from kawasan.rooms.commerce.types.refusals import ImportTooLarge, ImportTooManyRows, ImportUnreadable

# What an honest sheet of 5,000 rows unpacks to is below 10 MB; a bomb's is not.
UNPACKED_BYTES_MAX = 60 * 1024 * 1024
PARTS_MAX = 200
COLUMNS_MAX = 40
CELL_LENGTH_MAX = 20_000

Row = tuple[int, list[Any]]


def kind_of(content: bytes) -> str:
    """Return ``xlsx`` or ``csv`` by what the bytes are, whatever the file is called. Raises ImportTooLarge."""
    if len(content) > IMPORT_BYTES_MAX:
        raise too_large()
    return "xlsx" if content[:4] == b"PK\x03\x04" else "csv"


def rows_of(content: bytes, kind: str) -> Iterator[Row]:
    """
    Yield (line number, cells) of the rows that hold anything, the header first.

    Raises ImportUnreadable, ImportTooLarge, ImportTooManyRows (while reading: earlier rows have been yielded).
    """
    rows = _xlsx_rows(content) if kind == "xlsx" else _csv_rows(content)
    for count, row in enumerate(rows):
        if count > IMPORT_ROWS_MAX:
            raise ImportTooManyRows(most=IMPORT_ROWS_MAX)
        yield row


def _csv_rows(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportUnreadable from None
    if "\0" in text:
        raise ImportUnreadable
    first = text.split("\n", 1)[0]
    # Spreadsheets here save with semicolons, because the comma is the decimal mark.
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell[:CELL_LENGTH_MAX] for cell in cells[:COLUMNS_MAX]]
    except csv.Error:
        raise ImportUnreadable from None


def _xlsx_rows(content: bytes) -> Iterator[Row]:
    _check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the file's own word on its size is not to be trusted
        # Two rows more than allowed, so that a longer sheet is refused without reading on. Empty rows count.
        for number, cells in enumerate(sheet.iter_rows(max_row=IMPORT_ROWS_MAX + 2, values_only=True), start=1):
            values = list(cells[:COLUMNS_MAX])
            if any(value is not None and str(value).strip() for value in values):
                yield number, ["" if value is None else value for value in values]
    except (ImportTooManyRows, GeneratorExit):
        raise
    except Exception:  # openpyxl raises nearly anything on a damaged file
        raise ImportUnreadable from None


def _check_archive(content: bytes) -> None:
    """Refuse archives that unpack to too much, and documents that define entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
                raise too_large()
            for part in parts:
                # zipfile never unpacks more than the size it has announced, which was counted above.
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        start = file.read(4096)
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise ImportUnreadable
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error):
        raise ImportUnreadable from None


def too_large() -> ImportTooLarge:
    """Return the refusal of a file over the limit."""
    return ImportTooLarge(field="file", megabytes=IMPORT_BYTES_MAX // 1024**2)
