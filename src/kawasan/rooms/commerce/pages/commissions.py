"""The zone's commissions: every one ever set, and a new one with a preview before it is set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.core.errors import NotFound, Refusal
from kawasan.platform.db import transaction
from kawasan.platform.i18n import language
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.orders import refuse
from kawasan.rooms.zone import api as zone


class CommissionForm(forms.Form):
    """A commission from a day on."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    percent = forms.DecimalField(label=_("Per cent"), min_value=0, max_value=30, max_digits=4, decimal_places=2)
    since = forms.DateField(
        label=_("From this day on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    business = forms.SlugField(
        label=_("Only for the business"), required=False, help_text=_("The last part of its shop's address.")
    )
    category = forms.ChoiceField(label=_("Only for the category"), required=False)
    product = forms.CharField(
        label=_("Only for the product"), required=False, max_length=40, help_text=_("Its number: prd_…")
    )
    authority = forms.CharField(
        label=_("Law or office"), required=False, max_length=300, help_text=_("Where the figure comes from.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def new(self) -> commerce.NewCommission:
        """Return what was typed as the door takes it. Raises NotFound for a business or product that does not exist."""
        given = self.cleaned_data
        business = zone.business_by_slug(slug=given["business"]).id if given["business"] else None
        product = ids.parse("prd", given["product"].strip()) if given["product"] else None
        return commerce.NewCommission(
            scope=commerce.Scope(business_id=business, category=given["category"] or None, product_id=product),
            basis_points=int(given["percent"] * Decimal(100)),
            since=given["since"],
            authority=given["authority"],
            note=given["note"],
        )


@require_http_methods(["GET", "POST"])
@signed_in
def commissions(request: HttpRequest) -> HttpResponse:
    """Show the commissions with their history; a new one is shown with what it would change before it is set."""
    actor, at = actor_of(request), clock.now()
    actor.need_zone()
    form = CommissionForm(request.POST or None, initial={"id": ids.public(commerce.COMMISSION_PREFIX, ids.uuid7())})
    with transaction(actor):
        categories = commerce.categories()
    form.fields["category"].choices = [("", "—"), *((one.slug, one.name_in(language())) for one in categories)]  # type: ignore[attr-defined]
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                if "set" in request.POST:
                    number = ids.parse(commerce.COMMISSION_PREFIX, form.cleaned_data["id"])
                    commerce.set_commission(actor=actor, commission_id=number, new=form.new(), at=at)
                else:
                    preview = commerce.preview_commission(actor=actor, new=form.new(), at=at)
            if preview is None:
                messages.success(request, gettext("The commission is set."))
                return redirect("shop:commissions")
        except NotFound:
            form.add_error(None, gettext("There is no such business or product."))
        except Refusal as refusal:
            refuse(form, refusal)
    with transaction(actor):
        found = commerce.commissions(actor=actor)
    context: dict[str, Any] = {
        "form": form,
        "preview": preview,
        "found": [(one, commerce.percent(one.basis_points)) for one in found],
        "today": clock.business_day(at),
        "may_act": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
        "zone_nav": "money",
        "money_nav": "commissions",
    }
    return render(request, "shop/commissions.html", context, status=422 if form.errors else 200)
