"""Tables as files say what the pages say, and run nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

from openpyxl import load_workbook

from kawasan.platform.exports import csv_response, xlsx_response

ROWS = [[datetime(2026, 11, 22, 20, 15, 30, 999, tzinfo=UTC), date(2026, 11, 22), "=1+1"]]


def test_a_moment_in_a_file_is_the_one_in_wib_that_the_page_shows():
    file = b"".join(csv_response("x.csv", ["When", "Day", "Note"], ROWS).streaming_content).decode("utf-8-sig")
    assert file.splitlines() == ["When,Day,Note", "2026-11-23 03:15:30,2026-11-22,'=1+1"]
    sheet = load_workbook(BytesIO(xlsx_response("x.xlsx", ["When", "Day", "Note"], ROWS).content)).active
    assert sheet["A2"].value == "2026-11-23 03:15:30"
