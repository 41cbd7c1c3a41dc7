"""A seller gives money back without a return."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from kawasan.core import ids
from kawasan.core.errors import Refusal
from kawasan.core.money import Money, parse_rupiah
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.platform.wording import rupiah
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.pages.orders import done
from kawasan.rooms.zone import api as zone


class RefundForm(forms.Form):
    """How much goes back to the buyer, and why."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    amount = forms.CharField(
        label=_("Pay back"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=commerce.REASON_LENGTH_MAX,
        help_text=_("The buyer reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_amount(self) -> int:
        """Return the amount in minor units."""
        try:
            return parse_rupiah(self.cleaned_data["amount"]).minor
        except Refusal as refusal:
            raise forms.ValidationError(texts(refusal)[1]) from refusal


@require_http_methods(["GET", "POST"])
@signed_in
def refund(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Ask how much and why, and give it back. Sent twice, it is one refund."""
    actor, number = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        order = commerce.order(actor=actor, order_id=number)
    actor.need_business(business.id)
    if order.business_id != business.id:
        raise commerce.OrderNotFound
    form = RefundForm(request.POST or None, initial={"id": ids.public(commerce.RETURN_PREFIX, ids.uuid7())})
    most = rupiah(Money(commerce.refundable_minor(order)))
    form.fields["amount"].help_text = gettext("At most {amount}.").format(amount=most)
    back = reverse("seller:order", args=[slug, order_id])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if done(
            request,
            form,
            lambda at: commerce.refund_order(
                actor=actor, order_id=number, refund_id=ids.parse(commerce.RETURN_PREFIX, given["id"]),
                amount_minor=given["amount"], reason=given["reason"], at=at,
            ),
            gettext("The money is in the buyer's wallet."),
        ):  # fmt: skip
            return redirect(back)
    context = {
        "title": gettext("Pay money back"),
        "lead": gettext(
            "The goods stay with the buyer. It is taken from your sale; the zone gives back its fee on it."
        ),
        "form": form,
        "submit": gettext("Pay back"),
        "cancel": back,
        "business": business,
        "seller_nav": "orders",
    }
    return render(request, "form.html", context, status=422 if form.errors else 200)
