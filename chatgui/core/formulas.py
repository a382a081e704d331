"""Where LaTeX maths stands in Markdown: `$ $`, `$$ $$`, `\\( \\)`, `\\[ \\]` and environments such as `\\begin{align}`, outside code,
with prices left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MASK = "\ufdd0"  # a noncharacter: stands in for each character of a formula while Markdown is parsed
INLINE_LIMIT = 2_000  # characters; longer than any formula people write within a sentence
DISPLAY_LIMIT = 20_000

_ENVIRONMENT = r"\\begin\{((?:equation|align|alignat|gather|multline|eqnarray)\*?)\}"
_TOKEN = re.compile(
    rf"(?P<environment>{_ENVIRONMENT})|"
    r"(?m:^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<fence>`{3,}|~{3,}))|\\.|`+|\$\$|\$",
    re.DOTALL,
)
_BLANK = re.compile(r"\n[ \t>]*(?:\n|`{3}|~{3})")  # a blank line, or a fence: no formula reaches across
_PRICE = re.compile(r"\d[\d.,]*(?:$|[ ,;:!?)].*(?<!\\)\b[A-Za-z]{2,})", re.DOTALL)  # “5”, “5, and US”
_LINE_HEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?")
_SAYS = re.compile(r"[^\W_]")
_LATEX_SIGNS = re.compile(r"[\\=^_+{}]")
_SURELY_LATEX = re.compile(r"\\[A-Za-z]|\^\S|_\{|(?<![^\W_])[A-Za-z]_[^\W_](?!\w)")
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,} +[A-Za-z]{2,}")
_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n|`{3}|~{3})")  # the same at the top level
# at the head of a line: display maths that interrupts a paragraph
OPENER = re.compile(rf" {{0,3}}(\$\$|\\\[|{_ENVIRONMENT})")


@dataclass(frozen=True, slots=True)
class Formula:
    """Maths at `start:end` of a text, delimiters included; `latex` is what stands between them."""

    start: int
    end: int
    latex: str
    display: bool


def formulas(text: str) -> list[Formula]:
    """The formulas of `text` in order. Linear in its length."""
    if not any(sign in text for sign in ("$", "\\(", "\\[", "\\begin")):
        return []
    return list(_scan(text))


def _scan(text: str) -> Iterator[Formula]:
    position = 0
    missing: dict[str, int] = {}  # a closer not found from here on is not looked for again: keeps the scan linear
    while match := _TOKEN.search(text, position):
        mark, start, position = match.group(), match.start(), match.end()
        found: Formula | None = None
        if match["fence"]:
            position = _behind_fence(text, match["fence"], position)
        elif mark[0] == "`":
            position = _behind_code(text, mark, position)
        elif match["environment"]:
            found = _environment(text, start, f"\\end{{{match[2]}}}", missing) if _heads_line(text, start) else None
        elif mark == "$$":
            found = _between(text, start, "$$", "$$", missing)
        elif mark == "$":
            found = _dollars(text, start)
        elif mark == "\\(":
            found = _between(text, start, "\\(", "\\)", missing)
        elif mark == "\\[":
            found = _between(text, start, "\\[", "\\]", missing)
            if found and not (_heads_line(text, start) or _LATEX_SIGNS.search(found.latex)):
                found = None  # an escaped bracket, not maths
        if found:
            yield found
            position = found.end


def is_surely_maths(text: str) -> bool:
    """Whether what stands behind a dollar cannot well be a price or a prompt, though it begins as they do."""
    return _SURELY_LATEX.search(text) is not None and _PROSE.search(text) is None


def display_end(text: str, start: int, *, final: bool) -> int | None:
    """Where display maths of its own that begins at `start` ends, with its line; 0 if that cannot be told yet, None if there
    is none."""
    opener = OPENER.match(text, start)
    if opener is None:
        return None
    closer = {"$$": "$$", "\\[": "\\]"}.get(opener[1], f"\\end{{{opener[2]}}}")
    inside, limit = opener.end(), opener.end() + DISPLAY_LIMIT
    end = text.find(closer, inside, limit)
    if end == inside or _BLANK_LINE.search(text, inside, end if end >= 0 else limit):
        return None
    if end < 0:
        return None if final or len(text) > limit else 0
    line = text.find("\n", end)
    if line < 0 and not final:
        return 0
    rest = text[end + len(closer) : line if line >= 0 else len(text)]
    if rest.strip(" \t.,;"):
        return None  # a formula within a sentence
    return line + 1 if line >= 0 else len(text)


def masked(text: str, found: list[Formula]) -> str:
    """`text` with every character of each formula replaced, so that no parser sees anything in it. Same length."""
    pieces, position = [], 0
    for one in found:
        pieces += [text[position : one.start], MASK * (one.end - one.start)]
        position = one.end
    return "".join((*pieces, text[position:]))


def _between(text: str, start: int, opener: str, closer: str, missing: dict[str, int]) -> Formula | None:
    if closer in missing:
        return None
    inside = start + len(opener)
    limit = INLINE_LIMIT if opener == "\\(" else DISPLAY_LIMIT
    end = text.find(closer, inside)
    if end < 0:
        missing[closer] = start
        return None
    latex = text[inside:end]
    if end - inside > limit or not _SAYS.search(latex) or _BLANK.search(latex):
        return None
    return Formula(start, end + len(closer), _unquoted(text, start, latex), display=opener != "\\(")


def _environment(text: str, start: int, closer: str, missing: dict[str, int]) -> Formula | None:
    """An environment with its beginning and its end, which are words of the formula."""
    found = _between(text, start, "", closer, missing)
    return replace(found, latex=f"{found.latex}{closer}", display=True) if found else None


def _dollars(text: str, start: int) -> Formula | None:
    end = text.find("$", start + 1, start + 2 + INLINE_LIMIT)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("$", end + 1, start + 2 + INLINE_LIMIT)
    latex = text[start + 1 : end] if end > 0 else ""
    before, after = text[start - 1 : start], text[end + 1 : end + 2]
    code = latex.startswith("`") and latex.endswith("`") and len(latex) > 2  # the $`…`$ form
    if code:
        latex = latex[1:-1]
    if (
        not latex.strip()
        or (not code and "`" in latex)
        or ((latex[0].isspace() or latex[-1].isspace()) and not is_surely_maths(latex))
        or after.isdigit()
        or (before.isalnum() and before.isascii())
        or _BLANK.search(latex)
        or (_PRICE.match(latex) and not _LATEX_SIGNS.search(latex) and not latex.replace(".", "").isdigit())
    ):
        return None
    return Formula(start, end + 1, _unquoted(text, start, latex), display=False)


def _behind_fence(text: str, fence: str, position: int) -> int:
    closer = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
    match = closer.search(text, position)
    return match.end() if match else len(text)


def _behind_code(text: str, ticks: str, position: int) -> int:
    end = re.compile(rf"(?<!`){ticks}(?!`)").search(text, position, position + 4_000)
    return end.end() if end and not _BLANK.search(text, position, end.start()) else position


def _heads_line(text: str, start: int) -> bool:
    head = text.rfind("\n", 0, start) + 1
    return start - head < 200 and _LINE_HEAD.fullmatch(text, head, start) is not None


def _unquoted(text: str, start: int, latex: str) -> str:
    """`latex` without the quote marks that lead its lines when it stands in a block quote."""
    head = text[text.rfind("\n", 0, start) + 1 : start]
    return re.sub(r"\n[ \t]*(?:>[ \t]?)+", "\n", latex) if ">" in head else latex
