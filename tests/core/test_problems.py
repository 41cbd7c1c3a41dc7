"""What is wrong with an input, said in the reader's language: also the reason inside of a text."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from kawasan.core import problems
from kawasan.core.errors import BadField
from kawasan.intake.languages import translator

ONLY_CHINESE = {"Please check this field": "请检查", "{problem}": "{problem}", "one of {known}": "以下之一：{known}"}


class Colour(StrEnum):
    """Two values."""

    RED = "red"
    BLUE = "blue"


class Body(BaseModel):
    """One member of each kind that bodies have."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=2, max_length=3)] = "ab"
    code: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    units: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[Decimal, Field(gt=0, lt=1)] = Decimal("0.5")
    weight: float = 1.0
    agreed: bool = True
    colour: Colour = Colour.RED
    kind: Literal["a", "b"] = "a"
    lines: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    id: uuid.UUID = uuid.UUID(int=0)
    day: date = date(2026, 11, 22)
    at: datetime | None = None
    known_at: AwareDatetime | None = None
    inner: dict[str, int] = {}


def _found(given: dict[str, Any]) -> BadField:
    with pytest.raises(ValidationError) as caught:
        Body.model_validate(given)
    refusal = problems.field_refusal(dict(caught.value.errors()[0]))
    assert isinstance(refusal, BadField)
    return refusal


def _detail(refusal: BadField, language: str) -> str:
    translate = translator(language)
    return problems.worded(refusal.title, refusal.detail, refusal.data, translate=translate, language=language)[1]


@pytest.mark.parametrize(
    ("given", "english"),
    [
        ({"name": 1}, "A text is needed."),
        ({"name": "a"}, "The text is too short: at least 2."),
        ({"name": "abcd"}, "The text is too long: at most 3."),
        ({"code": "A"}, "The text does not have the form ^[a-z]+$."),
        ({"units": "many"}, "A whole number is needed."),
        ({"units": 1.5}, "A whole number is needed."),
        ({"units": 0}, "At least 1 is needed."),
        ({"units": 10}, "At most 9 is allowed."),
        ({"share": 0}, "More than 0 is needed."),
        ({"share": 1}, "Less than 1 is needed."),
        ({"share": "x"}, "A number is needed."),
        ({"weight": "x"}, "A number is needed."),
        ({"agreed": "x"}, "true or false is needed."),
        ({"colour": "x"}, "One of 'red' or 'blue' is needed."),
        ({"kind": "x"}, "One of 'a' or 'b' is needed."),
        ({"lines": 1}, "A list is needed."),
        ({"lines": []}, "The list is too short: at least 1."),
        ({"lines": [1, 2, 3]}, "The list is too long: at most 2."),
        ({"id": "x"}, "An id (UUID) is needed."),
        ({"day": "x"}, "A date such as 2026-11-22 is needed."),
        ({"at": "x"}, "A moment such as 2026-11-22T10:00:00+07:00 is needed."),
        ({"known_at": "2026-11-22T10:00:00"}, "The moment needs its time zone."),
        ({"inner": 1}, "An object is needed."),
        ({"more": 1}, "This field is not known here."),
    ],
)
def test_a_wrong_member_of_a_body_is_told_in_three_languages(given: dict[str, Any], english: str) -> None:
    refusal = _found(given)
    assert _detail(refusal, "en") == english
    told = {_detail(refusal, language) for language in ("en", "id", "zh-hans")}
    assert len(told) == 3, told


def test_a_problem_is_translated_and_its_names_are_filled() -> None:
    refusal = BadField(field="action", problem="one of {known}", known="ADD, DELETE")
    translate = lambda text: ONLY_CHINESE.get(text, text)  # noqa: E731
    told = problems.worded(refusal.title, refusal.detail, refusal.data, translate=translate, language="zh-hans")
    assert told == ("请检查", "以下之一：ADD, DELETE")
    document = problems.document(refusal, instance="/", texts=lambda _: told)
    assert (document["detail"], document["problem"]) == ("以下之一：ADD, DELETE", "one of ADD, DELETE")


def test_what_somebody_sent_is_quoted_and_never_filled() -> None:
    refusal = BadField(problem="no {0} {name.__class__} {missing} %s {", name="x")
    told = problems.worded(refusal.title, refusal.detail, refusal.data, translate=str, language="en")
    assert told[1] == "no {0} {name.__class__} {missing} %s {"
