"""The parts of the benches that need no database: rounds, ratios, shapes of load, charts, what refuses to run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from kawasan.bench import charts, overload, readings, running, site
from kawasan.bench.population import ACCOUNTS, Market
from kawasan.bench.running import BENCHES, Bench, Options, UnknownPart, as_text, measure


def a_bench(name: str = "any", **options) -> Bench:
    return Bench(name, None, Options(**options))  # type: ignore[arg-type]


def test_parts_take_turns_and_the_figure_is_the_median_of_the_rounds(capsys):
    bench, order = a_bench(rounds=3), []
    answers = iter([5.0, 100.0, 1.0, 300.0, 3.0, 200.0])
    bench.interleave({name: lambda name=name: order.append(name) or next(answers) for name in ("ours", "theirs")})
    assert order == ["ours", "theirs"] * 3
    assert bench.rounds == {"ours": [5.0, 1.0, 3.0], "theirs": [100.0, 300.0, 200.0]}
    assert bench.figures == {"ours": 3.0, "theirs": 200.0}


def test_a_ratio_is_taken_within_each_round():
    bench = a_bench()
    bench.rounds = {"ours": [10.0, 40.0, 30.0], "theirs": [1.0, 10.0, 5.0]}
    bench.ratio("times", "ours", "theirs")
    assert bench.figures["times"] == 6.0  # of 10, 4 and 6; the medians' ratio would not say 6 either way round


def test_only_the_parts_that_were_asked_for_are_measured(capsys):
    bench = a_bench(rounds=1, only=frozenset({"theirs"}))
    bench.interleave({"ours": lambda: 1.0, "theirs": lambda: 2.0})
    bench.ratio("times", "ours", "theirs")
    assert bench.figures == {"theirs": 2.0}
    with pytest.raises(UnknownPart, match="ours"):
        bench.interleave({"ours": lambda: 1.0})


def test_a_wrong_part_is_told_before_anything_is_set_up(monkeypatch):
    monkeypatch.setattr(running, "site", lambda _: pytest.fail("a database was started"))
    with pytest.raises(UnknownPart, match="http_hot"):
        measure("orders", Options(only=frozenset({"htpt"})))
    with pytest.raises(UnknownPart, match="no parts"):
        measure("crash", Options(only=frozenset({"kills"})))


def test_a_part_that_nobody_could_name_is_not_measured():
    bench = a_bench(name="expiry")
    with pytest.raises(UnknownPart, match="expiry"):
        bench.interleave({"lateness": lambda: 1.0})


def test_a_market_has_a_million_accounts():
    market = Market.of(ACCOUNTS)
    assert market.accounts == ACCOUNTS
    assert (market.items, market.sellers) == (10_000, 1_000)


def test_the_three_shapes_of_load_differ_as_they_should():
    market = Market.of(20_000)
    uniform, zipf, hot = (Counter(item for _, item in getattr(market, s)(20_000)) for s in ("uniform", "zipf", "hot"))
    assert set(hot) == {0}
    assert max(uniform.values()) < 200  # 100 expected of each of 200 items
    assert zipf[0] > 2_500  # 1/H(200) = 17 % of all
    assert zipf[0] / zipf[9] == pytest.approx(10, rel=0.35)


def test_a_database_that_would_not_wait_for_the_disk_is_not_measured(monkeypatch):
    found = {"fsync": "on", "synchronous_commit": "off", "full_page_writes": "on"}
    monkeypatch.setattr(site, "durability", lambda _here: found)
    with pytest.raises(site.NotDurable, match="synchronous_commit is off"):
        site.check_durable(SimpleNamespace())  # type: ignore[arg-type]


def test_a_folder_in_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "filesystem_of", lambda _folder: "tmpfs")
    with pytest.raises(site.NotDurable, match="held in memory"), site.site(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_charts_show_every_figure_they_name_in_light_and_dark():
    for name, chart in charts.CHARTS.items():
        assert name in BENCHES
        figures = {bar.figure: 10.0 * (number + 1) for number, bar in enumerate(chart.bars)}
        drawn = charts.svg(chart, figures, 'a note with <signs> & "quotes"')
        root = ElementTree.fromstring(drawn)
        texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert all(bar.label in texts for bar in chart.bars)
        assert "prefers-color-scheme: dark" in drawn


def test_the_text_for_people_names_every_part():
    answer = {
        "bench": "engine",
        "machine": {"cpu": "a processor"},
        "settings": {"rounds": 3},
        "figures": {"tpcb_tps": 1234.5},
        "rounds": {},
        "failures": ["two lost"],
    }
    text = as_text(answer)
    assert "a processor" in text
    assert "1,234.50" in text
    assert "medians of 3 rounds" in text
    assert "two lost" in text


def test_every_bench_is_told_in_its_readme():
    text = (Path(__file__).resolve().parents[2] / "bench/README.md").read_text()
    assert [name for name in BENCHES if f"`kawasan bench {name}`" not in text] == []


@pytest.mark.parametrize(("lost", "failures"), [(0, 0), (1, 1)])
def test_a_single_reading_lost_over_a_restart_of_the_broker_fails_the_bench(lost, failures):
    bench = Bench("readings", None, Options())
    readings.judge(bench, lost)
    assert bench.figures == {"mqtt_lost_over_a_restart": lost}
    assert len(bench.failures) == failures


OVERLOAD = {
    "overload_peak_orders_per_second": 1_000.0,
    "overload_offered_per_second": 2_990.0,
    "overload_to_peak": 0.81,
    "overload_p99_ms": 999.0,
    "overload_refused_p99_ms": 90.0,
    "overload_refused_share": 0.7,
    "overload_refused_bare": 0.0,
    "overload_other_errors": 0.0,
    "overload_broken": 0.0,
    "overload_rss_mib_growth_second_half": 3.0,
    "answered_lost": 0.0,
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"overload_to_peak": 0.79}, ["79% of the peak is taken, less than 80%"]),
        ({"overload_p99_ms": 1_000.0}, ["an accepted order takes 1,000 ms (p99), not under 1,000"]),
        ({"overload_refused_bare": 2.0}, ["2 refusals without Retry-After"]),
        ({"overload_other_errors": 1.0, "overload_broken": 1.0}, ["2 answers other than yes or 503, or none"]),
        ({"overload_rss_mib_growth_second_half": 33.0}, ["memory still grew by 33 MiB in the second half"]),
        ({"overload_offered_per_second": 1_500.0}, ["only 1.5 times the peak was offered"]),
        ({"overload_refused_share": 0.0, "answered_lost": 1.0}, ["nobody was refused", "1 answered orders lost"]),
    ],
)
def test_an_overload_is_judged_by_what_was_promised(changes, said):
    assert overload.judged(OVERLOAD | changes) == said
