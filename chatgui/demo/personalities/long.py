"""Very long answers, to see how the window bears them."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.count import pieces, words
from chatgui.demo.personalities.base import Personality, Speech
from chatgui.demo.words import cut, echo, rest

DEFAULT = 20_000  # characters
MOST = 50_000_000  # characters

_SECTION = """
## {n}. Section {n}

This is section {n} of a long answer. It holds the same kinds of text as every other one, so that scrolling, searching and
copying can be tried on something large. The square of {n} is {square}, its cube is {cube}; written in binary it is `{n:b}`.

- {n} is {parity}.
- Its digits add up to {digits}.
- The next section is number {next}.

| n | n² | n³ |
|--:|--:|--:|
{rows}

```python
def section(n: int = {n}) -> int:
    \"\"\"The sum of the first n numbers.\"\"\"
    return n * (n + 1) // 2  # {sum}
```

The same as a formula: $\\sum_{{k=1}}^{{{n}}} k = {sum}$.
"""


class Long(Personality):
    """As `demo`, but as long as the request says: “200 kB”, “1 MB”, “5000 words” or “80 sections”."""

    name = "long"
    sentence = "answers at length; say how much, for example “200 kB” or “5000 words”"
    models = ("long",)
    rate = 300.0

    def compose(self, ask: Ask) -> Speech:
        """Numbered sections until the size is reached."""
        reasoning = (
            f"I read the size you want in your words: {self.size(ask):,} characters.\n"
            if ask.effort and not ask.begun
            else ""
        )
        full = f"{echo(ask.whole)}\n\nHere is a long answer.\n" + "".join(_sections(ask, self.size(ask)))
        return Speech(reasoning, *cut(rest(full, ask.begun), ask, spent=len(pieces(reasoning))))

    def size(self, ask: Ask) -> int:
        """The wanted size in characters; that of whole sections or words is a guess by their mean."""
        wanted = [
            ask.number("MB", "megabytes", default=0) * 1_000_000,
            ask.number("kB", "kilobytes", default=0) * 1_000,
            ask.number("characters", "chars", default=0),
            ask.number("words", default=0) * len(_section(50)) / words(_section(50)),
            ask.number("sections", "pages", default=0) * len(_section(50)),
        ]
        return min(int(max(wanted)) or DEFAULT, MOST)


def _sections(ask: Ask, size: int) -> Iterator[str]:
    number, length = 0, 0
    while length < size:
        number += 1
        section = _section(number)
        length += len(section)
        yield section


def _section(n: int) -> str:
    rows = "\n".join(f"| {k} | {k * k} | {k**3} |" for k in range(n, n + 1 + n % 4))
    return _SECTION.format(
        n=n,
        square=n * n,
        cube=n**3,
        parity="odd" if n % 2 else "even",
        digits=sum(map(int, str(n))),
        next=n + 1,
        rows=rows,
        sum=n * (n + 1) // 2,
    )
