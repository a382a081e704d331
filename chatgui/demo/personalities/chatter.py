"""A flood of small pieces, to see what the window does with it."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.count import pieces
from chatgui.demo.personalities.base import Personality, Speech
from chatgui.demo.play import Step, Wait
from chatgui.demo.words import cut, rest

RATE = 500.0  # deltas per second
DURATION = 10.0  # seconds
MOST = 2_000_000  # deltas

_LINE = "Delta {n} of {total} at {rate:g} a second. "


class Chatter(Personality):
    """Counts its own deltas at the rate and for the time the request says: “2000/s for 10 s”, or “5000 deltas”."""

    name = "chatter"
    sentence = "floods the window with small pieces; say how many, for example “2000/s for 10 s”"
    models = ("chatter",)
    pause = 0.0

    def compose(self, ask: Ask) -> Speech:
        """Lines that number their first delta, a paragraph every ten."""
        rate = _rate(ask)
        total = int(
            min(ask.number("deltas", "pieces", default=rate * ask.number("s", "seconds", default=DURATION)), MOST)
        )
        lines: list[str] = []
        number = 1
        while number <= total:
            line = _LINE.format(n=number, total=total, rate=rate) + ("\n\n" if len(lines) % 10 == 9 else "")
            number += len(pieces(line.rstrip()))
            lines.append(line)
        full = "".join(pieces("".join(lines))[:total])
        return Speech("", *cut(rest(full, ask.begun), ask))

    def stream(self, ask: Ask) -> Iterator[Step]:
        """The usual stream at the rate asked for."""
        rate = _rate(ask)
        for step in super().stream(ask):
            yield Wait(1 / rate) if isinstance(step, Wait) and step.seconds else step


def _rate(ask: Ask) -> float:
    return max(ask.number("/s", "/second", "per second", "a second", default=RATE), 0.1)
