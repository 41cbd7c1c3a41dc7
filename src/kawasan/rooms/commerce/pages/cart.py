"""The cart and the checkout."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.orders import CheckoutForm, fresh_id, refuse
from kawasan.rooms.commerce.forms.vouchers import CodeForm
from kawasan.rooms.commerce.pages import shared
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.payments import api as payments

SEEN_MAX = commerce.VARIANTS_MAX
VOUCHER_TYPED_MAX = 40
WAITING = "add_to_cart"  # session key: what a stranger wanted before signing in


@require_GET
@signed_in
def cart(request: HttpRequest) -> HttpResponse:
    """Show the cart; what was chosen before signing in is added first."""
    actor = actor_of(request)
    _bring_waiting(request)
    with transaction(actor):
        shown = commerce.cart(actor=actor, at=clock.now())
        rate = exchange.shown_rate(shared.currency_of(request), at=clock.now())
    return render(request, "shop/cart.html", {"cart": shown, "shown_rate": rate})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put units into the cart; a stranger signs in first and then goes on where the button leads."""
    variant, quantity = _variant(request.POST.get("variant", "")), _whole(request.POST.get("quantity", "1"))
    request_id, seen = _uuid(request.POST.get("request_id", "")) or fresh_id(), _seen(request, variant)
    next_page = "shop:checkout" if request.POST.get("then") == "checkout" else "shop:cart"
    if actor_of(request).person_id is None:
        request.session[WAITING] = [str(variant), quantity, str(request_id), seen]
        return HttpResponseRedirect(f"{reverse('account_login')}?next={reverse(next_page)}")
    if not _try(request, lambda at: _add(request, variant, quantity, request_id, seen, at)):
        return redirect(request.POST.get("back") or "shop:cart") if _is_ours(request) else redirect("shop:cart")
    if next_page == "shop:cart":
        messages.success(request, gettext("It is in your cart, held for you for 15 minutes."))
    return redirect(next_page)


@require_POST
@signed_in
def change(request: HttpRequest, variant_id: str) -> HttpResponseBase:
    """Set a line's quantity, or one more, or one less; none of it takes the line out, what is no number is refused."""
    variant, typed = _variant(variant_id), request.POST.get("quantity", "").strip()
    quantity = _whole(typed) + {"more": 1, "less": -1}.get(request.POST.get("step", ""), 0)
    if quantity < 1 and typed.isdigit():
        return remove(request, variant_id)
    _try(
        request,
        lambda at: commerce.change_cart(actor=actor_of(request), variant_id=variant, quantity=quantity, at=at),
    )
    return redirect("shop:cart")


@require_POST
@signed_in
def remove(request: HttpRequest, variant_id: str) -> HttpResponse:
    """Take a line out."""
    variant = _variant(variant_id)
    _try(request, lambda at: commerce.remove_from_cart(actor=actor_of(request), variant_id=variant, at=at))
    return redirect("shop:cart")


@require_POST
@signed_in
def hold_again(request: HttpRequest) -> HttpResponse:
    """Hold again what has run out."""
    _try(request, lambda at: commerce.hold_cart_again(actor=actor_of(request), at=at))
    return redirect("shop:cart")


@require_http_methods(["GET", "POST"])
@signed_in
def checkout(request: HttpRequest) -> HttpResponse:
    """Ask for address and method, and place the orders of the whole cart."""
    actor, is_trial = actor_of(request), "try" in request.POST
    _bring_waiting(request)
    code = CodeForm(request.POST or None)
    form = CheckoutForm(None if is_trial else request.POST or None, initial=_initial(request))
    if request.method == "POST" and not is_trial and form.is_valid() and (answer := _order(request, form, code)):
        return answer
    discount = _discount(request, code)
    with transaction(actor):
        shown = commerce.cart(actor=actor, at=clock.now())
        wallet = payments.wallet_balance(person_id=actor.need_person())
    if not shown.lines:
        return redirect("shop:cart")
    context: dict[str, Any] = {
        "cart": shown,
        "form": form,
        "wallet_minor": wallet,
        "code": code,
        "discount": discount,
        "total_minor": discount.total_minor if discount else shown.total_minor,
    }
    status = 422 if form.is_bound or code.errors else 200
    return render(request, "shop/checkout.html", context, status=status)


def _discount(request: HttpRequest, code: CodeForm) -> commerce.Discount | None:
    """Return what the typed voucher takes off the lines that the buyer sees, or say beside it why nothing."""
    typed = request.POST.get("voucher", "").strip()
    if not typed or not code.is_valid():
        return None
    actor, at = actor_of(request), clock.now()
    try:
        with transaction(actor):
            return commerce.try_voucher(actor=actor, code=typed, lines=_wanted(request), at=at, from_cart=True)
    except Refusal as refusal:
        if refusal.field == "voucher" and not code.errors:
            refuse(code, refusal)
        return None


def _order(request: HttpRequest, form: CheckoutForm, code: CodeForm) -> HttpResponse | None:
    actor = actor_of(request)
    try:
        with transaction(actor):
            group = commerce.place_orders(
                actor=actor,
                group_id=form.cleaned_data["group_id"],
                lines=_wanted(request),
                method=commerce.Method(form.cleaned_data["method"]),
                ship_to=form.ship_to(),
                at=clock.now(),
                from_cart=True,
                voucher=request.POST.get("voucher", "")[:VOUCHER_TYPED_MAX],
            )
    except Refusal as refusal:
        refuse(code if refusal.field == "voucher" and code.is_valid() else form, refusal)
        return None
    if group.payment_id:
        return redirect("pay:payment", ids.public("pay", group.payment_id))
    messages.success(request, gettext("Thank you! Your order is paid, and the sellers have been told."))
    if len(group.orders) == 1:
        return redirect("shop:order", ids.public(commerce.ORDER_PREFIX, group.orders[0].id))
    return redirect("shop:orders")


def _initial(request: HttpRequest) -> dict[str, Any]:
    if request.method == "POST":
        return {name: request.POST.get(name, "") for name in CheckoutForm.base_fields}
    actor = actor_of(request)
    with transaction(actor):
        last = commerce.last_ship_to(actor=actor)
    known = {"name": last.name, "phone": last.phone, "address": last.address} if last else {"name": actor.name}
    return known | {"group_id": fresh_id(), "method": commerce.Method.QRIS.value}


def _wanted(request: HttpRequest) -> list[commerce.Wanted]:
    """Read the lines that the buyer saw: variant, quantity and price, as the form carries them."""
    wanted = []
    for line in request.POST.getlist("line")[: commerce.LINES_MAX + 1]:
        variant, _, rest = line.partition(" ")
        quantity, _, price = rest.partition(" ")
        wanted.append(commerce.Wanted(_variant(variant), _whole(quantity), _whole(price)))
    return wanted


def _seen(request: HttpRequest, variant: UUID) -> int | None:
    """Read the price of a variant as the product's page showed it: one field for each variant."""
    for line in request.POST.getlist("seen")[:SEEN_MAX]:
        key, _, price = line.partition(" ")
        if _variant(key) == variant:
            return _whole(price)
    return None


def _bring_waiting(request: HttpRequest) -> None:
    """Put into the cart what was chosen before signing in."""
    if waiting := request.session.pop(WAITING, None):
        variant, quantity, request_id, seen = (*waiting, None)[:4]
        _try(request, lambda at: _add(request, UUID(variant), quantity, UUID(request_id), seen, at))


def _add(
    request: HttpRequest, variant: UUID, quantity: int, request_id: UUID, seen: int | None, at: Any
) -> commerce.Cart:
    return commerce.add_to_cart(
        actor=actor_of(request), variant_id=variant, quantity=quantity, request_id=request_id, seen_minor=seen, at=at
    )


def _try(request: HttpRequest, act: Any) -> bool:
    """Do one thing in one transaction; say on the next page why not."""
    try:
        with transaction(actor_of(request)):
            act(clock.now())
    except Refusal as refusal:
        messages.error(request, texts(refusal)[1])
        return False
    return True


def _variant(text: str) -> UUID:
    found = _uuid(text)
    if found is None:
        return ids.parse("var", text)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _whole(text: str) -> int:
    """Read a whole number as typed; what is none is refused as a quantity of zero."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def _is_ours(request: HttpRequest) -> bool:
    back = request.POST.get("back", "")
    return back.startswith("/") and not back.startswith(("//", "/\\"))
