"""How people call their business, in KBLI 2025: synonyms of single words, and everyday names with their codes."""

from __future__ import annotations

# A word people type, and the words KBLI uses for it.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "baju": ("pakaian",),
    "bengkel": ("reparasi", "perawatan"),
    "cafe": ("kafe",),
    "cake": ("kue", "bakeri"),
    "catering": ("katering", "boga"),
    "gadget": ("telekomunikasi",),
    "grosir": ("besar",),
    "handphone": ("telekomunikasi",),
    "hp": ("telekomunikasi",),
    "jual": ("perdagangan", "eceran"),
    "jualan": ("perdagangan", "eceran"),
    "kaos": ("pakaian",),
    "konveksi": ("pakaian", "konfeksi"),
    "makeup": ("kosmetik",),
    "mebel": ("furnitur",),
    "meubel": ("furnitur",),
    "online": ("daring", "internet"),
    "resto": ("restoran",),
    "roti": ("bakeri",),
    "servis": ("reparasi",),
    "skincare": ("kosmetik",),
    "toko": ("eceran",),
    "warung": ("eceran", "kedai"),
}

# All these words typed, in any order: these codes first. Each code's description was read against the name.
EVERYDAY: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = tuple(
    (frozenset(name.split()), codes)
    for name, codes in (
        ("anyaman bambu", ("16291",)),
        ("bengkel mobil", ("95311",)),
        ("bengkel motor", ("95320",)),
        ("catering", ("56290", "56210")),
        ("jahit", ("14120",)),
        ("kafe", ("56303",)),
        ("katering", ("56290", "56210")),
        ("kerajinan bambu", ("16291",)),
        ("konveksi", ("14111",)),
        ("laundry", ("96100",)),
        ("penjahit", ("14120",)),
        ("percetakan", ("18111",)),
        ("restoran", ("56101",)),
        ("rumah makan", ("56101", "56102")),
        ("salon", ("96220",)),
        ("sembako", ("47112",)),
        ("toko kelontong", ("47112",)),
        ("warung makan", ("56102", "56101")),
        ("warung kelontong", ("47112",)),
    )
)
