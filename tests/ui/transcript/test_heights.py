"""Heights: sums that are always right, whatever was put, spliced or estimated."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatgui.ui.transcript.heights import CHUNK, Heights

few = st.lists(st.integers(0, 500), min_size=1, max_size=3 * CHUNK)


def of(values: list[int]) -> Heights:
    """Heights with these values."""
    heights = Heights()
    for value in values:
        heights.append(value)
    return heights


@given(few, st.data())
def test_sums_and_places_are_those_of_a_plain_list(values: list[int], data: st.DataObject) -> None:
    heights = of(values)
    for _ in range(5):
        at = data.draw(st.integers(0, len(values) - 1))
        values[at] = data.draw(st.integers(0, 900))
        heights.put(at, values[at])
    assert heights.total == sum(values)
    at = data.draw(st.integers(0, len(values)))
    assert heights.top(at) == sum(values[:at])
    if heights.total:
        y = data.draw(st.integers(0, heights.total - 1))
        index, into = heights.find(y)
        assert sum(values[:index]) + into == y
        assert 0 <= into < values[index]


@given(few, st.lists(st.integers(0, 99), max_size=600), st.data())
def test_things_can_be_put_in_the_place_of_others(values: list[int], others: list[int], data: st.DataObject) -> None:
    heights = of(values)
    start = data.draw(st.integers(0, len(values)))
    stop = data.draw(st.integers(start, len(values)))
    heights.splice(start, stop, others)
    values[start:stop] = others
    assert [heights[n] for n in range(len(heights))] == values
    assert heights.total == sum(values)
    heights.append(7)
    assert heights.total == sum(values) + 7


def test_guesses_are_bettered_from_the_end_and_never_over_what_was_measured() -> None:
    heights = Heights(3 * CHUNK, 100)
    heights.put(5, 42)
    assert heights.refine(lambda _: 10)
    assert heights.total == 2 * CHUNK * 100 - 58 + CHUNK * 10
    while heights.refine(lambda _: 10):
        pass
    assert heights.total == (3 * CHUNK - 1) * 10 + 42


def test_a_place_outside_is_the_nearest_end() -> None:
    heights = of([10, 20])
    assert heights.find(-5) == (0, 0)
    assert heights.find(99) == (1, 20)
    assert Heights().find(3) == (-1, 0)
