"""Kept pages take no more memory than they may, and those that were asked for last stay."""

from __future__ import annotations

from datetime import UTC, datetime

from kawasan.platform.shared_pages import Made, SharedPages, _Kept
from kawasan.platform.shared_shell import cut, filled, hole, put_into

AT = datetime(2026, 11, 23, tzinfo=UTC)


def _page(size: int) -> _Kept:
    return _Kept((b"x" * size,), Made("", {}), (), None, None, AT, AT)


def test_pages_never_take_more_room_than_there_is() -> None:
    pages = SharedPages(bytes_max=50_000)
    for number in range(40):
        pages._keep((number,), _page(1_000 + number * 250))
        assert sum(kept.size for kept in pages._pages.values()) == pages._bytes <= 50_000
    assert list(pages._pages) == [(36,), (37,), (38,), (39,)]
    pages._keep((39,), _page(1_000))
    assert sum(kept.size for kept in pages._pages.values()) == pages._bytes
    pages._keep((40,), _page(60_000))
    assert (len(pages._pages), pages._bytes) == (0, 0)


def test_holes_are_filled_and_no_text_is_taken_for_one() -> None:
    page = cut(f"<p>{hole('header')}</p>[header]{hole('csrf')}")
    shell = put_into(cut(f"a {hole('address?')} b {hole('csrf')}"), {b"address?": (b"/x?y=1",)})
    assert filled(put_into(page, {b"header": shell}), {b"csrf": b"T"}) == b"<p>a /x?y=1 b T</p>[header]T"
