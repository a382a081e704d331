"""A slow thinker: a long silence with signs of life before the first word."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.personalities.base import Personality
from chatgui.demo.play import Step, Wait

DEFAULT = 15.0  # seconds
MOST = 900.0


class Slow(Personality):
    """As `demo`, but waits first, with a comment every second; says everything more slowly, too."""

    name = "slow"
    sentence = "keeps you waiting before the first word; say how long, for example “think 30 s”"
    models = ("slow",)
    rate = 25.0

    def begin(self, ask: Ask) -> Iterator[Step]:
        """Comments as signs of life, a second apart."""
        wait = min(ask.number("s", "sec", "seconds", default=DEFAULT), MOST)
        for _ in range(int(wait)):
            yield b": still thinking\n\n"
            yield Wait(1.0)
        yield Wait(wait % 1.0)
        yield from super().begin(ask)
