"""Which sample businesses there are and what each sells: decided from the listings alone, the same every time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from uuid import UUID

from kawasan.core import ids
from kawasan.core.checkdigits import luhn
from kawasan.demo.listings import SECTORS, Listing, listings, regency_of
from kawasan.demo.sample import words
from kawasan.rooms.zone import api as zone

PRODUCTS_MAX = 15  # of one sample business; a bigger group becomes several
RICH_PRODUCTS = 24  # the business that visitors sign in to has more to show
RICH_REGENCY = "32.73"  # and is at home in Bandung
RICH_NAME = "Busana Bu Sri"
RICH_OWNER = "Sri Rahayu"
RICH_FORM = "sole_company"  # without the allowance of individuals: every month has a tax to put aside
BUYERS = 300
WITH_WALLET = 120  # of them keep money in a wallet; the others pay each time by QRIS
APPLICANT = 9_999  # the number of the business that waits for admission

_FAMILY_OF = {category: family for family, (categories, _) in words.FAMILIES.items() for category in categories}


@dataclass(frozen=True, slots=True)
class Shop:
    """A sample business: invented, with numbers that have the right form and begin with zeros."""

    number: int
    name: str
    owner: str
    legal_form: str
    kbli_code: str
    regency_code: str
    address: str
    description: str
    annual_sales: int
    listings: tuple[Listing, ...]
    is_rich: bool = False

    @property
    def id(self) -> UUID:
        """The id of the business."""
        return ids.derived("demo.business", self.number)

    @property
    def email(self) -> str:
        """The address of the owner."""
        return "penjual@kawasan.example" if self.is_rich else f"penjual{self.number:03}@kawasan.example"

    @property
    def nib(self) -> str:
        """Thirteen digits that no authority gave out."""
        return f"{self.number:013}"

    @property
    def npwp(self) -> str:
        """Sixteen digits in the form of a company's number, the ninth fitting the eight before it."""
        body = f"{self.number:08}"
        check = next(digit for digit in "0123456789" if luhn(body + digit))
        return f"0{body}{check}000000"


@dataclass(frozen=True, slots=True)
class Buyer:
    """A simulated buyer."""

    number: int
    name: str
    regency_code: str
    address: str

    @property
    def has_wallet(self) -> bool:
        """Whether this buyer keeps money here."""
        return self.number <= WITH_WALLET

    @property
    def email(self) -> str:
        """The address of the person."""
        return f"pembeli{self.number:03}@kawasan.example"


@dataclass(frozen=True, slots=True)
class ShipTo:
    """Where a buyer's parcels go."""

    name: str
    phone: str
    address: str


def ship_to(buyer: Buyer) -> ShipTo:
    """Return where a simulated buyer lives."""
    town = zone.regency(buyer.regency_code).name
    return ShipTo(buyer.name, f"0813 0000 {buyer.number:04}", f"{buyer.address}, {town}")


def product_id(listing: Listing) -> UUID:
    """Return the id of a listing's product."""
    return ids.derived("demo.product", listing.no)


def variant_id(listing: Listing) -> UUID:
    """Return the id of a product's only variant."""
    return ids.derived("demo.variant", listing.no)


@cache
def shops() -> tuple[Shop, ...]:
    """Return every sample business; each listing belongs to exactly one. The rich one comes first."""
    groups: dict[tuple[str, str], list[Listing]] = defaultdict(list)
    for listing in listings():
        groups[regency_of(listing.location), _FAMILY_OF[listing.category]].append(listing)
    rich = max(groups, key=lambda key: (key[0] == RICH_REGENCY, len(groups[key])))
    parts = [(rich, groups[rich][:RICH_PRODUCTS])]
    for key in sorted(groups):
        rest = groups[key][RICH_PRODUCTS:] if key == rich else groups[key]
        parts += [(key, part) for part in _parts(rest)]
    taken: Counter[str] = Counter([RICH_NAME])
    return tuple(_shop(number, *key, part, taken) for number, (key, part) in enumerate(parts, start=1))


@cache
def buyers() -> tuple[Buyer, ...]:
    """Return the simulated buyers, living where the listings are."""
    homes = [regency_of(listing.location) for listing in listings()]
    made = []
    for number in range(1, BUYERS + 1):
        random = Random(f"buyer {number}")
        made.append(Buyer(number, _person(random), random.choice(homes), _address(random)))
    return tuple(made)


def applicant() -> Shop:
    """Return the business that has applied and waits for the zone's staff."""
    random = Random("applicant")
    return Shop(
        number=APPLICANT,
        name="Keripik Tempe Bu Endah",
        owner="Endah Mulyani",
        legal_form="individual",
        kbli_code="10794",
        regency_code="32.78",
        address=_address(random),
        description="Keripik tempe tipis dan renyah, digoreng dua kali sehari.",
        annual_sales=180_000_000,
        listings=(),
    )


def half(amount_minor: int) -> int:
    """Return about half of an amount, in whole rupiah where it has any."""
    return amount_minor // 200 * 100 or amount_minor


def stock_of(listing: Listing) -> int:
    """Return how many units of a listing are there at first: few of some, so that stock runs out on screen."""
    random = Random(f"stock {listing.no}")
    if random.random() < 0.06 or listing in shops()[0].listings[4::8]:
        return random.randint(2, 6)
    return random.randint(40, 400) if listing.price < 1_000_000 else random.randint(15, 60)


def weight_grams(listing: Listing) -> int:
    """Return a weight for the courier."""
    return Random(f"weight {listing.no}").choice((100, 150, 250, 300, 500, 750, 1_000, 1_500))


def _parts(group: Sequence[Listing]) -> list[list[Listing]]:
    """Cut a group evenly into as few parts of at most PRODUCTS_MAX as will do."""
    count = -(-len(group) // PRODUCTS_MAX)
    return [list(group[start::count]) for start in range(count)]


def _shop(number: int, regency: str, family: str, part: Sequence[Listing], taken: Counter[str]) -> Shop:
    random = Random(f"{regency} {family} {number}")
    category = Counter(listing.category for listing in part).most_common(1)[0][0]
    codes = SECTORS[category]
    code = codes[0] if random.random() < 0.5 else random.choice(codes)
    sales = sum(listing.price * listing.sold for listing in part) // 3  # sold over about three years
    is_rich = number == 1
    return Shop(
        number=number,
        name=RICH_NAME if is_rich else _name(random, family, taken),
        owner=RICH_OWNER if is_rich else _person(random),
        legal_form=RICH_FORM if is_rich else _legal_form(random, sales),
        kbli_code=code,
        regency_code=regency,
        address=_address(random),
        description=words.ABOUT[code[:2]],
        annual_sales=min(max(sales, 24_000_000), 49_000_000_000),
        listings=tuple(part),
        is_rich=is_rich,
    )


def _name(random: Random, family: str, taken: Counter[str]) -> str:
    while True:
        name = f"{random.choice(words.FAMILIES[family][1])} {random.choice(words.ENDINGS)}"
        taken[name] += 1
        if taken[name] == 1:
            return name


def _legal_form(random: Random, sales: int) -> str:
    if sales > 5_000_000_000:
        return random.choice(("company", "company", "cv"))
    return random.choice(("individual", "individual", "individual", "individual", "cv", "sole_company", "cooperative"))


def _person(random: Random) -> str:
    return f"{random.choice(words.GIVEN)} {random.choice(words.FAMILY_NAMES)}"


def _address(random: Random) -> str:
    return f"{random.choice(words.STREETS)} {random.randint(1, 180)}"
