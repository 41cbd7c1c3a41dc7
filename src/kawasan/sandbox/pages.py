"""The sandbox bank's pages: what a payer's app shows, as plain HTML without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import quote

from kawasan.core.clock import WIB
from kawasan.core.money import Money, format_money
from kawasan.rooms.payments.rules import qris
from kawasan.rooms.payments.rules.snap import wire
from kawasan.sandbox.abroad import ends_of
from kawasan.sandbox.scenarios import Pay
from kawasan.sandbox.state import Bill
from kawasan.sandbox.texts import LANGUAGES, told

STYLES = ("tokens.css", "base.css", "components.css")
CODE_LENGTH_MAX = 600
_NAMES = {"id": "Bahasa Indonesia", "en": "English", "zh": "简体中文"}
_WRONG = (
    (Pay.LATE, "Pay too late"),
    (Pay.TWICE, "Pay twice"),
    (Pay.FAIL, "Bank refuses"),
    (Pay.SILENT, "Pay, notice gets lost"),
    (Pay.REPEATED, "Notice comes three times"),
    (Pay.DELAYED, "Notice comes late"),
    (Pay.WRONG_SIGNATURE, "Notice with a wrong signature"),
    (Pay.OUT_OF_ORDER, "Refused first, told the other way round"),
    (Pay.OTHER_AMOUNT, "Another amount"),
)
_DONE = {
    Pay.FAIL: "The bank refused, nothing was charged. The shop is told about the attempt.",
    Pay.LATE: "The bank paid after the code's end. The shop puts the money into your wallet.",
    Pay.TWICE: "The bank paid two times. One pays the bill, the other arrives in your wallet.",
    Pay.SILENT: (
        "The bank paid, but the shop does not learn of it by itself. Press “I have paid, check now” on the payment "
        "page."
    ),
}
_LEAD = "It behaves as a bank's app does: scan, check, pay. Every payment is only for practice."
_BACK = "The shop cannot take this. The money goes back to the foreign wallet, in the currency it came in."
_DONE_ABROAD = _DONE | {Pay.LATE: _BACK, Pay.TWICE: _BACK, Pay.OTHER_AMOUNT: _BACK}
# How a foreign wallet's amount travels in an address and a form.
_ABROAD = {"currency": "mata_uang", "value": "nilai", "quote": "kutipan", "ends": "sampai"}
_DONE[Pay.WRONG_SIGNATURE] = _DONE[Pay.SILENT]
_SILENT = "The bank paid, but the shop does not learn of it by itself. On its screen it can press “Ask the bank now”."
_DONE_STATIC = {
    Pay.SILENT: _SILENT,
    Pay.WRONG_SIGNATURE: _SILENT,
    Pay.TWICE: "The bank paid two times, and both arrive in the shop.",
}


@cache
def style(name: str) -> bytes | None:
    """Return a style sheet of the house."""
    return (files("kawasan.server") / "static" / "css" / name).read_bytes() if name in STYLES else None


def home(bills: Iterable[Bill], *, language: str, at: datetime) -> str:
    """Return the page where a code is pasted, and the newest bills under it."""
    say = _teller(language)
    rows = "".join(_row(bill, say, at, language) for bill in bills)
    listed = f'<ul class="stack" role="list">{rows}</ul>' if rows else _nothing(say)
    heading = f'<h2 id="bills">{say("Latest bills")}</h2>'
    parts = f'{_entry(say, language)}<section class="stack" aria-labelledby="bills">{heading}{listed}</section>'
    return _page(parts, language, path="/")


def abroad_of(given: Mapping[str, str]) -> dict[str, str] | None:
    """Return what a foreign wallet shall pay: its currency, amount and quote, as the payment page hands them over."""
    found = {name: given.get(word, "")[:40] for name, word in _ABROAD.items()}
    try:
        wire.money_of(found)
    except (wire.BadField, wire.MissingField):
        return None
    return found


def query_of(abroad: Mapping[str, str] | None) -> str:
    """Return the same as a part of an address."""
    return "".join(f"&{word}={quote(abroad[name])}" for name, word in _ABROAD.items()) if abroad else ""


def bill_page(
    bill: Bill, *, visit: str, language: str, name: str, amount_minor: int, abroad: Mapping[str, str] | None = None
) -> str:
    """Return what a bank's app shows before paying, with the ways to pay."""
    say = _teller(language)
    pairs = [("Merchant", name)]
    if bill.kind == "qris":
        code = qris.parse(bill.content)
        pairs = [("Merchant", code.merchant_name), ("City", code.merchant_city)]
    shown = "".join(
        f"<div><dt>{say(label)}</dt><dd><strong>{escape(value)}</strong></dd></div>" for label, value in pairs
    )
    if bill.kind == "qris":
        shown += f"<div><dt>NMID</dt><dd>{escape(code.nmid or '')}</dd></div>"
    else:
        shown += f'<div><dt>{say("Account")}</dt><dd class="mono">{escape(bill.content.strip())}</dd></div>'
    if bill.is_static:
        return _page(
            _static_form(bill, shown, say, visit, language), language, path=f"/bayar?kode={quote(bill.content)}"
        )
    amount, ends = _rupiah(amount_minor), bill.expires_at
    if abroad:
        shown += f"<div><dt>{say('Bill')}</dt><dd>{amount}</dd></div>"
        amount, ends = _foreign(abroad, language), min(ends, ends_of(abroad))
    shown += f'<div><dt>{say("Amount")}</dt><dd><strong class="price big">{amount}</strong></dd></div>'
    shown += f"<div><dt>{say('Ends')}</dt><dd>{ends.astimezone(WIB):%d-%m-%Y %H:%M:%S} WIB</dd></div>"
    wrong = "".join(
        f'<button class="button secondary" name="scenario" value="{how.value}">{say(label)}</button>'
        for how, label in _WRONG
    )
    form = (
        f'<form method="post" action="/bayar?lang={language}" class="form">'
        f'<input type="hidden" name="visit" value="{escape(visit)}"><input type="hidden" name="bill" value="{bill.id}">'
        f"{_hidden(abroad)}"
        f'<button class="button big wide" name="scenario" value="pay">'
        f"{say('Pay {amount}').format(amount=amount)}</button>"
        f'<div class="stack" role="group" aria-labelledby="wrong"><p class="small soft" id="wrong">'
        f"{say('Or let something go wrong')}</p>"
        f'<div class="grid" style="--least: 190px; --gap: var(--s2)">{wrong}</div></div></form>'
    )
    other = f'<a class="button quiet" href="/?lang={language}">{say("Another code")}</a>'
    heading = say("Foreign wallet: check before you pay") if abroad else say("Check before you pay")
    section = f'<section class="card stack"><h2>{heading}</h2><dl class="pairs">{shown}</dl>'
    path = f"/bayar?kode={quote(bill.content)}{query_of(abroad)}"
    return _page(f"{section}{form}{other}</section>", language, path=path)


def _static_form(bill: Bill, shown: str, say: Callable[[str], str], visit: str, language: str) -> str:
    wrong = "".join(
        f'<button class="button secondary" name="scenario" value="{how.value}">{say(label)}</button>'
        for how, label in _WRONG
        if how not in (Pay.LATE, Pay.OTHER_AMOUNT)
    )
    return (
        f'<section class="card stack"><h2>{say("Check before you pay")}</h2><dl class="pairs">{shown}</dl>'
        f'<form method="post" action="/bayar?lang={language}" class="form">'
        f'<input type="hidden" name="visit" value="{escape(visit)}"><input type="hidden" name="bill" value="{bill.id}">'
        f'<div class="field"><label for="amount">{say("How much do you pay?")}</label><div class="with-unit">'
        '<span>Rp</span><input id="amount" name="amount" inputmode="numeric" autocomplete="off" required '
        'placeholder="25.000" maxlength="20"></div></div>'
        f'<button class="button big wide" name="scenario" value="pay">{say("Pay")}</button>'
        f'<div class="stack" role="group" aria-labelledby="wrong"><p class="small soft" id="wrong">'
        f"{say('Or let something go wrong')}</p>"
        f'<div class="grid" style="--least: 190px; --gap: var(--s2)">{wrong}</div></div></form>'
        f'<a class="button quiet" href="/?lang={language}">{say("Another code")}</a></section>'
    )


def done_page(
    bill: Bill, how: Pay, *, language: str, abroad: Mapping[str, str] | None = None, amount_minor: int = 0
) -> str:
    """Return what the bank did."""
    say = _teller(language)
    tone, word = ("bad", "Refused") if how is Pay.FAIL else ("good", "Paid")
    done = _DONE_ABROAD if abroad else _DONE | _DONE_STATIC if bill.is_static else _DONE
    text = say(done.get(how, "The shop learns about it in a moment."))
    amount = _foreign(abroad, language) if abroad else _rupiah(amount_minor or bill.amount_minor)
    section = (
        '<div class="card stack" style="text-align: center; align-items: center">'
        f'<span class="status {tone}">{say(word)}</span><strong class="price big">{amount}</strong>'
        f"<p>{say('to {name}').format(name=escape(bill.name))}</p>"
        f'<p class="soft">{text}</p><p class="soft small">{say("You can close this page.")}</p>'
        f'<a class="button secondary" href="/?lang={language}">{say("Another code")}</a></div>'
    )
    return _page(section, language, path=f"/selesai?bill={bill.id}&cara={how.value}")


def refused_page(text: str, *, language: str, code: str = "") -> str:
    """Return why a code is not paid, and the field for another one."""
    say = _teller(language)
    note = f'<div class="note warm" role="alert"><span>{say(text)}</span></div>'
    return _page(note + _entry(say, language, code), language, path="/")


def _teller(language: str) -> Callable[[str], str]:
    return lambda text: escape(told(text, language), quote=False)


def _entry(say: Callable[[str], str], language: str, code: str = "") -> str:
    return (
        f'<form class="form card" method="get" action="/bayar"><input type="hidden" name="lang" value="{language}">'
        f'<div class="field"><label for="kode">{say("Paste a QRIS code or type a virtual account")}</label>'
        f'<textarea id="kode" name="kode" rows="4" spellcheck="false" autocomplete="off" maxlength="{CODE_LENGTH_MAX}" '
        f'required placeholder="000201010212…">{escape(code[:CODE_LENGTH_MAX])}</textarea>'
        f'<span class="helptext">{say("On a payment page press “Copy code” and paste it here.")}</span></div>'
        f'<div class="form-actions"><button class="button">{say("Read the code")}</button></div></form>'
    )


def _row(bill: Bill, say: Callable[[str], str], at: datetime, language: str) -> str:
    state = bill.state if bill.state != "open" or at < bill.expires_at else "over"
    where = f"/bayar?kode={quote(bill.content)}&amp;lang={language}"
    kind = "QRIS" if bill.kind == "qris" else "VA"
    amount = say("any amount") if bill.is_static else _rupiah(bill.amount_minor)
    return (
        f'<li><a class="card card-link" href="{where}"><span><b>{escape(bill.name)}</b><br>'
        f'<span class="soft small">{kind} · {amount} · {say(state)}</span></span></a></li>'
    )


def _nothing(say: Callable[[str], str]) -> str:
    why = say("As soon as a shop asks this bank for a code, it appears here.")
    return f'<div class="empty"><h3>{say("No bill yet")}</h3><p>{why}</p></div>'


def _page(content: str, language: str, *, path: str) -> str:
    say = _teller(language)
    links = "".join(f'<link rel="stylesheet" href="/static/css/{name}">' for name in STYLES)
    mark = "&amp;" if "?" in path else "?"
    plain = escape(path).replace("&amp;amp;", "&amp;")
    languages = " · ".join(
        f'<a href="{plain}{mark}lang={one}" lang="{one}"{" aria-current=true" if one == language else ""}>'
        f"{_NAMES[one]}</a>"
        for one in LANGUAGES
    )
    return (
        f'<!doctype html><html lang="{"zh-Hans" if language == "zh" else language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f'<title>{say("Practice bank")}</title>{links}</head><body><main id="main" class="wrap">'
        '<div class="narrow stack" style="--gap: var(--s5); padding-block: var(--s5)"><div class="page-head">'
        f'<span><span class="badge warm">{say("No real money")}</span></span><h1>{say("Practice bank")}</h1>'
        f'<p class="soft">{say(_LEAD)}</p></div>{content}'
        f'<nav class="small soft" aria-label="{say("Language")}">{languages}</nav></div></main></body></html>'
    )


def _foreign(abroad: Mapping[str, str], language: str) -> str:
    paid = Money.of(Decimal(abroad["value"]), abroad["currency"])
    return escape(format_money(paid, "zh-hans" if language == "zh" else language))


def _hidden(abroad: Mapping[str, str] | None) -> str:
    fields = [(word, abroad[name]) for name, word in _ABROAD.items()] if abroad else []
    return "".join(f'<input type="hidden" name="{word}" value="{escape(value)}">' for word, value in fields)


def _rupiah(minor: int) -> str:
    return escape(format_money(Money(minor)))
