"""Bank statements: accounts, files, and one tap for each line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import Invalid, Refusal
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.bank import BankForm, ColumnsForm, FileForm, accounts_to_choose
from kawasan.rooms.books.pages.desk import context, language
from kawasan.rooms.books.pages.wording import TRANSFERS, WHY
from kawasan.rooms.zone import api as zone

LINES_SHOWN = 30
_CONFIRMING = (
    books.AlreadyMatched, books.DoesNotMatch, books.DocumentNotFound, books.DocumentOverpaid, books.EntryInvalid,
    books.KeptByZone, books.PeriodClosed, books.AlreadyCorrected, books.EntryOfStockCards,
)  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """List the bank accounts with what differs from the books; add one."""
    actor = actor_of(request)
    form = BankForm(request.POST or None, initial={"id": str(ids.uuid7())})
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = books.banks(actor=actor, business_id=business.id)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                made = books.add_bank(
                    actor=actor, business_id=business.id, bank_id=given["id"], name=given["name"],
                    number=given["number"], at=clock.now(),
                )  # fmt: skip
            return redirect("books:bank", slug=slug, bank=made.id)
        except (books.BankInvalid, books.TooManyBanks) as refusal:
            form.add_refusal(refusal)
    page = context(business, "bank", banks=found, form=form)
    return render(request, "books/banks.html", page, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest, slug: str, bank: UUID) -> HttpResponse:
    """Show an account's lines, open ones with what they most likely are; take a file in."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, slug, bank, form.cleaned_data["file"], anyhow=form.cleaned_data["anyhow"])
        except Invalid as refusal:
            form.add_refusal(refusal)
    return _bank_page(request, slug, bank, form=form, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, slug: str, bank: UUID) -> HttpResponse:
    """Ask which column of a CSV is what, and show how its first lines are understood."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        who: dict[str, Any] = {"actor": actor, "business_id": business.id, "bank_id": bank}
        name, content = books.draft(**who)
        state = books.bank_state(**who)
    guessed = books.preview_csv(content=content, columns=None)
    ticked = "anyhow" in request.GET  # beside the file, which waits here for its columns
    form = ColumnsForm(request.POST or None, rows=guessed.rows, columns=guessed.columns, anyhow=ticked)
    chosen = form.columns if request.method == "POST" and form.is_valid() else guessed.columns
    shown = books.preview_csv(content=content, columns=chosen)
    if request.method == "POST" and form.is_valid() and "import" in request.POST and shown.problem is None:
        try:
            return _import(request, slug, who | {"anyhow": form.cleaned_data["anyhow"]}, name, content, chosen)
        except Invalid as refusal:
            form.add_refusal(refusal)
    page = context(
        business, "bank", state=state, form=form, preview=shown, name=name,
        problem=texts(shown.problem)[1] if shown.problem else "",
    )  # fmt: skip
    return render(request, "books/bank_columns.html", page, status=422 if form.errors else 200)


@signed_in
@require_POST
def confirm(request: HttpRequest, slug: str, bank: UUID, line: UUID) -> HttpResponse:
    """Say what a line is. Sent twice, it is booked once."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            books.confirm_line(
                actor=actor, business_id=business.id, line_id=line, choice=_choice(request), at=clock.now()
            )
    except books.AlreadyMatched:
        pass  # the second of two taps
    except _CONFIRMING as refusal:
        return _bank_page(request, slug, bank, form=FileForm(), refusal=refusal, status=409)
    return redirect(_back(request, slug, bank))


@signed_in
@require_POST
def confirm_all(request: HttpRequest, slug: str, bank: UUID) -> HttpResponse:
    """Book every suggestion as it was shown, or none of them. Sent twice, they are booked once."""
    actor = actor_of(request)
    try:
        chosen = [_shown(text) for text in request.POST.getlist("saran")[:LINES_SHOWN]]
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            done = books.confirm_lines(actor=actor, business_id=business.id, choices=chosen, at=clock.now())
    except _CONFIRMING as refusal:
        return _bank_page(request, slug, bank, form=FileForm(), refusal=refusal, status=409)
    said = ngettext("{count} line confirmed. Each can be undone.", "{count} lines confirmed. Each can be undone.", done)
    messages.success(request, said.format(count=done))
    return redirect(f"{reverse('books:bank', args=[slug, bank])}?lihat=semua")


@signed_in
@require_POST
def undo(request: HttpRequest, slug: str, bank: UUID, line: UUID) -> HttpResponse:
    """Take back what a line was said to be."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            books.undo_match(actor=actor, business_id=business.id, line_id=line, at=clock.now())
    except _CONFIRMING as refusal:
        return _bank_page(request, slug, bank, form=FileForm(), refusal=refusal, status=409)
    messages.success(request, gettext("Undone."))
    return redirect(_back(request, slug, bank))


@signed_in
@require_GET
def lines_file(request: HttpRequest, slug: str, bank: UUID) -> HttpResponseBase:
    """Download every line of the account's statements as CSV."""
    actor, cursor, rows = actor_of(request), None, []
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        while True:
            page = books.bank_lines(
                actor=actor, business_id=business.id, bank_id=bank, cursor=cursor, limit=100, only_open=False
            )
            rows += [(x.day, Money(x.amount_minor).amount, x.party, x.text, x.match or "") for x in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    header = [gettext("Day"), gettext("Amount"), gettext("Who"), gettext("Text"), gettext("Matched")]
    return csv_response(f"rekening-koran-{business.slug}.csv", header, rows)


def _take(request: HttpRequest, slug: str, bank: UUID, file: Any, *, anyhow: bool) -> HttpResponse:
    actor, content = actor_of(request), file.read(books.FILE_BYTES_MAX + 1)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        who: dict[str, Any] = {"actor": actor, "business_id": business.id, "bank_id": bank}
        state = books.bank_state(**who)
        asks = books.needs_columns(content=content, bank=state.bank)
        if asks:
            books.keep_draft(**who, name=file.name, content=content, at=clock.now())
    if asks:
        return redirect(reverse("books:bank_columns", args=[slug, bank]) + ("?anyhow=1" if anyhow else ""))
    return _import(request, slug, who | {"anyhow": anyhow}, file.name, content, None)


def _import(
    request: HttpRequest, slug: str, who: dict[str, Any], name: str, content: bytes, chosen: books.Columns | None
) -> HttpResponse:
    with transaction(actor_of(request)):
        done = books.import_statement(
            **who, statement_id=ids.uuid7(), name=name, content=content, columns=chosen, at=clock.now()
        )
    said = gettext("{added} new lines, {repeated} were there before.")
    messages.success(request, said.format(added=done.added, repeated=done.repeated))
    if done.elsewhere:
        told = ngettext(
            "{count} line was left out: a file of another format seems to have brought it. If it is another one, tick "
            "the box and give us the file again.",
            "{count} lines were left out: a file of another format seems to have brought them. If they are others, "
            "tick the box and give us the file again.",
            done.elsewhere,
        )
        messages.warning(request, told.format(count=done.elsewhere))
    return redirect("books:bank", slug=slug, bank=who["bank_id"])


def _bank_page(
    request: HttpRequest, slug: str, bank: UUID, *, form: FileForm, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    actor, only_open = actor_of(request), request.GET.get("lihat") != "semua"
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        who: dict[str, Any] = {"actor": actor, "business_id": business.id}
        state = books.bank_state(**who, bank_id=bank)
        page = books.bank_lines(
            **who, bank_id=bank, only_open=only_open, cursor=request.GET.get("after"), limit=LINES_SHOWN
        )
        today = clock.business_day(clock.now())
        likely = books.suggestions(**who, bank_id=bank, lines=page.items, today=today)
        chart = books.chart_of(**who)
    rows = [_row(slug, line, likely.get(line.id), chart) for line in page.items]
    shown = context(
        business, "bank", state=state, form=form, only_open=only_open, next_cursor=page.next_cursor,
        rows=rows, suggested=[row for row in rows if row["likely"]],
        choices=accounts_to_choose(chart, language(), besides=state.bank.account),
        problem=texts(refusal)[1] if refusal else "",
    )  # fmt: skip
    return render(request, "books/bank.html", shown, status=status)


def _row(
    slug: str, line: books.BankLine, likely: books.Suggestion | None, chart: list[books.Account]
) -> dict[str, Any]:
    source = ""
    if line.source_id and not line.is_transfer:
        source = reverse("books:entry", args=[slug, ids.public(books.ENTRY_PREFIX, line.source_id)])
    shown = {"line": line, "source": source, "likely": likely}
    if likely is None:
        return shown
    return shown | {
        "what": _what(likely, {account.code: account for account in chart}),
        "why": gettext(WHY[likely.why]),
    }


def _what(likely: books.Suggestion, chart: dict[str, books.Account]) -> str:
    if likely.choice.account:
        return chart[likely.choice.account].name(language())
    return gettext(TRANSFERS[likely.label]) if likely.label in TRANSFERS else likely.label


def _shown(text: str) -> tuple[UUID, books.Choice]:
    """Read back a suggestion as the page wrote it: line, kind, account, source, id."""
    try:
        line, kind, account, source, found = text.split("|")
        return UUID(line), books.Choice(kind, account[:6], source[:24], UUID(found) if found else None)
    except ValueError:
        raise books.BankNotFound from None


def _choice(request: HttpRequest) -> books.Choice:
    given = request.POST
    try:
        found = UUID(given["id"]) if given.get("id") else None
    except ValueError:
        raise books.BankNotFound from None
    kind = given.get("kind", "account")
    return books.Choice(kind, given.get("account", "")[:6], given.get("source", "")[:24], found)


def _back(request: HttpRequest, slug: str, bank: UUID) -> str:
    here = reverse("books:bank", args=[slug, bank])
    return f"{here}?lihat=semua" if request.POST.get("lihat") == "semua" else here
