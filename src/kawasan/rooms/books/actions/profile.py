"""The tax profile, and accounts that an owner adds to the chart."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.entries import lock_desk
from kawasan.rooms.books.queries import desk
from kawasan.rooms.books.types.accounts import Account
from kawasan.rooms.books.types.desk import OWN_NAME_LENGTH_MAX, AccountCodeInvalid, AccountCodeTaken, Profile
from kawasan.rooms.books.types.tax import Taxpayer

_CODE = re.compile(r"[1-8][0-9]{3,5}")


@requires_transaction
def say_profile(
    *,
    actor: Actor,
    business_id: UUID,
    taxpayer: Taxpayer,
    registered_year: int,
    is_pkp: bool,
    reminds: bool | None = None,
) -> Profile:
    """
    Say how a business pays taxes, and whether its owners want mails before they are due (None: as before).

    The last word counts. Raises Unauthenticated, NotFound, Forbidden.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    rows = models.Desk.objects.filter(pk=business_id)
    rows.update(taxpayer=taxpayer, registered_year=registered_year, is_pkp=is_pkp)
    if reminds is not None:
        rows.update(reminds=reminds)
    return desk.profile(business_id)


@requires_transaction
def add_account(*, actor: Actor, business_id: UUID, code: str, name: str, like: str, at: datetime) -> Account:
    """
    Add an account to a business's chart, of the kind and statement line of an account beside it (``like``).

    Adding the same again changes nothing. Raises Unauthenticated, NotFound, Forbidden, AccountCodeInvalid,
    AccountCodeTaken.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    known, name = desk.accounts(business_id), name.strip()
    if like not in known or not _CODE.fullmatch(code) or not 0 < len(name) <= OWN_NAME_LENGTH_MAX or "\0" in name:
        raise AccountCodeInvalid(field="code")
    wanted = Account(code, name, name, name, known[like].kind, known[like].line, True)
    if code in known:
        if known[code] != wanted:
            raise AccountCodeTaken(field="code", account=code)
        return wanted
    models.OwnAccount.objects.create(
        business_id=business_id, code=code, name=name, kind=wanted.kind, line=wanted.line, made_at=at
    )
    return wanted
