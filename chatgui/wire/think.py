"""Reasoning that comes inline in the answer, between tags cut anywhere."""

from __future__ import annotations

# (opening, closing). A tag counts only where the answer begins: a `<think>` later is text about tags.
TAGS: tuple[tuple[str, str], ...] = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reason>", "</reason>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
)
OPENINGS = tuple(opening for opening, _ in TAGS)
CLOSINGS = tuple(closing for _, closing in TAGS)
CLOSING = dict(TAGS)
LONGEST = max(map(len, OPENINGS))
MOST_BLANK = 1000  # blank characters a tag may stand behind: a model caught in blank lines is no beginning

Piece = tuple[bool, str]  # (whether it is reasoning, text)


class Splitter:
    """Divides text that only grows into reasoning and answer. A possible beginning of a tag is held back until it is settled.

    With `unopened`, the text begins inside reasoning whose opening tag the model's template swallowed.
    """

    def __init__(self, *, unopened: bool = False) -> None:
        self._held = ""
        self._open = True  # still at the start of the answer: an opening tag may come
        self._unopened = unopened
        self._closings: tuple[str, ...] = ()  # not empty: inside reasoning

    @property
    def settled(self) -> bool:
        """Whether everything from here on is answer: the splitter need not be asked any more."""
        return not (self._open or self._closings or self._held)

    def feed(self, text: str) -> list[Piece]:
        """The pieces that are settled now; never empty ones."""
        text = self._held + text
        self._held = ""
        pieces: list[Piece] = []
        while text:
            if self._closings:
                text = self._inside(text, pieces)
            elif self._open:
                text = self._at_start(text, pieces)
            else:
                pieces.append((False, text))
                break
        return pieces

    def end(self) -> list[Piece]:
        """What was held back, when no more comes."""
        text, self._held = self._held, ""
        return [(bool(self._closings), text)] if text else []

    def _at_start(self, text: str, pieces: list[Piece]) -> str:
        body = text.lstrip()
        blank = len(text) - len(body)
        if (
            blank <= MOST_BLANK
            and len(body) < LONGEST
            and any(opening.startswith(body) and opening != body for opening in OPENINGS)
        ):
            # `<think>` is also how `<thinking>` does not begin, so one beginning can only become one tag.
            self._held = text
            return ""
        opening = next((one for one in OPENINGS if body.startswith(one)), "")
        if opening:
            self._open = self._unopened = False
            self._closings = (CLOSING[opening],)
            return body[len(opening) :]
        self._open = False
        if self._unopened:
            self._closings = CLOSINGS
            return text
        pieces.append((False, text))
        return ""

    def _inside(self, text: str, pieces: list[Piece]) -> str:
        found = [(at, closing) for closing in self._closings if (at := text.find(closing)) >= 0]
        if found:
            at, closing = min(found)
            if at:
                pieces.append((True, text[:at]))
            self._closings = ()
            return text[at + len(closing) :]
        keep = max(_overlap(text, closing) for closing in self._closings)
        if keep < len(text):
            pieces.append((True, text[: len(text) - keep]))
        self._held = text[len(text) - keep :]
        return ""


def _overlap(text: str, tag: str) -> int:
    """Length of the longest end of `text` that is a beginning of `tag`."""
    return next((size for size in range(min(len(text), len(tag) - 1), 0, -1) if text.endswith(tag[:size])), 0)
