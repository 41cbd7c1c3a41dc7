"""Money: whole minor units with a currency; every rounding and every split is a named function here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from kawasan.core.errors import Invalid, msg

# ISO 4217 (list one, active codes): how many digits the minor unit has. Two unless named here.
_DIGITS_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_DIGITS_3 = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS_2 = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
    CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
    TTD TWD TZS UAH USD UYU UZS VES WST YER ZAR ZMW
"""
MINOR_DIGITS: dict[str, int] = {
    code: digits for digits, codes in ((0, _DIGITS_0), (2, _DIGITS_2), (3, _DIGITS_3)) for code in codes.split()
}

# What `amount_minor bigint` can hold; an amount people type is refused well before.
MINOR_MAX = 2**63 - 1
TYPED_WHOLE_DIGITS_MAX = 15


class CurrencyMismatch(Invalid):
    """Amounts of two currencies met in one sum or comparison."""

    code = "currency-mismatch"
    title = msg("Two currencies do not add up")
    detail = msg("{left} and {right} cannot be mixed without an exchange rate.")


class UnknownCurrency(Invalid):
    """Not an active ISO 4217 code."""

    code = "unknown-currency"
    title = msg("Unknown currency")
    detail = msg("{currency} is not a currency we know. Use an ISO 4217 code such as IDR.")


class UnreadableAmount(Invalid):
    """A text that is not an amount of money as people here write it."""

    code = "unreadable-amount"
    title = msg("We cannot read this amount")
    detail = msg("Write the amount like Rp25.000 or Rp25.000,50.")


@dataclass(frozen=True, slots=True)
class Money:
    """
    An amount in the currency's smallest ISO 4217 unit (Rp1 is 100 minor).

    Adds, subtracts and compares within one currency (CurrencyMismatch otherwise) and multiplies by whole numbers.
    Rates go through ``apply_rate``, splits through ``allocate``; floats are a TypeError everywhere.
    """

    minor: int
    currency: str = "IDR"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor).__name__}")
        if self.currency not in MINOR_DIGITS:
            raise UnknownCurrency(currency=str(self.currency)[:10])

    @classmethod
    def zero(cls, currency: str = "IDR") -> Money:
        """Return nothing of a currency: the start of a sum."""
        return cls(0, currency)

    @classmethod
    def of(cls, amount: Decimal, currency: str = "IDR") -> Money:
        """Return an exact decimal amount as Money. Raises UnreadableAmount for parts finer than the currency has."""
        if not isinstance(amount, Decimal):
            raise TypeError("amounts are Decimal, never float")
        if not amount.is_finite():
            raise UnreadableAmount
        digits = minor_digits(currency)
        with localcontext(prec=60):
            minor = amount.scaleb(digits)
            if minor != minor.to_integral_value() or abs(minor) > MINOR_MAX:
                raise UnreadableAmount
        return cls(int(minor), currency)

    @property
    def amount(self) -> Decimal:
        """The exact amount in whole units, with the currency's digits: Money(2500050).amount is Decimal('25000.50')."""
        with localcontext(prec=60):
            return Decimal(self.minor).scaleb(-MINOR_DIGITS[self.currency])

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("money is multiplied by whole numbers; use apply_rate for rates")
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: object) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money meets only money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other.minor


def minor_digits(currency: str) -> int:
    """Return how many digits the minor unit has (ISO 4217: IDR 2, JPY 0, KWD 3). Raises UnknownCurrency."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise UnknownCurrency(currency=currency[:10]) from None


def rupiah(whole: int) -> Money:
    """Return whole rupiah as Money: rupiah(1500) is Rp1.500."""
    return Money(whole, "IDR") * 100


def total(amounts: Iterable[Money], currency: str = "IDR") -> Money:
    """Add amounts of one currency; nothing adds up to zero. Raises CurrencyMismatch."""
    return sum(amounts, start=Money.zero(currency))


def allocate(amount: Money, weights: Sequence[int]) -> list[Money]:
    """
    Split an amount by weights so that not one minor unit is lost.

    Each share is rounded down; the units left over go to the largest remainders, the earlier share first on a tie.
    A negative amount (a refund) splits exactly like its positive twin. Raises ValueError unless the weights are whole,
    not negative and not all zero.
    """
    whole = sum(weights)
    if any(type(weight) is not int or weight < 0 for weight in weights) or whole == 0:
        raise ValueError("weights are whole numbers of at least 0, one of them positive")
    sign = -1 if amount.minor < 0 else 1
    parts = [divmod(abs(amount.minor) * weight, whole) for weight in weights]
    shares = [share for share, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: -parts[index][1])
    for index in by_remainder[: abs(amount.minor) - sum(shares)]:
        shares[index] += 1
    return [Money(sign * share, amount.currency) for share in shares]


def apply_rate(amount: Money, rate: Decimal) -> Money:
    """Multiply by a rate and round half up (half away from zero) to the minor unit: 0.7 % is Decimal("0.007")."""
    if not isinstance(rate, Decimal):
        raise TypeError("rates are Decimal, never float")
    with localcontext(prec=80):
        return Money(int((amount.minor * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP)), amount.currency)


def round_to_whole(amount: Money) -> Money:
    """Round half up to whole units of the currency (whole rupiah)."""
    unit = 10 ** MINOR_DIGITS[amount.currency]
    sign = -1 if amount.minor < 0 else 1
    return Money(sign * ((abs(amount.minor) * 2 + unit) // (2 * unit)) * unit, amount.currency)


# Thousands and decimal marks by language. Indonesian: EYD V, "Rp" directly before the figure.
MINUS = "\N{MINUS SIGN}"
_MARKS = {"id": (".", ","), "en": (",", "."), "zh-hans": (",", ".")}
# Signs as CLDR 46 writes them in each language; a currency without a sign shows its code.
_SIGNS = {
    "id": {"IDR": "Rp", "CNY": "CN¥", "JPY": "JP¥", "USD": "US$", "EUR": "€", "GBP": "£", "SGD": "S$", "MYR": "RM"},
    "en": {"IDR": "Rp", "CNY": "CN¥", "JPY": "¥", "USD": "US$", "EUR": "€", "GBP": "£", "SGD": "S$", "MYR": "RM"},
    "zh-hans": {"IDR": "Rp", "CNY": "¥", "JPY": "JP¥", "USD": "US$", "EUR": "€", "GBP": "£", "SGD": "S$", "MYR": "RM"},
}
# Digits people expect to see. Nobody writes sen, so rupiah shows them only where there are some.
_SHOWN_WHOLE = frozenset({"IDR"})


def format_money(money: Money, language: str = "id", *, decimals: bool | None = None) -> str:
    """
    Write an amount as people of a language write it: Rp1.500.000 and Rp25.000,50 (id), Rp1,500,000 (en, zh-hans).

    Rupiah shows its two decimals only when they are not zero, other currencies always show theirs; ``decimals`` forces
    either, and without decimals the amount is rounded half up. What is below zero has a minus sign (−), not a
    hyphen: it is as wide as a plus, and no line breaks after it. Source: EYD V (2022) on numbers; CLDR 46.
    """
    language = language if language in _MARKS else "en"
    if decimals is False:
        money = round_to_whole(money)
    digits = MINOR_DIGITS[money.currency]
    whole, part = divmod(abs(money.minor), 10**digits)
    if decimals is None:
        decimals = bool(part) or money.currency not in _SHOWN_WHOLE
    thousands, point = _MARKS[language]
    figure = f"{whole:,}".replace(",", thousands)
    if decimals and digits:
        figure += f"{point}{part:0{digits}d}"
    sign = _SIGNS[language].get(money.currency, f"{money.currency}\N{NO-BREAK SPACE}")
    return f"{MINUS if money.minor < 0 else ''}{sign}{figure}"


_RUPIAH = re.compile(
    r"(?P<sign>[-\N{MINUS SIGN}]?)\s*(?:rp\.?|idr)?\s*"
    r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)"
    r"(?:,(?P<part>[0-9]{1,2}|-))?",
    re.IGNORECASE,
)


def parse_rupiah(text: str) -> Money:
    """
    Read rupiah as people write them: "Rp 25.000,50", "Rp10.000.000,00", "25.000,-", "2500".

    Dots group thousands and nothing else, a comma begins at most two decimals. "1.5", "25,000" and "1e3" are refused
    rather than guessed (UnreadableAmount).
    """
    match = _RUPIAH.fullmatch(text.strip())
    if not match or not text.isprintable():
        raise UnreadableAmount
    whole, part = match["whole"].replace(".", ""), (match["part"] or "").replace("-", "")
    if len(whole.lstrip("0")) > TYPED_WHOLE_DIGITS_MAX:
        raise UnreadableAmount
    minor = int(whole) * 100 + int(part.ljust(2, "0"))
    return Money(-minor if match["sign"] else minor, "IDR")


_WORDS = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
_SCALES = ((10**15, "kuadriliun"), (10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))


def terbilang(number: int) -> str:
    """
    Write a whole number in Indonesian words, as on receipts: 1.999 is "seribu sembilan ratus sembilan puluh sembilan".

    "Se-" stands for one before puluh, belas, ratus and ribu, not before juta (KBBI). Raises ValueError from 10^18 on.
    """
    if abs(number) >= 10**18:
        raise ValueError("no words for numbers of 10^18 and more")
    return f"minus {_words(-number)}" if number < 0 else _words(number)


def _words(number: int) -> str:
    if number < 12:
        return _WORDS[number]
    if number < 20:
        return f"{_WORDS[number - 10]} belas"
    for size, name in _SCALES:
        if number >= size:
            return _joined(_words(number // size) + f" {name}", number % size)
    for size, name in ((1000, "ribu"), (100, "ratus"), (10, "puluh")):
        if number >= size:
            head = f"se{name}" if number < 2 * size else f"{_words(number // size)} {name}"
            return _joined(head, number % size)
    raise AssertionError(number)


def _joined(head: str, rest: int) -> str:
    return f"{head} {_words(rest)}" if rest else head
