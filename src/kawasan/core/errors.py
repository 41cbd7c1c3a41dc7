"""Refusals: every way the product says no, each with a stable code and a text for people."""

from __future__ import annotations

from typing import Any, ClassVar


def msg(text: str) -> str:
    """Mark an English text for translation and return it unchanged (the edge translates it)."""
    return text


class Refusal(Exception):
    """
    An expected "no": nothing was changed and the caller is told why.

    A subclass names its stable kebab-case ``code``, its ``title`` and a ``detail`` template; both texts are English
    message ids that the edge translates, and ``{names}`` in the detail are filled from ``data``.
    Give ``field`` where one input is at fault, so that a form can show the text beside it.
    """

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = msg("Refused")
    detail: ClassVar[str] = msg("This cannot be done.")

    def __init__(self, *, field: str | None = None, **data: Any) -> None:
        super().__init__(self.code)
        self.field = field
        self.data = data

    def __str__(self) -> str:
        return f"{self.code} {self.data}" if self.data else self.code


class Invalid(Refusal):
    """The input could never be right (HTTP 422)."""

    code = "invalid"
    title = msg("Please check the input")
    detail = msg("Something in the input is not right.")


class NotFound(Refusal):
    """There is no such thing, or not for this caller (HTTP 404)."""

    code = "not-found"
    title = msg("Not found")
    detail = msg("We could not find what you asked for.")


class Conflict(Refusal):
    """Right in itself, but not in the present state (HTTP 409)."""

    code = "conflict"
    title = msg("Not possible right now")
    detail = msg("The present state does not allow this.")


class Forbidden(Refusal):
    """The caller is known and may not do this (HTTP 403)."""

    code = "forbidden"
    title = msg("Not allowed")
    detail = msg("Your role does not allow this.")


class Unauthenticated(Refusal):
    """The caller is not known (HTTP 401)."""

    code = "unauthenticated"
    title = msg("Please sign in")
    detail = msg("Sign in or send a valid key.")


class Busy(Refusal):
    """Try again shortly; nothing was done (HTTP 503 with Retry-After, or 429)."""

    code = "busy"
    title = msg("Very busy")
    detail = msg("Please try again in a moment.")
    retry_after_seconds: ClassVar[int] = 1


class InvalidInput(Invalid):
    """Several inputs are wrong at once: ``errors`` lists a refusal for each."""

    code = "invalid-input"

    def __init__(self, errors: list[Refusal]) -> None:
        super().__init__()
        self.errors = errors


class BadField(Invalid):
    """One member of the request has the wrong shape."""

    code = "bad-field"
    title = msg("Please check this field")
    detail = msg("{problem}")


class MissingField(Invalid):
    """A member of the request is missing."""

    code = "missing-field"
    title = msg("Something is missing")
    detail = msg("The field {name} is needed.")


class BodyTooLarge(Invalid):
    """The request is larger than anything that is taken here."""

    code = "body-too-large"
    title = msg("This is too large")
    detail = msg("At most {megabytes} MB are taken at once.")
    status = 413


class MethodNotAllowed(Refusal):
    """A program sent another method than the address takes."""

    code = "method-not-allowed"
    title = msg("Not possible here")
    detail = msg("Send {allowed} here.")
    status = 405


class OnlyByButton(MethodNotAllowed):
    """A person opened, or reloaded, an address that only takes what a form sends."""

    code = "only-by-button"
    detail = msg("This address only takes what a button sends. Go back to the page with the button and press it there.")
