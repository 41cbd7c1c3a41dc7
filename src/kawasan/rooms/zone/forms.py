"""Input shapes of the room's pages; what is right is decided behind the door."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kawasan.core import clock
from kawasan.core.access import BusinessRole, ZoneRole
from kawasan.core.errors import Invalid, InvalidInput, Refusal
from kawasan.core.money import parse_rupiah
from kawasan.platform.i18n import LANGUAGES
from kawasan.platform.problems import texts
from kawasan.rooms.zone import api as zone

TYPED_MAX = 200
APPLICATION_FIELDS = (
    "name",
    "legal_form",
    "nib",
    "npwp",
    "nik",
    "kbli_code",
    "regency_code",
    "district_code",
    "address",
    "phone",
    "size_basis",
    "description",
)


def choices(kind: str) -> list[tuple[str, Any]]:
    """Return the codes of a kind with their words."""
    return [(code, _(text)) for code, text in zone.LABELS[kind].items()]


def said(kind: str, code: str) -> str:
    """Return the words for a code, in the reader's language."""
    text = zone.LABELS[kind][code]
    return gettext(text)


class RefusableForm(forms.Form):
    """A form that shows what the door refused, beside the field at fault."""

    # refusal's field -> form's field, where they differ
    named: ClassVar[dict[str, str]] = {}

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal (or each of several) beside its field, or above the form."""
        for error in refusal.errors if isinstance(refusal, InvalidInput) else [refusal]:
            name = self.named.get(error.field or "", error.field)
            title, detail = texts(error)
            self.add_error(name if name in self.fields else None, f"{title}. {detail}")
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"{name}-error"}


class JoinForm(RefusableForm):
    """A business's application."""

    id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    name = forms.CharField(label=_("Name of the business"), required=False, max_length=TYPED_MAX)
    legal_form = forms.ChoiceField(label=_("Legal form"), choices=choices("legal_form"), required=False)
    nib = forms.CharField(
        label=_("NIB"), required=False, max_length=40, help_text=_("13 digits, on your certificate from oss.go.id")
    )
    npwp = forms.CharField(
        label=_("NPWP"), required=False, max_length=40, help_text=_("16 digits, or 15 on older cards")
    )
    nik = forms.CharField(
        label=_("NIK of the owner"), required=False, max_length=40, help_text=_("Only if the business has no NPWP yet")
    )
    kbli_text = forms.CharField(label=_("What does the business do?"), required=False, max_length=TYPED_MAX)
    kbli_code = forms.CharField(required=False, max_length=10)
    region_text = forms.CharField(label=_("Regency or city"), required=False, max_length=TYPED_MAX)
    regency_code = forms.CharField(required=False, max_length=10)
    district_code = forms.CharField(label=_("District"), required=False, max_length=10)
    address = forms.CharField(label=_("Address"), required=False, max_length=1000)
    phone = forms.CharField(label=_("Phone (WhatsApp)"), required=False, max_length=40)
    size_basis = forms.ChoiceField(label=_("Size is measured by"), choices=choices("size_basis"), required=False)
    size_amount = forms.CharField(
        label=_("Amount"), required=False, max_length=40, help_text=_("Micro up to 2 billion in sales, by PP 7/2021")
    )
    description = forms.CharField(
        label=_("In a few sentences, what makes it special?"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    named: ClassVar[dict[str, str]] = {"kbli_code": "kbli_text", "regency_code": "region_text"}
    KEPT: ClassVar[tuple[str, ...]] = (*APPLICATION_FIELDS, "id", "kbli_text", "region_text", "size_amount")

    def application(self) -> zone.Application | None:
        """Return what was written; where the amount is unreadable None, with every wrong field told at once."""
        try:
            return self._written(parse_rupiah(self.cleaned_data.get("size_amount") or "").minor)
        except Invalid as refusal:
            refusal.field = "size_amount"
            others = zone.wrong_fields(self._written(0), on=clock.business_day(clock.now()))
            self.refuse(InvalidInput([refusal, *(other for other in others if other.field != "size_amount")]))
            return None

    def _written(self, amount_minor: int) -> zone.Application:
        given = {name: self.cleaned_data.get(name) or "" for name in APPLICATION_FIELDS}
        return zone.Application(**given, size_amount_minor=amount_minor)


class InviteForm(RefusableForm):
    """An invitation to a business."""

    id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    email = forms.CharField(label=_("E-mail"), max_length=254, widget=forms.EmailInput)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, role.value) for role in BusinessRole], widget=forms.RadioSelect
    )

    roles: ClassVar[type[BusinessRole] | type[ZoneRole]] = BusinessRole

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels, helps = zone.LABELS["role"], zone.LABELS["role_help"]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, f"{gettext(labels[role.value])} – {gettext(helps[role.value])}")
            for role in reversed(self.roles)
        ]


def _told(role: str) -> str:
    return f"{said('role', role)} – {said('role_help', role)}"


class ZoneInviteForm(InviteForm):
    """An invitation to the zone's staff."""

    roles = ZoneRole


class KeyForm(RefusableForm):
    """A new API key."""

    name = forms.CharField(label=_("What is it for?"), max_length=TYPED_MAX)
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"), choices=choices("scope"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, zone_scopes: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [pair for pair in choices("scope") if zone_scopes or pair[0] not in zone.ZONE_SCOPES]
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]


class ReasonForm(RefusableForm):
    """Why an application is sent back, or a business suspended."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ProfileForm(RefusableForm):
    """The caller's own profile."""

    name = forms.CharField(label=_("Your name"), max_length=TYPED_MAX)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class SignUpForm(forms.Form):
    """What sign-up asks besides e-mail and password (allauth adds these fields)."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, min_length=2, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Complete the new person."""
        user.name = " ".join(self.cleaned_data["name"].split())
        user.language = get_language() or "id"
        user.joined_at = clock.now()
        user.save()
