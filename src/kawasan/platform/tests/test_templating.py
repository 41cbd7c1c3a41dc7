"""Fixed parts of templates: drawn once for each language, the same as Django draws them, and nothing else."""

from __future__ import annotations

import pytest
from django.template import Context, Engine
from django.utils import translation

from kawasan.platform.templating import FixedNode, join

HEAD = "{% load i18n static kawasan %}{% get_current_language as LANGUAGE_CODE %}"
TEMPLATES = [
    '<a href="{% url \'account_login\' %}">{% translate "Account" %}</a>{% icon "cart" %}{{ name }}',
    '{% url "shop:home" as home %}{% url "no:such" as none %}[{{ home }}|{{ none }}|{{ LANGUAGE_CODE }}]',
    '{% translate "Account" as word %}{% if name %}{{ word }} {% translate "Cart" %}{% else %}-{% endif %}',
    '{% for one in many %}<li>{% translate "Cart" %}{{ one }}</li>{% empty %}{% translate "Account" %}{% endfor %}',
    '{% with word=name %}{% static "img/icons.svg" %}{{ word }}{% endwith %}',
    '{{ name }}{% comment %}x{% endcomment %}{% motif "books" %}',
    "{% icon name %}{% translate name %}{% static name %}{% url 'shop:product' name %}{% motif name %}",
    '{% autoescape off %}{% translate "Account" %}{{ name }}{% endautoescape %}',
]


def _engine() -> Engine:
    return Engine.get_default()


@pytest.mark.parametrize("source", TEMPLATES)
def test_a_template_with_its_fixed_parts_together_says_the_same(source: str) -> None:
    plain, joined = (_engine().from_string(HEAD + source) for _ in range(2))
    join(joined.nodelist)
    for language in ("id", "en", "zh-hans", "id"):
        with translation.override(language):
            for values in ({"name": "<b>&"}, {"name": "cart", "many": ["<a>", "b"]}, {"name": ""}):
                if "shop:product" in source and values["name"] != "cart":
                    continue
                for autoescape in (True, False):
                    contexts = [Context(values, autoescape=autoescape) for _ in range(2)]
                    assert joined.render(contexts[0]) == plain.render(contexts[1])


def test_what_depends_on_the_context_or_the_clock_is_not_fixed() -> None:
    for source in (
        "{{ name }}",
        "{% icon name %}",
        "{% translate name %}",
        "{% static name %}",
        '{% url "shop:product" name %}',
        "{% now_milliseconds %}",
        "{% csrf_token %}",
        "{% bar_link 'shop:home' 'Home' 'home' %}",
        "{% query_with a=1 %}",
        '{% translate "Account"|add:name %}',
    ):
        template = _engine().from_string(HEAD + "text" + source)
        join(template.nodelist)
        (first, *others) = template.nodelist
        assert isinstance(first, FixedNode), source
        assert not any(isinstance(node, FixedNode) for node in others), source
        assert len(others) == 1, source


def test_templates_from_files_have_their_fixed_parts_together() -> None:
    header = _engine().get_template("components/_header.html")
    assert isinstance(header.nodelist[0], FixedNode)
    assert header is _engine().get_template("components/_header.html")
