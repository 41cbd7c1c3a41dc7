"""The room for programs: EPCIS 2.0 under /epcis/."""

from ninja import Router

router = Router(tags=["trace"])
