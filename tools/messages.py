"""
Translations without GNU gettext: collect texts into each app's .po files, compile them, check that none is missing.

python tools/messages.py            collect (adds what is new, keeps what is translated, drops what is gone)
python tools/messages.py --compile  write the .mo files
python tools/messages.py --check    fail when a text has no translation or two, or a file is not up to date
"""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "kawasan"
LANGUAGES = {"id": "id", "zh_Hans": "zh_Hans"}  # English texts are the message ids themselves
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "msg": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLURALS = {"id": "nplurals=1; plural=0;", "zh_Hans": "nplurals=1; plural=0;"}


def owners() -> list[Path]:
    """Return the folders that own a locale folder: every room, the server, the intake, the platform, the core."""
    return [
        *sorted(p for p in (SOURCE / "rooms").iterdir() if p.is_dir() and p.name[0] != "_"),
        *[SOURCE / name for name in ("server", "intake", "platform", "core", "demo") if (SOURCE / name).is_dir()],
    ]


def texts(owner: Path) -> Catalog:
    """Return every text marked for translation below a folder."""
    catalog = Catalog()
    for file in sorted(owner.rglob("*")):
        if file.suffix not in (".py", ".html", ".txt") or {"tests", "migrations", "locale"} & set(file.parts):
            continue
        source = file.read_text(encoding="utf-8")
        if file.suffix != ".py":
            source = re.sub(r"(?m)^\s+(?=#|gettext)", "", templatize(source, origin=str(file)))
        for _line, found, comments, context in _extract(source, template=file.suffix != ".py"):
            catalog.add(found, context=context, auto_comments=comments)
    return catalog


def _extract(source: str, *, template: bool) -> list[tuple[int, object, list[str], str | None]]:
    if not template:
        return list(extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=("Translators:",)))
    # templatize() leaves fragments such as  gettext(u'…')  between blanked text: take the calls one by one.
    call = r"""\b(?:n?p?gettext|_)\((?:[^()'"]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*\)"""
    calls = re.findall(call, source, re.DOTALL)
    return list(extract("python", io.BytesIO("\n".join(calls).encode()), keywords=KEYWORDS))


def merged(owner: Path, language: str) -> tuple[Path, Catalog, bytes]:
    """Return an owner's catalogue with new texts added and gone ones dropped, and the bytes it should have on disk."""
    path = owner / "locale" / language / "LC_MESSAGES" / "django.po"
    old = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=language)
    new = Catalog(locale=language, charset="utf-8", project="Kawasan", fuzzy=False)
    new._num_plurals = 1  # as PLURALS says; Babel does not know it of Indonesian
    for message in texts(owner):
        if not message.id:
            continue
        before = old.get(message.id, context=message.context) or old.get(
            message.id[0] if isinstance(message.id, tuple) else message.id, context=message.context
        )
        string = before.string if before else ("" if isinstance(message.id, str) else ("",))
        new.add(message.id, string=string, context=message.context, auto_comments=message.auto_comments)
    buffer = io.BytesIO()
    write_po(buffer, new, width=110, sort_output=True, no_location=True, omit_header=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {language}\\n"\n'
        f'"Plural-Forms: {PLURALS[language]}\\n"\n\n'
    )
    return path, new, header.encode() + buffer.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """Return the texts without a translation."""
    return [str(m.id) for m in catalog if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)]


Told: TypeAlias = dict[
    tuple[str, str | None, str], dict[str, list[str]]
]  # (language, context, text) -> its translations


def note_translations(told: Told, language: str, owner: str, catalog: Catalog) -> None:
    """Remember how an owner translates each text."""
    for message in catalog:
        if message.id:
            text = message.id if isinstance(message.id, str) else message.id[0]
            translation = message.string if isinstance(message.string, str) else message.string[0]
            told.setdefault((language, message.context, text), {}).setdefault(translation, []).append(owner)


def told_apart(told: Told) -> list[str]:
    """Return what two owners translate differently: Django merges all catalogues, so one of them would win."""
    return [
        f"{language}: {text!r} has {len(by)} translations {by}: agree on one, or give one of them a context"
        for (language, _context, text), by in sorted(told.items(), key=str)
        if len(by) > 1
    ]


def main(arguments: list[str]) -> int:
    """Run one of the three modes."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    faults: list[str] = []
    told: Told = {}
    for owner in owners():
        for language in LANGUAGES:
            path, catalog, content = merged(owner, language)
            if not len(catalog):
                continue
            if "--compile" in arguments:
                if path.exists():
                    compile_one(path, language)
                continue
            if "--check" in arguments:
                note_translations(told, language, owner.name, catalog)
                faults += [f"{path.relative_to(SOURCE)}: {text!r} is not translated" for text in missing(catalog)]
                if not path.exists() or path.read_bytes() != content:
                    faults.append(f"{path.relative_to(SOURCE)}: not up to date, run tools/messages.py")
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)
            print(f"{path.relative_to(SOURCE)}: {len(catalog)} texts, {len(missing(catalog))} without translation")
    faults += told_apart(told)
    print("\n".join(faults), file=sys.stderr) if faults else None
    return 1 if faults else 0


def compile_one(path: Path, language: str) -> None:
    """Write the .mo beside a .po, if it is older."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
        return
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    half = target.with_suffix(f".{os.getpid()}")
    with half.open("wb") as file:
        write_mo(file, catalog)
    half.replace(target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
