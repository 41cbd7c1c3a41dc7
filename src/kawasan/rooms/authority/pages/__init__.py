"""The authority's pages: the live screen, the report, the digitalisation panel."""

from kawasan.rooms.authority.pages.digital import digital, digital_list
from kawasan.rooms.authority.pages.report import business, report, transfer
from kawasan.rooms.authority.pages.screen import live, publish, screen

__all__ = ["business", "digital", "digital_list", "live", "publish", "report", "screen", "transfer"]
