"""
How tests are dealt out to the processes of pytest-xdist: what shares something expensive together, the longest first.

pytest-xdist's own groups (``xdist_group``) do nothing under pytest 9.2, which no longer lets a plugin rename a test.
"""

from __future__ import annotations

from collections import OrderedDict

from xdist.scheduler import LoadScopeScheduling

# Tests that start processes of their own, by what they share: a demo, a zone that is broken, a bench that is run once.
# Then files with few tests that take long: by the number of their tests they would come last, and one process would
# wait for the other. About as long as they take, the longest first.
TOGETHER = {
    "browser": ("tests/browser/",),
    "demo": ("tests/demo/test_running.py",),
    "faults": ("tests/faults/",),
    "bench": ("tests/bench/test_benches.py",),
    "running": ("tests/test_running.py",),
    "sandbox": ("tests/sandbox/test_story.py",),
    "embedded": ("src/kawasan/platform/tests/test_embedded_life.py",),
    "money": ("src/kawasan/rooms/commerce/tests/test_money_property.py",),
    "making": ("src/kawasan/platform/tests/test_embedded.py",),
    "campaigns": ("src/kawasan/rooms/commerce/tests/test_campaign_histories.py",),
    "orders": ("src/kawasan/rooms/commerce/tests/test_order_histories.py",),
    "races": ("src/kawasan/rooms/commerce/tests/test_campaign_races.py",),
}


def scope_of(nodeid: str) -> str:
    """Return what a test is kept together with: a group, or the other tests of its file."""
    for name, places in TOGETHER.items():
        if nodeid.startswith(places):
            return name
    return nodeid.split("::", 1)[0]


class Scheduling(LoadScopeScheduling):
    """A group or a file at a time; long groups first, then files by the number of their tests."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

    def _assign_work_unit(self, node: object) -> None:
        groups = [name for name in TOGETHER if name in self.workqueue]
        self.workqueue = OrderedDict(
            sorted(self.workqueue.items(), key=lambda unit: groups.index(unit[0]) if unit[0] in groups else len(groups))
        )
        super()._assign_work_unit(node)
