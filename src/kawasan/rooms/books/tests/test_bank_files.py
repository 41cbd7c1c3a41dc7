"""Statements as files: four formats read strictly, each fault named with its line, nothing hostile believed."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kawasan.core.errors import Invalid
from kawasan.rooms.books.rules import bank_csv, bank_files
from kawasan.rooms.books.types import bank

CSV = """Informasi Rekening - Mutasi
No. rekening;:;1234567890

Tanggal Transaksi;Keterangan;Nama;Debit;Kredit;Saldo
02/11/2026;TRSF E-BANKING CR;PT JAYA;;1.500.000,00;11.500.000,00
03/11/2026;"BYR LISTRIK; PLN";PLN;250.000,50;;11.249.999,50
03/11/2026;BIAYA ADM;;15.000;;11.234.999,50
Saldo akhir;;;;;
"""
SIGNED = """Date,Description,Amount,Balance
2026-11-03,Rent,"100,000.00 DB","900,000.00"
2026-11-02,Sales,"1,000,000.00 CR","1,000,000.00"
"""
OFX1 = """OFXHEADER:100
DATA:OFXSGML

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>IDR<BANKACCTFROM><ACCTID>0007890</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261102120000[+7:WIB]<TRNAMT>1500000.00<FITID>A1<NAME>PT JAYA<MEMO>Faktur &amp; nota
</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261103<TRNAMT>-250000.50<FITID>A2<NAME>PLN</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1249999.50<DTASOF>20261103</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
MT940 = """{1:F01BANKIDJAXXXX}{2:I940}{4:
:20:STMT1
:25:BANKIDJA/0007890
:28C:1/1
:60F:C261101IDR0,00
:61:2611021102C1500000,00NTRFINV-1//REF9
:86:?20Faktur?21INV-1?32PT JAYA
:61:2612310101D250000,5NMSCNONREF
:86:PLN LISTRIK
NOVEMBER
:62F:C261231IDR1249999,50
-}
"""
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><Othr><Id>0007890</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">1249999.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-03</Dt></Dt></Bal>
<Ntry><Amt Ccy="IDR">1500000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-02</Dt></BookgDt>
<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>PT JAYA</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>Faktur INV-1</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="IDR">250000.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-03</Dt></BookgDt><AddtlNtryInf>PLN</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="IDR">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts><BookgDt><Dt>2026-11-03</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""  # noqa: E501


def read(text: str) -> bank.ReadStatement:
    return bank_files.read(text.encode(), None)


def rows(text: str) -> list[tuple]:
    return [(line.day.isoformat(), line.amount_minor, line.party) for line in read(text).lines]


@pytest.mark.parametrize("text", [OFX1, MT940, CAMT])
def test_each_format_says_the_same(text):
    found = read(text)
    assert [line.amount_minor for line in found.lines] == [1_500_000_00, -250_000_50]
    assert found.lines[0].day == date(2026, 11, 2)
    assert found.lines[0].party == "PT JAYA"
    assert "Faktur" in found.lines[0].text
    assert found.closing_minor == 1_249_999_50
    assert found.number.endswith("0007890")
    bank_files.check_account(found, "7890")
    with pytest.raises(bank.FileOfOtherAccount):
        bank_files.check_account(found, "1111")


def test_csv_is_guessed_from_its_headings():
    found = read(CSV)
    assert rows(CSV) == [
        ("2026-11-02", 1_500_000_00, "PT JAYA"), ("2026-11-03", -250_000_50, "PLN"), ("2026-11-03", -15_000_00, ""),
    ]  # fmt: skip
    assert found.closing_minor == 11_234_999_50
    assert found.lines[1].text == "BYR LISTRIK; PLN"
    assert rows(SIGNED) == [("2026-11-02", 1_000_000_00, ""), ("2026-11-03", -100_000_00, "")]
    assert read(SIGNED).closing_minor == 900_000_00  # newest first


def test_the_day_of_booking_is_in_the_year_nearest_to_the_value_day():
    assert read(MT940).lines[1].day == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("text", "refusal", "line"),
    [
        (CSV.replace("03/11/2026;BIAYA", "31/11/2026;BIAYA"), bank.FileDay, 7),
        (CSV.replace("15.000", "lima"), bank.FileAmount, 7),
        (CSV.replace("15.000;;11.234.999,50", "15.000"), bank.FileDamaged, 7),
        (CSV.replace("250.000,50", "250.000,505"), bank.FileAmount, 6),
        (OFX1.replace("<FITID>A2", ""), bank.FileDamaged, 8),
        (OFX1.replace("-250000.50<FITID>A2<NAME>PLN</STMTTRN>", "-250000.50"), bank.FileDamaged, 9),
        (OFX1.replace("</OFX>", ""), bank.FileDamaged, 10),
        (OFX1.replace("<CURDEF>IDR", "<CURDEF>USD"), bank.FileCurrency, 4),
        (OFX1.replace("20261103<TRNAMT>", "20261303<TRNAMT>"), bank.FileDay, 8),
        (MT940.replace("D250000,5", "D250000,6"), bank.FileDoesNotAddUp, 11),
        (MT940.replace("D250000,5N", "X250000,5N"), bank.FileDamaged, 8),
        (MT940.replace(":60F:C261101IDR0,00\n", ""), bank.FileDamaged, 5),
        (MT940[: MT940.index(":62F:")], bank.FileDamaged, 9),
        (MT940.replace("C261101IDR0", "C261101EUR0"), bank.FileCurrency, 5),
        (CAMT.replace("250000.50", "250000.51"), bank.FileDoesNotAddUp, 5),
        (CAMT.replace("</Stmt>", ""), bank.FileDamaged, 10),
        (CAMT.replace("<CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK", "<Sts>BOOK"), bank.FileDamaged, 8),
        (CAMT.replace('Ccy="IDR">1500000', 'Ccy="USD">1500000'), bank.FileCurrency, 6),
        ("halo", bank.FileUnreadable, 1),
        ("", bank.FileUnreadable, 1),
    ],
)
def test_a_broken_file_is_refused_with_the_line_and_the_reason(text, refusal, line):
    with pytest.raises(refusal) as told:
        read(text)
    assert told.value.data["line"] == line


@pytest.mark.parametrize(
    "trap",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Document>&b;</Document>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Document/>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Document>&e;</Document>',
        "<a>" * 100 + "</a>" * 100,
    ],
)
def test_hostile_xml_is_refused_before_it_is_read(trap):
    for content in (trap.encode(), trap.encode("utf-16")):
        with pytest.raises(Invalid):
            bank_files.read(b'<?xml version="1.0"?>' * (content[0] == 60) + content, None)


def test_too_much_is_refused():
    with pytest.raises(bank.FileTooLarge):
        bank_files.kind_of(b"a,b\n" * (bank.FILE_BYTES_MAX // 4 + 1))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    with contextlib.suppress(Invalid):
        assert bank_files.read(content, None).lines


@given(st.sampled_from([CSV, OFX1, MT940, CAMT]), st.integers(0, 2000), st.text(max_size=5))
def test_a_file_with_a_wrong_place_is_read_or_refused(text, place, wrong):
    with contextlib.suppress(Invalid):
        assert bank_files.read((text[:place] + wrong + text[place + 1 :]).encode(), None).lines


@given(st.integers(-(10**12), 10**12), st.sampled_from([".", ","]), st.booleans())
def test_amounts_are_read_as_banks_write_them(minor, decimal, grouped):
    other = "," if decimal == "." else "."
    whole = f"{abs(minor) // 100:,}".replace(",", other if grouped else "")
    text = f"{'-' if minor < 0 else ''}{whole}{decimal}{abs(minor) % 100:02d}"
    assert bank_csv.amount_of(text, decimal, 1) == minor
    assert bank_csv.amount_of(f"Rp {text.lstrip('-')} {'DB' if minor < 0 else 'CR'}", decimal, 1) == minor


def test_equal_lines_of_a_day_are_two_lines_with_the_same_marks_each_time():
    twice = CSV.replace("03/11/2026;BIAYA ADM;;15.000;;11.234.999,50\n", "03/11/2026;BIAYA ADM;;15.000;;1\n" * 2)
    first, again = (list(bank_files.fingerprints(read(twice).lines)) for _ in range(2))
    assert first == again
    assert len(set(first)) == 4
