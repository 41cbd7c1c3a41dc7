"""Pure rules of the zone: identifiers and their masks, sizes, KBLI, regions."""

from kawasan.rooms.zone.rules.identity import check_nib, check_nik, check_npwp, check_uscc, normalize_phone, parse_nik
from kawasan.rooms.zone.rules.kbli import broad_sector
from kawasan.rooms.zone.rules.masks import mask_account, mask_email, mask_nik, mask_npwp, mask_phone
from kawasan.rooms.zone.rules.size import risk_requirements, size_class

__all__ = [
    "broad_sector",
    "check_nib",
    "check_nik",
    "check_npwp",
    "check_uscc",
    "mask_account",
    "mask_email",
    "mask_nik",
    "mask_npwp",
    "mask_phone",
    "normalize_phone",
    "parse_nik",
    "risk_requirements",
    "size_class",
]
