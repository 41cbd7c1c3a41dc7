"""A buyer asks for the invoice of an order."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kawasan.core import clock, ids
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices.forms import CustomerForm
from kawasan.rooms.invoices.pages.desk import language, new_key


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def of_order(request: HttpRequest, order_id: str) -> HttpResponse:
    """Open the invoice of an order, or ask whom it shall name."""
    actor, key = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    with transaction(actor):
        order = commerce.order(actor=actor, order_id=key)
        link = invoices.link_of_order(actor=actor, order_id=key)
    if link:
        return redirect("invoices:public", link=link)
    if order.paid_at is None:
        raise invoices.OrderNotBilled
    begin = {"key": new_key(invoices.CUSTOMER_PREFIX), "name": order.ship_to.name, "language": language()}
    form = CustomerForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                _, link = invoices.bill_order(actor=actor, order_id=key, data=form.data_of(), at=clock.now())
            return redirect("invoices:public", link=link)
        except (invoices.CustomerInvalid, invoices.OrderNotBilled, invoices.IssueDayInvalid) as refusal:
            form.add_refusal(refusal)
    shown = {"form": form, "order": order, "order_id": order_id}
    return render(request, "invoices/of_order.html", shown, status=422 if form.errors else 200)
