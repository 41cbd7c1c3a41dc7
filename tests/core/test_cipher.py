"""What is encrypted can be read back by whoever has a secret of then, and by nobody else."""

from __future__ import annotations

import base64

import pytest
from cryptography.fernet import Fernet
from hypothesis import given as forall
from hypothesis import strategies as st

from kawasan.core import cipher
from kawasan.core.cipher import Box, Undecipherable

OLD, NEW = "the first secret", "the second secret"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
BOX = Box([NEW, OLD])


@forall(texts)
def test_a_text_is_read_back_and_looks_different_every_time(text):
    first, second = BOX.encrypt(text), BOX.encrypt(text)
    assert BOX.decrypt(first) == BOX.decrypt(second) == text
    assert first != second


def test_the_first_secret_encrypts_and_all_of_them_decrypt():
    assert BOX.decrypt(Box([OLD]).encrypt("Jl. Merdeka 17")) == "Jl. Merdeka 17"
    assert Box([NEW]).decrypt(BOX.encrypt("Jl. Merdeka 17")) == "Jl. Merdeka 17"
    with pytest.raises(Undecipherable):
        Box([OLD]).decrypt(BOX.encrypt("Jl. Merdeka 17"))


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_what_the_first_version_wrote_is_still_read(secret):
    written = Fernet(cipher.derived(secret, b"kawasan field encryption")).encrypt(b"Siti").decode()
    assert BOX.decrypt(written) == "Siti"
    with pytest.raises(Undecipherable):
        Box(["another one"]).decrypt(written)


def test_not_one_bit_may_be_changed():
    stored = BOX.encrypt("0812-3456-7890")
    sealed = base64.b64decode(stored[len(cipher.VERSION) :])
    for bit in range(len(sealed) * 8):
        changed = (int.from_bytes(sealed, "big") ^ 1 << bit).to_bytes(len(sealed), "big")
        with pytest.raises(Undecipherable):
            BOX.decrypt(cipher.VERSION + base64.b64encode(changed).decode())


@pytest.mark.parametrize("stored", ["", "2.", "2.!", "2.QUJD", "gAAAA", "3.QUJDREVGR0g="])
def test_what_was_never_encrypted_is_refused(stored):
    with pytest.raises(Undecipherable):
        BOX.decrypt(stored)


def test_a_salt_is_left_after_so_many_texts_and_its_texts_stay_readable(monkeypatch):
    monkeypatch.setattr(cipher, "TEXTS_A_SALT", 3)
    box = Box([NEW])
    stored = [box.encrypt(str(number)) for number in range(7)]
    salts = [base64.b64decode(text[len(cipher.VERSION) :])[:12] for text in stored]
    assert [salts.index(salt) for salt in salts] == [0, 0, 0, 3, 3, 3, 6]
    assert [Box([NEW]).decrypt(text) for text in stored] == [str(number) for number in range(7)]
