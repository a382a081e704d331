"""What a chart of usage shows: days (weeks, months) as bars, models or accounts as their pieces. Numbers only, no pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chatgui.core.money import said
from chatgui.store.usage import Piece

NAMED = 6  # series with a hue of their own; the rest are one
DAYS, WEEKS = 45, 300  # days a span may have to be shown by day, or by week; else by month
TOKENS = "tokens"  # a measure; the others are currencies


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, week or month: (series, reported, estimated) from the bottom up, and its numbers in words."""

    label: str
    words: str
    pieces: tuple[tuple[int, float, float], ...]

    @property
    def height(self) -> float:
        """All of it."""
        return sum(sure + guess for _, sure, guess in self.pieces)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in order of time; `scale` are the lines to draw, as (value, words); `named` series have hues of their own."""

    bars: tuple[Bar, ...]
    series: tuple[str, ...]
    words: str
    scale: tuple[tuple[float, str], ...]
    named: int = NAMED

    @property
    def top(self) -> float:
        """The value at the upper edge."""
        return self.scale[-1][0] if self.scale else 1.0

    @property
    def guesses(self) -> bool:
        """Whether anything in it is an estimate."""
        return any(guess for bar in self.bars for _, _, guess in bar.pieces)


def measures(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """What can be shown of these: tokens, and each currency something was paid in."""
    return (TOKENS, *sorted({one.currency for one in pieces if one.currency}))


def chart_of(pieces: Sequence[Piece], measure: str, first: date | None = None, last: date | None = None) -> Chart:
    """The chart of a measure from `first` to `last` (by default as far as there is something), days without use included."""
    known = [(one, *_amounts(one, measure)) for one in pieces]
    known = [(one, sure, guess) for one, sure, guess in known if sure + guess > 0]
    if not known:
        return Chart((), (), "Nothing to show.", ())
    days = [date.fromisoformat(one.day) for one, _, _ in known]
    first, last = min(first or days[0], *days), max(last or days[0], *days)
    names, named = _series(known)
    places = {name: at for at, name in enumerate(names[:named])}
    begin, after, label = _steps((last - first).days + 1)
    sums: dict[date, dict[int, tuple[float, float]]] = {}
    for one, sure, guess in known:
        bar = sums.setdefault(begin(date.fromisoformat(one.day)), {})
        series = places.get(one.name, named)
        before = bar.get(series, (0.0, 0.0))
        bar[series] = before[0] + sure, before[1] + guess
    bars, at = [], begin(first)
    while at <= last:
        bars.append(_bar(label(at), sums.get(at, {}), names, measure))
        at = after(at)
    return Chart(
        tuple(bars), names, _outline(bars, names, measure), _scale(max(bar.height for bar in bars), measure), named
    )


def _amounts(piece: Piece, measure: str) -> tuple[float, float]:
    if measure == TOKENS:
        return piece.reported or 0, piece.estimated or 0
    if piece.currency != measure:
        return 0.0, 0.0
    guess = piece.estimated_cost or 0.0
    return max((piece.cost or 0.0) - guess, 0.0), guess


def _series(known: list[tuple[Piece, float, float]]) -> tuple[tuple[str, ...], int]:
    """Names, the largest first; how many stand for themselves. The rest is one series at the end."""
    sums: dict[str, float] = {}
    for one, sure, guess in known:
        sums[one.name] = sums.get(one.name, 0.0) + sure + guess
    names = sorted(sums, key=lambda name: (-sums[name], name))
    if len(names) <= NAMED:
        return tuple(names), len(names)
    return (*names[: NAMED - 1], f"{len(names) - NAMED + 1} others"), NAMED - 1


Step = Callable[[date], date]


def _steps(days: int) -> tuple[Step, Step, Callable[[date], str]]:
    """Where a bar begins, where the next one does, and what it is called."""
    if days <= DAYS:
        return (lambda day: day), (lambda day: day + timedelta(days=1)), (lambda day: f"{day.day} {day:%b}")
    if days <= WEEKS:
        return (
            (lambda day: day - timedelta(days=day.weekday())), (lambda day: day + timedelta(days=7)),
            (lambda day: f"Week of {day.day} {day:%b}"),
        )  # fmt: skip
    return (
        (lambda day: day.replace(day=1)), (lambda day: (day.replace(day=1) + timedelta(days=32)).replace(day=1)),
        (lambda day: f"{day:%b %Y}"),
    )  # fmt: skip


def _bar(label: str, sums: dict[int, tuple[float, float]], names: Sequence[str], measure: str) -> Bar:
    pieces = tuple((series, *sums[series]) for series in sorted(sums))
    lines = [f"{names[series]}: {_said(sure, guess, measure)}" for series, sure, guess in pieces]
    whole = _said(sum(sure for _, sure, _ in pieces), sum(guess for _, _, guess in pieces), measure)
    head = f"{label}: {whole if pieces else 'nothing'}"
    return Bar(label, "\n".join([head, *lines]) if len(lines) > 1 else head, pieces)


def _said(sure: float, guess: float, measure: str) -> str:
    def amount(value: float) -> str:
        return f"{value:,.0f} tokens" if measure == TOKENS else said(value, measure)

    if not guess:
        return amount(sure)
    return f"≈ {amount(guess)}" if not sure else f"{amount(sure)} and ≈ {amount(guess)} estimated"


def _outline(bars: Sequence[Bar], names: Sequence[str], measure: str) -> str:
    highest = max(bars, key=lambda bar: bar.height)
    what = "Tokens" if measure == TOKENS else f"Cost in {measure}"
    span = bars[0].label if len(bars) == 1 else f"{bars[0].label} to {bars[-1].label}"
    first = highest.words.split("\n", 1)[0]
    return f"{what}, {span}, by {', '.join(names)}. Most on {first}. The table has the numbers."


def _scale(highest: float, measure: str) -> tuple[tuple[float, str], ...]:
    """Three to five round numbers from 0 to just above the highest bar."""
    raw = highest / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= raw)
    if measure == TOKENS:
        step = max(step, 1.0)
    count = math.ceil(highest / step - 1e-9)
    return tuple((at * step, _rounded(at * step, measure)) for at in range(count + 1))


def _rounded(value: float, measure: str) -> str:
    if measure != TOKENS:
        return f"{value:,.2f}" if value >= 1 else f"{value:.3g}"
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
