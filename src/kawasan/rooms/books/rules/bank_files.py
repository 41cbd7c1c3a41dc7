"""Statements as files: which format it is, its text, and a fingerprint for every line."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from kawasan.rooms.books.rules import bank_camt, bank_csv, bank_mt940, bank_ofx
from kawasan.rooms.books.types.bank import (
    FILE_BYTES_MAX,
    FILE_LINES_MAX,
    Columns,
    FileDamaged,
    FileKind,
    FileOfOtherAccount,
    FileTooLarge,
    FileUnreadable,
    ReadLine,
    ReadStatement,
)


def kind_of(content: bytes) -> FileKind:
    """Return the format by what the file holds, whatever it is called. Raises FileTooLarge, FileUnreadable."""
    if len(content) > FILE_BYTES_MAX:
        raise too_large()
    text = text_of(content)[:20_000]
    if "<OFX" in text.upper():
        return FileKind.OFX
    if text.lstrip().startswith("<"):
        return FileKind.CAMT
    if re.search(r"^:(?:20|25|60F):", text, re.MULTILINE):
        return FileKind.MT940
    if not text.strip() or "\0" in text or not re.search(r"[;,\t|]", text):
        raise FileUnreadable(field="file", line=1)
    return FileKind.CSV


def text_of(content: bytes) -> str:
    """Return a file's text: UTF-8, or what old bank programs write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(content: bytes, columns: Columns | None) -> ReadStatement:
    """Return what a file says; a CSV needs its columns. Raises the refusals of its format, FileTooLarge."""
    kind = kind_of(content)
    if kind is FileKind.CAMT:
        found = bank_camt.read(content)
    elif kind is FileKind.OFX:
        found = bank_ofx.read(text_of(content))
    elif kind is FileKind.MT940:
        found = bank_mt940.read(text_of(content))
    else:
        rows = bank_csv.rows_of(text_of(content))
        found = bank_csv.read(rows, columns or bank_csv.guess(rows))
    if not found.lines:
        raise FileDamaged(field="file", line=1, what=kind.value)
    if len(found.lines) > FILE_LINES_MAX:
        raise too_large()
    return found


def check_account(found: ReadStatement, ending: str) -> None:
    """Raise FileOfOtherAccount where the file names an account with another ending."""
    digits = re.sub(r"\W", "", found.number)
    if digits and not digits.endswith(ending):
        raise FileOfOtherAccount(field="file", theirs=digits[-4:], ours=ending)


def fingerprints(lines: tuple[ReadLine, ...]) -> Iterator[bytes]:
    """
    Yield what tells each line from every other of its account, the same whenever the file is read again.

    Lines that look the same on one day are counted: two equal purchases are two lines.
    """
    seen: Counter[str] = Counter()
    for line in lines:
        text = " ".join(re.findall(r"\w+", f"{line.text} {line.party} {line.reference}".lower()))
        content = f"{line.day}|{line.amount_minor}|{line.key or text}"
        seen[content] += 1
        yield hashlib.sha256(f"{content}|{seen[content]}".encode()).digest()


def known_elsewhere(lines: Sequence[ReadLine], others: Iterable[ReadLine]) -> set[int]:
    """
    Return the places (in ``lines``) of those that are among ``others``, which came by files of another format.

    Formats of one bank word the same line differently, so it is the same where day and amount are equal and the shorter
    wording has at least half of its words in the longer one, or one of them has no words. Each of the others stands
    for one line: twins of a file stay two.
    """
    waiting: dict[tuple[date, int], list[set[str]]] = defaultdict(list)
    for line in others:
        waiting[line.day, line.amount_minor].append(_words(line))
    found = set()
    for place, line in enumerate(lines):
        there, words = waiting[line.day, line.amount_minor], _words(line)
        best = max(there, key=lambda other: _alike(words, other), default=None)
        if best is not None and 2 * _alike(words, best) >= 1:
            there.remove(best)
            found.add(place)
    return found


def _words(line: ReadLine) -> set[str]:
    text = f"{line.text} {line.party} {line.reference}".lower()
    return {word for word in re.findall(r"[^\W_]+", text) if len(word) > 1}


def _alike(one: set[str], other: set[str]) -> Fraction:
    fewest = min(len(one), len(other))
    return Fraction(len(one & other), fewest) if fewest else Fraction(1, 2)


def too_large() -> FileTooLarge:
    """Return the refusal of a file over the limits."""
    return FileTooLarge(field="file", megabytes=FILE_BYTES_MAX // 1024**2, lines=FILE_LINES_MAX)
