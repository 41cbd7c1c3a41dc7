"""What happens around a request lasts as long as its answer does."""

from __future__ import annotations

from contextvars import Context

import pytest
from django.http import StreamingHttpResponse
from tests import databases

from kawasan.platform import schemas
from kawasan.server.middleware import ZoneOfHost

pytestmark = pytest.mark.django_db


def test_a_file_that_is_sent_while_it_is_read_stays_in_its_zone(rf):
    def chunks():
        for _ in range(2):
            yield str(schemas.current_schema()).encode()

    answer = ZoneOfHost(lambda _request: StreamingHttpResponse(chunks()))(rf.get("/voucher.csv"))
    sent = Context().run(lambda: list(answer.streaming_content))  # the server asks for it when the request is over
    assert sent == [databases.SCHEMA.encode()] * 2


def test_outside_of_a_request_no_zone_is_left_behind(rf):
    answer = ZoneOfHost(lambda _request: StreamingHttpResponse([b"a", b"b"]))(rf.get("/voucher.csv"))

    def sent_bit_by_bit():
        return [schemas.current_schema() for _ in answer.streaming_content]

    assert Context().run(sent_bit_by_bit) == [None, None]
