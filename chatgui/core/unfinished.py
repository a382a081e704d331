"""What is still being written, shown as if it were finished: nothing flashes while a construct grows.

Open emphasis and code are closed, half a link is its text, half a table row is a row, a lone mark at the end is kept
back until it is known what it becomes.
"""

from __future__ import annotations

import re

from chatgui.core.formulas import is_surely_maths

REACH = 4_000  # characters looked back for what is open
END = 32  # characters at the end looked at for what tells only later what it is

_MARKS_ONLY = re.compile(r"[ \t>]*(?:[*+_=#|:~`$\\!\[-]+|\d{1,9}[.)]?|[-*+] \[[ xX]?\]?)[ \t]*")
_BLOCK_LINE = re.compile(r"[ \t>]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|\|)")
_FENCE_LINE = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t:|-]*")
# of an item that will have a box
_BEGINNING = re.compile(r"([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[ xX]?\]?[ \t]*[*_~`\[]*")
_ACROSS = re.compile(r"[ \t]*([-*_])(?:[ \t]*\1)+[ \t]*")  # a line across, or not yet
_BARE = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)]?)")  # may yet be an item, a line across or a number
_ALERT = re.compile(r"[ \t]*>[ \t]*\[!?\w*\]?[ \t]*")
# what tells only with the next sign what it is
_LATE = re.compile(
    r"(?:(?<![~\\])~|(?<!\\)\\\n?|(?<=\s)!|(?<![^\s(])\$\\?|<ht{0,2}|<https?:?/?|&#?\w{0,8}|(?:!?\[\d{0,3}\]?)+)\Z"
)
_BREAK = re.compile(r"<(?:br? */?|/)?\Z")  # in a table it may yet be a line break
# may yet be the head of a formula, or a tag
_COMMAND = re.compile(r"[ \t]*(?:\\(?:b|be|beg|begi|begin(?:\{\w*\*?\}?)?)|</?\w{0,16})")
_ADDRESS = re.compile(r"<https?://[^\s<>]*")
_TOKEN = re.compile(r"https?://[^\s<>()\[\]*~`|]+|\\[(\[]|\\.|`+|\$\$?|\*+|_+|~~|!?\[|\]\(?|\||\n", re.DOTALL)


def closed_for_display(markdown: str, kind: str = "paragraph") -> str:
    """`markdown`, the open end of a text, with what is open in it closed."""
    if kind == "html" and _COMMAND.fullmatch(markdown.lstrip("\n")):
        return ""
    if kind in {"code", "html", "rule", "plain", "definitions"}:
        return markdown
    text = markdown
    head, _, last = text.rpartition("\n")
    fence = _open_fence(text)
    if kind == "math":
        return _as_code(markdown)
    if fence:
        return f"{head}\n" if last.strip() and not last.strip(" >\t" + fence[0]) else text
    if "\n" in text and _open_fence(head):
        return text  # its last line closes it
    if kind == "quote" and not head and _ALERT.fullmatch(last):
        return ""
    if kind == "item" and not head and (box := _BEGINNING.fullmatch(last)):
        return box[1]
    if kind == "item" and not head and (_BARE.fullmatch(last) or _ACROSS.fullmatch(last)):
        return ""
    table = _table(text)
    if table is not None:
        return table
    if kind == "table" and head.strip("\n").count("\n") < 1:
        return text  # its head and the dashes under it
    if last and not (kind == "item" and not head) and (_MARKS_ONLY.fullmatch(last) or _COMMAND.fullmatch(last)):
        text = f"{head}\n" if head else ""
        return text if kind == "table" else _closed(text.rstrip("\n")) if text else ""
    text = _without_bracket(text.rstrip(" \t"))
    text, end = text[:-END], text[-END:]
    if kind != "table":
        return _closed(text + _LATE.sub("", end))
    head, _, last = _closed(text + _LATE.sub("", _BREAK.sub("", end))).rpartition("\n")
    return f"{head}\n{last}" if last.strip(" |") else f"{head}\n"  # a row of which nothing is to be seen is none yet


def _without_bracket(text: str) -> str:
    """`text` without the bracket that opens an address at its end."""
    at = text.rfind("<http", -REACH)
    return text[:at] + text[at + 1 :] if at >= 0 and _ADDRESS.fullmatch(text, at) else text


def _open_fence(text: str) -> str:
    """The ticks of a code block within `text` that is still open; empty if none is."""
    ticks = ""
    if "```" not in text and "~~~" not in text:
        return ticks
    for match in _FENCE_LINE.finditer(text):
        if not ticks:
            ticks = match[1]
        elif match[1].startswith(ticks) and not match[2].strip():
            ticks = ""
    return ticks


def _table(text: str) -> str | None:
    """`text` as a table, if it is the beginning of one that has no complete row of dashes yet."""
    lines = text.lstrip("\n").split("\n")
    first = lines[0].strip()
    if not first.startswith("|") or len(first) < 2 or len(lines) > 2:
        return None
    inner = first[1:-1] if first.endswith("|") and first[-2] != "\\" else first[1:]
    cells = len(re.findall(r"(?<!\\)\|", inner)) + 1
    if len(lines) == 2 and not _DELIMITER_ROW.fullmatch(lines[1]):
        return None
    if len(lines) == 2 and len(re.findall("-+", lines[1])) >= cells:
        return text
    return f"|{_closed(inner)}|\n{'|---' * cells}|\n"


def _as_code(text: str) -> str:
    """A formula that is being written: its source, as code."""
    whole = text.strip()
    end = "$$" if whole.startswith("$$") else "\\]" if whole.startswith("\\[") else "}"
    if len(whole) > 4 and whole.endswith(end) and (end != "}" or "\\end{" in whole):
        return text  # written to its end
    body = whole.removeprefix("$$").removeprefix("\\[").removesuffix("$").removesuffix("\\").strip()
    ticks = "`" * 3
    return f"{ticks} {' '.join(body.split())} {ticks}" if body and "`" not in body else ""


def _closed(text: str) -> str:
    """`text` with the spans that are open at its end closed."""
    start = _last_part(text)
    part = text[start:]
    stack: list[tuple[str, int]] = []  # (mark, where it stands)
    position = 0
    while match := _TOKEN.search(part, position):
        mark, at, position = match.group(), match.start(), match.end()
        if mark[0] == "`":
            end = re.compile(rf"(?<!`){mark}(?!`)").search(part, position)
            if end is None:
                body = part[position:].strip()
                whole = (
                    f"{part[:position]}{part[position:].rstrip('`')}{mark}" if body.strip("`") else part[:at].rstrip()
                )
                return text[:start] + _with_ends(whole, stack)
            position = end.end()
        elif mark in {"\\(", "\\["} or mark[0] == "$":
            end_mark = {"\\(": "\\)", "\\[": "\\]"}.get(mark, mark)
            found = part.find(end_mark, position)
            inside = part[position:found] if found >= 0 else part[position:]
            if found >= 0 and (mark != "$" or not inside[:1].isspace() or is_surely_maths(inside)):
                position = found + len(end_mark)
            elif found < 0 and (mark != "$" or _is_maths(inside)):
                body = inside.strip().rstrip("$\\")
                whole = part[:at] + (f"`` {body} ``" if body and "`" not in body else "")
                return text[:start] + _with_ends(whole.rstrip(), stack)
        else:
            _take(mark, at, part, stack)
    return text[:start] + _with_ends(part, stack)


def _is_maths(text: str) -> bool:
    """Whether what stands behind a dollar is a formula already, and not a price."""
    if text[:1].isspace() or text[:1].isdigit():
        return is_surely_maths(text)
    return 0 < len(text) < 3 or re.search(r"[\\^_{}=]", text) is not None


def _last_part(text: str) -> int:
    """Where the paragraph, item, heading or cell begins in which `text` ends."""
    start = max(0, len(text) - REACH, text.rfind("\n\n") + 2 if "\n\n" in text else 0)
    line = text.rfind("\n", start) + 1
    while line > start:
        if _BLOCK_LINE.match(text, line):
            return line
        line = text.rfind("\n", start, line - 1) + 1
        if line == 0:
            break
    return start


def _take(mark: str, at: int, part: str, stack: list[tuple[str, int]]) -> None:
    """Open or close what a mark opens or closes."""
    before, after = part[at - 1 : at] or " ", part[at + len(mark) : at + len(mark) + 1]
    if mark in {"[", "!["}:
        stack.append((mark, at))
    elif mark[0] == "]":
        opened = next((index for index in range(len(stack) - 1, -1, -1) if stack[index][0] in {"[", "!["}), None)
        if opened is None:
            return
        if mark == "](" and stack[opened][0] == "[":  # what holds a link is none itself
            outer = [one for one in stack[:opened] if one[0] != "["]
            stack[:opened], opened = outer, len(outer)
        if (mark == "](" and ")" not in part[at:]) or (mark == "]" and at + 1 == len(part)):
            stack[opened] = (stack[opened][0] + mark, stack[opened][1])
        else:
            del stack[opened:]
    elif mark[0] in "*_~":
        _take_emphasis(mark, at, (before, after), stack)


def _take_emphasis(mark: str, at: int, around: tuple[str, str], stack: list[tuple[str, int]]) -> None:
    before, after = around
    opens, closes = _flanks(before, after or " "), _flanks(after or " ", before)
    if mark[0] == "_":  # within a word it is a letter
        opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
    left = len(mark)
    if closes:
        while left and stack and stack[-1][0][0] == mark[0]:
            opened, where = stack.pop()
            used = min(len(opened), left)
            left -= used
            if used < len(opened):
                stack.append((opened[: len(opened) - used], where))
    if left and (opens or not after):
        stack.append((mark[:left], at))


def _flanks(outside: str, inside: str) -> bool:
    """Whether a mark between these two may begin (or, the other way round, end) emphasis: by CommonMark's rule."""
    return not inside.isspace() and (inside.isalnum() or not outside.isalnum())


def _with_ends(part: str, stack: list[tuple[str, int]]) -> str:
    """`part` with what is open at its end closed, from the inside out."""
    ends = ""
    for mark, at in reversed(stack):
        if mark[0] == "!" or part[at : at + 2] == "[^":
            part, ends = part[:at].rstrip(), ""
        elif mark in {"[](", "[]"}:
            part = part[:at] + part[at + 1 : part.rfind("]")]
        elif mark == "[":
            part = part[:at] + part[at + 1 :]
        elif not part[at + len(mark) :].strip():
            part = part[:at].rstrip()
        else:
            ends += mark
    return part.rstrip() + ends if ends else part
