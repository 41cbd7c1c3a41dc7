"""Labels to print: what they say stands on them, also with long names."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/%3E"


@pytest.mark.parametrize(
    ("name", "seller"),
    [
        ("Kopi", "Bu Sri"),
        ("Lakban Bening Coklat 2 inch x 90 yard setara daimaru", "Rumah Tangga Sinar Abadi Sentosa Jaya"),
    ],
)
def test_every_word_of_a_label_stands_inside_it(name, seller):
    from weasyprint import HTML
    from weasyprint.formatting_structure.boxes import TextBox

    batch = SimpleNamespace(lot="TRJ-2026-11", expires_on=date(2027, 11, 10))
    told = {"batch": batch, "product": SimpleNamespace(name=name), "business": SimpleNamespace(name=seller)}
    page = HTML(string=render_to_string("trace/labels_pdf.html", told | {"picture": PICTURE, "labels": range(24)}))
    (sheet,) = page.render().pages
    labels = [
        one for one in sheet._page_box.descendants() if one.element is not None and one.element.get("class") == "label"
    ]
    assert len(labels) == 24
    for label in labels:
        texts = [one for one in label.descendants(placeholders=True) if isinstance(one, TextBox)]
        assert "TRJ-2026-11" in {one.text for one in texts}
        for one in texts:
            assert label.position_y <= one.position_y, one.text
            assert one.position_y + one.height <= label.position_y + label.margin_height(), one.text
            assert one.position_x + one.width <= label.position_x + label.margin_width(), one.text
