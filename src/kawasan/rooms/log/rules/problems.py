"""What can go wrong with an anchor or a witness, said in the reader's language: it is kept in English, as it came."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kawasan.core.errors import msg

# What stands in braces is filled in where the problem arises; ``said`` is the words of somebody else's program. What is
# made of such words alone ("HTTP 503", "eth_call: header not found") reads alike in all languages, and is not here.
_KNOWN: Final = (
    # both
    msg("no answer: {said}"),
    # a node of a chain, and the contract
    msg("HTTP {status} without JSON"),
    msg("the node is of chain {found}, not of {wanted}"),
    msg("there is no such contract at the address"),
    msg("KAWASAN_EVM_KEY is not set"),
    msg("KAWASAN_EVM_KEY is not a private key"),
    msg("KAWASAN_EVM_KEY does not own the contract (owner only)"),
    msg("KAWASAN_EVM_KEY has not enough money for the fee"),
    msg("eth-account is not installed: pip install 'kawasan[anchor]'"),
    msg("the contract holds {size} entries, or another root"),
    msg("the contract refused"),
    msg("not in a block yet: {transaction}"),
    msg("not in a block yet"),
    msg("another transaction of this key came first: {said}"),
    msg("the chain knows no such transaction"),
    msg("a transaction about something else"),
    msg("not a receipt of a transaction"),
    msg("an answer that no node gives"),
    msg("{method}: no number"),
    # a timestamp authority
    msg("no certificates to trust"),
    msg("no root among the certificates to trust"),
    msg("KAWASAN_TSA_ROOTS names no file that can be read"),
    msg("a timestamp of something else"),
    msg("an answer far too long"),
    msg("not a timestamp response"),
    msg("refused: status {said}"),
    msg("no token in the response"),
    msg("the certificate is for other uses too"),
    msg("the signature does not name its certificate"),
    msg("the signature names another certificate"),
    msg("the signer's certificate is missing"),
    msg("signature or certificates do not hold ({said})"),
    msg("cut off"),
    msg("empty where something must be"),
    # a checkpoint of ours, and a witness
    msg("there is no such checkpoint"),
    msg("it has seen {size} entries, more than there are"),
    msg("an answer that is no cosignature by its keys"),
)
_SHAPES: Final = {"status": "[0-9]{3}", "size": "[0-9]+", "found": "[0-9]+", "wanted": "[0-9]+", "method": "eth_\\w+"}


def _pattern(known: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", known)
    named = [f"(?P<{part}>{_SHAPES.get(part, '.*')})" if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("".join(named), re.DOTALL)


_PATTERNS: Final = tuple((known, _pattern(known)) for known in _KNOWN)


def problem_in_words(problem: str, *, say: Callable[[str], str]) -> str:
    """Return a problem in the reader's language; one that is not known here is shown as it came."""
    for known, pattern in _PATTERNS:
        if found := pattern.fullmatch(problem):
            return say(known).format(**found.groupdict())
    return problem
