"""What a test process makes once, as a web server does, instead of once for each test."""

from __future__ import annotations

import gc
import sys
from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.signals import setting_changed
from django.test.client import ClientHandler

# Everything that `BaseHandler.load_middleware` makes.
_MADE = ("_view_middleware", "_template_response_middleware", "_exception_middleware", "_middleware_chain")
_chain: dict[str, Any] = {}
RECURSION_LIMIT = 1_000  # Python's own


def share_middleware() -> None:
    """
    Let every test client use one chain of middleware.

    A client of Django's makes its own with its first request, for which WhiteNoise looks at every static file: ten
    milliseconds, several times in many tests. A changed setting has the chain made anew.
    """
    ClientHandler.load_middleware = _load_once  # type: ignore[method-assign]
    setting_changed.connect(lambda **_: _chain.clear(), weak=False)


def _load_once(handler: ClientHandler) -> None:
    if not _chain:
        BaseHandler.load_middleware(handler)
        _chain.update({name: getattr(handler, name) for name in _MADE})
    vars(handler).update(_chain)


def spare_what_stays() -> None:
    """Keep what is there for as long as the process, six thousand tests and all modules, out of garbage collections."""
    gc.collect()
    gc.freeze()


def limit_recursion() -> None:
    """
    Put back Python's limit of recursion, which py-evm raises for the whole process when it is imported.

    With its limit a body nested 100,000 deep ends the process, where it is refused otherwise.
    """
    sys.setrecursionlimit(RECURSION_LIMIT)
