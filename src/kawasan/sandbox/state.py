"""What the sandbox bank remembers: partners, bills, money. In memory, with a journal that a restart reads back."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

KEPT_MAX = 50_000  # bills and movements of money; the oldest are forgotten first
EXTERNAL_IDS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Partner:
    """A merchant that the bank knows: whom to trust, whom to tell. Two public keys may be valid at once."""

    client_id: str
    client_secret: str
    public_keys: list[str]
    profile: str = "sandbox"
    partner_id: str = ""
    name: str = "Mitra Sandbox"
    merchant_id: str = ""
    va_prefix: str = "77777"
    account_no: str = "888801000003301"
    notify_url: str = ""  # the base that /v1.0/qr/qr-mpm-notify and its like are put behind
    balance_minor: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """A QRIS code or a virtual account that somebody can pay."""

    id: str  # the bank's own number
    client_id: str
    kind: str  # qris, va
    reference: str  # the partner's number
    amount_minor: int
    content: str  # the QRIS payload, or the number of the virtual account
    name: str
    customer_no: str
    expires_at: datetime
    made_at: datetime
    state: str = "open"  # open, cancelled
    store: str = ""  # the partner's number of the shop, for a code that takes any amount

    @property
    def is_static(self) -> bool:
        """Whether it is printed once and takes any amount."""
        return self.kind == "qris" and self.amount_minor == 0


@dataclass(frozen=True, slots=True)
class Money:
    """One movement of money: into a bill, back out of it, or to a bank account."""

    id: str
    client_id: str
    kind: str  # payment, refund, transfer
    bill_id: str
    reference: str  # the partner's number: of the bill, of the refund, of the transfer
    amount_minor: int
    status: str  # a latestTransactionStatus
    at: datetime  # when the bank says that it happened
    moved_at: datetime  # when it happened by the bank's clock: what its list of movements goes by
    detail: dict[str, str] = field(default_factory=dict)


_KINDS: dict[str, type] = {"partner": Partner, "bill": Bill, "money": Money}
_T = TypeVar("_T")


class Store:
    """Everything the bank knows. Hold ``lock`` around what belongs together."""

    def __init__(self, file: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.private_key = ""
        self._partners: OrderedDict[str, Partner] = OrderedDict()
        self._bills: OrderedDict[str, Bill] = OrderedDict()
        self._money: OrderedDict[str, Money] = OrderedDict()
        self._by_reference: dict[tuple[str, str], str] = {}
        self._money_of: dict[tuple[str, str, str], list[str]] = {}  # of a bill, and of a partner's number
        self._external: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._file: IO[str] | None = None
        if file is not None:
            self._open(file)

    # Writing

    def keep(self, item: Partner | Bill | Money) -> None:
        """Remember something, in place of what had its number before."""
        with self.lock:
            self._place(item)
            self._note(item)

    def keep_key(self, private_pem: str) -> None:
        """Remember the bank's own key."""
        with self.lock:
            self.private_key = private_pem
            self._write({"kind": "key", "value": private_pem})

    def is_new_external_id(self, client_id: str, day: str, external_id: str) -> bool:
        """Remember an X-EXTERNAL-ID of a day; return whether it was not there before."""
        with self.lock:
            key = (client_id, day, external_id)
            if key in self._external:
                return False
            self._external[key] = None
            while len(self._external) > EXTERNAL_IDS_MAX:
                self._external.popitem(last=False)
            return True

    def close(self) -> None:
        """Close the journal."""
        with self.lock:
            if self._file:
                self._file.close()
                self._file = None

    # Reading

    def partners(self) -> list[Partner]:
        """Return every partner."""
        with self.lock:
            return list(self._partners.values())

    def partner(self, client_id: str) -> Partner | None:
        """Return a partner."""
        with self.lock:
            return self._partners.get(client_id)

    def bill(self, bill_id: str) -> Bill | None:
        """Return a bill by the bank's number."""
        with self.lock:
            return self._bills.get(bill_id)

    def bill_of(self, client_id: str, reference: str) -> Bill | None:
        """Return a bill by the partner's number."""
        with self.lock:
            found = self._by_reference.get((client_id, reference))
            return self._bills.get(found) if found else None

    def open_va(self, number: str) -> Bill | None:
        """Return the newest virtual account of a number, with its padding or without."""
        wanted = number.strip()
        with self.lock:
            for bill in reversed(self._bills.values()):
                if bill.kind == "va" and bill.content.strip() == wanted:
                    return bill
        return None

    def bills(self, limit: int = 20) -> list[Bill]:
        """Return the newest bills."""
        with self.lock:
            newest = iter(reversed(self._bills.values()))
            return [bill for bill, _ in zip(newest, range(limit), strict=False)]

    def money_of(self, client_id: str, *, bill_id: str = "", kind: str = "", reference: str = "") -> list[Money]:
        """Return movements of money, oldest first, narrowed by what is given."""
        with self.lock:
            names = self._money_of.get((client_id, "bill", bill_id) if bill_id else (client_id, "reference", reference))
            looked_at = names or [] if bill_id or reference else list(self._money)
            found = [self._money[name] for name in looked_at if name in self._money]
        return [
            money
            for money in found
            if money.client_id == client_id
            and (not kind or money.kind == kind)
            and (not reference or money.reference == reference)
        ]

    def change_money(self, money_id: str, **changes: Any) -> Money:
        """Change a movement of money and return it."""
        with self.lock:
            changed = replace(self._money[money_id], **changes)
            self.keep(changed)
            return changed

    # The journal

    def _open(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                self._read(line)
        # Written anew at each start, so that it does not grow with every change that is long over.
        half = file.with_suffix(".half")
        half.unlink(missing_ok=True)
        self._file = half.open("w", encoding="utf-8")
        half.chmod(0o600)
        if self.private_key:
            self._write({"kind": "key", "value": self.private_key})
        for item in self._everything():
            self._note(item)
        half.replace(file)

    def _everything(self) -> Iterator[Partner | Bill | Money]:
        yield from self._partners.values()
        yield from self._bills.values()
        yield from self._money.values()

    def _read(self, line: str) -> None:
        try:
            told = json.loads(line)
            if told["kind"] == "key":
                self.private_key = told["value"]
            else:
                self._place(_made(_KINDS[told["kind"]], told["value"]))
        except (ValueError, KeyError, TypeError):
            return  # the last line of a process that was killed may be half a line

    def _place(self, item: Partner | Bill | Money) -> None:
        if isinstance(item, Partner):
            self._partners[item.client_id] = item
        elif isinstance(item, Bill):
            self._bills[item.id] = item
            self._by_reference[(item.client_id, item.reference)] = item.id
            while len(self._bills) > KEPT_MAX:
                _, old = self._bills.popitem(last=False)
                self._by_reference.pop((old.client_id, old.reference), None)
        else:
            if item.id not in self._money:
                for kind, name in (("bill", item.bill_id), ("reference", item.reference)):
                    self._money_of.setdefault((item.client_id, kind, name), []).append(item.id)
            self._money[item.id] = item
            while len(self._money) > KEPT_MAX:
                _, gone = self._money.popitem(last=False)
                self._money_of.pop((gone.client_id, "bill", gone.bill_id), None)

    def _note(self, item: Partner | Bill | Money) -> None:
        kind = next(name for name, known in _KINDS.items() if isinstance(item, known))
        self._write({"kind": kind, "value": asdict(item)})

    def _write(self, line: dict[str, Any]) -> None:
        if self._file:
            self._file.write(json.dumps(line, default=_moment_text, ensure_ascii=False) + "\n")
            self._file.flush()


def _moment_text(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(type(value).__name__)
    return value.astimezone(UTC).isoformat()


def _made(kind: type[_T], value: dict[str, Any]) -> _T:
    moments = {one.name for one in fields(kind) if one.type == "datetime"}  # type: ignore[arg-type]
    return kind(**{name: datetime.fromisoformat(told) if name in moments else told for name, told in value.items()})
