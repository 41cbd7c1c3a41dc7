"""Templates whose fixed parts are drawn once for each language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, TypeVar

from django.template import Context, Node, NodeList, Template
from django.template.base import FilterExpression, TextNode, Variable
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.template.loaders.base import Loader as BaseLoader
from django.templatetags.i18n import GetCurrentLanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# Note [What of a template is fixed]
# More than half of a page's template says the same each time: texts, {% translate "…" %}, {% url 'shop:cart' %},
# {% static %}, {% icon "cart" %}. With nothing of the context in their arguments they depend on the language and on
# whether the template escapes, and on nothing else. What stands side by side of these becomes one node here, which
# draws it once for each language and remembers the text, and the variables that ``as`` set. Nodes that are not named
# below are left as they are; a tag of ours is fixed if it says so (``fixed``).
_CHILDREN = ("nodelist", "nodelist_loop", "nodelist_empty")

Tag = TypeVar("Tag", bound=Callable[..., Any])


def fixed(tag: Tag) -> Tag:
    """Say of a simple tag that its answer depends on its arguments and the language only."""
    tag.is_fixed = True  # type: ignore[attr-defined]
    return tag


class _Joining(BaseLoader):
    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        join(template.nodelist)
        return template


class Loader(cached.Loader, _Joining):
    """Django's loader that remembers templates, with their fixed parts put together."""


class FixedNode(Node):
    """Nodes side by side that say the same each time, drawn once for each language."""

    child_nodelists = ()

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = NodeList(nodes)
        self._names = [name for name in map(_name_set, self._nodes) if name]
        self._known: dict[tuple[str | None, bool], tuple[SafeString, dict[str, Any]]] = {}

    def render(self, context: Context) -> SafeString:
        """Return the text, and set the variables that its tags set."""
        key = (get_language(), context.autoescape)
        known = self._known.get(key)
        if known is None:
            text = self._nodes.render(context)
            known = self._known[key] = text, {name: context[name] for name in self._names}
        for name, value in known[1].items():
            context[name] = value
        return known[0]


def join(nodes: NodeList) -> None:
    """Put the fixed nodes of a list, and of every list below it, together."""
    for node in nodes:
        for name in _CHILDREN:
            if not isinstance(node, IfNode) and isinstance(children := getattr(node, name, None), NodeList):
                join(children)
        for _, children in node.conditions_nodelists if isinstance(node, IfNode) else ():
            join(children)
    joined: list[Node] = []
    for is_fixed, run in groupby(nodes, _is_fixed):
        found = list(run)
        joined += [FixedNode(found)] if is_fixed and any(not isinstance(node, TextNode) for node in found) else found
    nodes[:] = joined


def _is_fixed(node: Node) -> bool:
    if isinstance(node, TextNode | CommentNode | LoadNode | GetCurrentLanguageNode):
        return True
    if isinstance(node, TranslateNode):
        return _is_constant(node.filter_expression) and node.message_context is None
    if isinstance(node, StaticNode):
        return type(node) is StaticNode and _is_constant(node.path)
    if isinstance(node, URLNode):
        return all(map(_is_constant, (node.view_name, *node.args, *node.kwargs.values())))
    if type(node) is SimpleNode:
        return getattr(node.func, "is_fixed", False) and all(map(_is_constant, (*node.args, *node.kwargs.values())))
    return False


def _is_constant(given: FilterExpression) -> bool:
    return not given.filters and not (isinstance(given.var, Variable) and given.var.lookups is not None)


def _name_set(node: Node) -> str | None:
    """Return the variable that a tag sets, if it does."""
    for name in ("asvar", "target_var", "varname", "variable"):
        if found := getattr(node, name, None):
            return str(found)
    return None
