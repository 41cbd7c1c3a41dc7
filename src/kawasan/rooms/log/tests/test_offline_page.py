"""A proof as one page: it carries everything, may load nothing, and shows only what it found to hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from kawasan.rooms.log import api as log
from kawasan.rooms.log.rules import labels
from kawasan.rooms.log.tests.verifying import AT, holds, published, some_transfers

pytestmark = pytest.mark.django_db

# As much of a page as the script touches: elements by selector, texts, and what was shown in the end.
_PAGE = """
const made = new Map();
const element = (name) => ({ name, hidden: true, dataset: { answer: name, step: name }, children: [], textContent: "",
  append(...more) { this.children.push(...more.map((one) => one.children?.length ? one.children : one.textContent)); },
  replaceChildren() { this.children.length = 0; },
  addEventListener() {}, querySelector(inner) { return find(name + " " + inner); } });
const find = (selector) => made.get(selector) ?? made.set(selector, element(selector)).get(selector);
const answers = ["good", "bad", "unsupported"].map(element);
globalThis.document = {
  getElementById: (id) => ({ textContent: id === "labels" ? LABELS : PROOF }),
  querySelector: (selector) => Object.assign(find(selector), selector === "[data-key]" ? { value: KEY } : {}),
  querySelectorAll: (selector) => (selector === "[data-answer]" ? answers : []),
  createElement: element,
};
"""
_SAY = """
const shown = answers.filter((one) => !one.hidden).map((one) => one.name);
console.log(JSON.stringify([shown, find("[data-document] dl").children]));
"""


def _downloaded(client, token: str, language: str = "id") -> str:
    answer = client.get(f"/log/bukti/{token}.html", headers={"accept-language": language})
    assert "attachment" in answer["Content-Disposition"]
    return answer.content.decode()


def _inside(page: str, name: str) -> str:
    return re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.DOTALL)[1]


def _opened(page: str, *, proof: str | None = None, key: str) -> tuple[list[str], list[str]]:
    """Run the page's own script in Node.js, and return the answer and the lines that it shows."""
    script = re.search(r'<script type="module">(.*?)</script></body>', page, re.DOTALL)[1]
    values = {"LABELS": _inside(page, "labels"), "PROOF": proof or _inside(page, "proof-data"), "KEY": key}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    done = subprocess.run(
        ["node", "--input-type=module"], input=head + _PAGE + script + _SAY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js to run the page's script in")
def test_the_page_checks_itself_without_a_network_and_shows_what_it_found(client):
    (made,) = some_transfers(1)
    published()
    page, key = _downloaded(client, log.token_of_transfer(made.id)), log.keys()[0].vkey
    proof = json.loads(_inside(page, "proof-data"))
    assert holds(proof, key)
    shown, lines = _opened(page, key=key)
    assert shown == ["good"]
    told = dict(zip(lines[::2], lines[1::2], strict=True))
    assert told["Jumlah"][0][1] == f"Jumlah dalam satuan terkecil: {made.amount}"
    # what people say for a value stands there, and what is proved opens with a click
    assert told["Cara berpindah"] == [["Seketika", "Jenis: posted"]]
    said, proved = told["Entri buku besar"][0]
    assert said == "Hanya transfer ini"
    assert proved == f"Entri buku besar: {json.loads(proof['part']['document'])['entry']}"
    altered = json.loads(json.dumps(proof))
    altered["part"]["document"] = altered["part"]["document"].replace(f'"{made.amount}"', '"9999"')
    assert _opened(page, proof=json.dumps(altered), key=key) == (["bad"], [])
    other = key.replace("+", "x+", 1)
    assert _opened(page, key=other) == (["bad"], [])


def test_the_page_may_load_nothing_and_names_no_other_file(client):
    leaf = log.submit(kind="test.note", subject="n", body={"note": "</script><b>"}, at=AT, is_public=True)
    published()
    page = _downloaded(client, log.token_of_leaf(leaf), "zh-hans")
    assert "default-src 'none'" in page
    assert 'lang="zh-hans"' in page
    assert not re.search(r"\b(?:src|href)=|^import |url\(|https?://", page, re.MULTILINE)
    assert page.count("</script>") == 3  # the document cannot end one


def test_a_proof_that_waits_has_no_page_yet(client):
    (made,) = some_transfers(1)
    assert client.get(f"/log/bukti/{log.token_of_transfer(made.id)}.html").status_code == 409


def test_names_in_documents_are_said_in_the_readers_language(client):
    body = {"number": "F-1", "lines": [{"name": "Kopi", "unheard": 1}]}
    leaf = log.submit(kind="test.note", subject="n", body=body, at=AT, is_public=True)
    published()
    page = client.get(f"/log/bukti/{log.token_of_leaf(leaf)}", headers={"accept-language": "id"}).content.decode()
    assert "<dt>Nomor faktur</dt><dd>F-1</dd>" in page
    assert "<dt>Baris 1 › Nama</dt><dd>Kopi</dd>" in page
    assert "<dt>Baris 1 › unheard</dt><dd>1</dd>" in page
    assert labels.named("sourceList[2].source", say=str.upper) == "FROM 2 › FROM"
