"""Calls to programs of others: the certificates that are trusted are read once."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted(*, as_environment_says: bool = True) -> ssl.SSLContext:
    """
    Return what checks the certificates of others; every connection of the process shares it.

    Reading all of them took 37 ms of processor time, for every client or message. ``SSL_CERT_FILE`` and
    ``SSL_CERT_DIR`` name others in their place, unless the environment has no say.
    """
    return httpx.create_ssl_context(trust_env=as_environment_says)
