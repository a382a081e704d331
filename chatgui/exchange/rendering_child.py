"""The child process that colours code, sets formulas and decodes images: a program of its own, started by path.

All three are other people's code over what a model or a stranger wrote, so each may take for ever, take all memory or
crash: here that costs one process. It reads one JSON object a line and answers with one. It limits its memory, and its
processor time for each request, can write no file, opens none it is told of, and leaves when its input ends.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import sys
from importlib import import_module
from typing import Any

CPU = 0.3  # seconds of processor time for colours, and for each further 50,000 characters
MATHS_CPU = 1.0
PICTURE_CPU = 2.0
MEMORY = 2 << 30  # bytes of addresses, most of them of libraries
PICTURE_MB = 128  # of one decoded image
SHRUNK_QUALITY = 88
DEEPEST = 30  # braces within each other in a formula
LONGEST = 4_000  # characters of a formula

_REFUSED = re.compile(
    r"\\(?:def|edef|gdef|xdef|let|futurelet|newcommand|renewcommand|providecommand|newenvironment|input|include|openin|openout|"
    r"read|write|csname|catcode|loop|repeat|expandafter|special|href|url|includegraphics|html\w*|unicode)(?![A-Za-z])"
)
_RAISED = re.compile(r"\\begin\{(\w+\*?)\}((?:(?!\\begin|\\end).)*)\\end\{\1\}(?=\s*[\^_])", re.DOTALL)

_GROUP = r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}"
_REWRITTEN = tuple((re.compile(pattern), words) for pattern, words in (
    (r"\\(begin|end)\{(align|gather|equation)\}", r"\\\1{\2*}"),
    (r"\\begin\{alignat\*?\}\s*\{\d*\}", r"\\begin{align*}"), (r"\\end\{alignat\*?\}", r"\\end{align*}"),
    (r"\\begin\{eqnarray\*?\}", r"\\begin{array}{rcl}"), (r"\\end\{eqnarray\*?\}", r"\\end{array}"),
    (r"\\(begin|end)\{[dr]cases\}", r"\\\1{cases}"),
    (rf"\\tag\*{_GROUP}", r"\\qquad\\text{\1}"), (rf"\\tag{_GROUP}", r"\\qquad\\text{(\1)}"),
    (r"\\begin\{alignedat\}\s*\{\d*\}", r"\\begin{aligned}"), (r"\\end\{alignedat\}", r"\\end{aligned}"),
    (rf"\\label{_GROUP}|\\require{_GROUP}|\\(?:nonumber|notag|allowbreak|nobreak|hfill|ensuremath)(?![A-Za-z])", ""),
    (r"\\(?:tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge)(?![A-Za-z])\s*", ""),
    (rf"\\eqref{_GROUP}", r"\\text{(\1)}"), (r"\\newline(?![A-Za-z])", r"\\\\"), (r"\\hdots(?![A-Za-z])", r"\\ldots "),
    (rf"\\bra{_GROUP}", r"\\langle \1|"), (rf"\\ket{_GROUP}", r"|\1\\rangle "), (rf"\\[bB]raket{_GROUP}", r"\\langle \1\\rangle "),
    (rf"\\mel{_GROUP}{_GROUP}{_GROUP}", r"\\langle \1|\2|\3\\rangle "), (rf"\\prescript{_GROUP}{_GROUP}{_GROUP}", r"{}^{\1}_{\2}{\3}"),
    (rf"\\dv{_GROUP}{_GROUP}", r"\\frac{\\mathrm{d} \1}{\\mathrm{d} \2}"), (rf"\\pdv{_GROUP}{_GROUP}", r"\\frac{\\partial \1}{\\partial \2}"),
    (rf"\\(?:SI|qty){_GROUP}{_GROUP}", r"{\1}\\,\\mathrm{\2}"), (rf"\\(?:si|unit){_GROUP}", r"\\mathrm{\1}"), (rf"\\num{_GROUP}", r"{\1}"),
    (rf"\\cancelto{_GROUP}{_GROUP}", r"{\\cancel{\2}}^{\1}"), (rf"\\raisebox{_GROUP}{_GROUP}", r"\\text{\2}"),
    (r"\\(Tr|tr|rank|sgn|sign|diag|Var|Cov|erf|lcm|grad|curl)(?![A-Za-z])", r"\\operatorname{\1}"),
    (rf"\\abs{_GROUP}", r"\\left|\1\\right|"), (rf"\\norm{_GROUP}", r"\\left\\|\1\\right\\|"),
    (r"\\mathop\s*\{\s*(\\[A-Za-z]+)\s*\}", r"\1 "), (rf"\\mathop{_GROUP}", r"\\operatorname{\1}"), (r"\\middle(?![A-Za-z])", ""),
))  # fmt: skip
_NAMED = re.compile(r"(<m[io]\b[^>]*>)(\\[^<]+)<")
_FENCES = {
    "\\{": "{", "\\}": "}", "\\lbrace": "{", "\\rbrace": "}", "\\|": "‖", "\\Vert": "‖", "\\lVert": "‖", "\\rVert": "‖", "\\vert": "|",
    "\\lvert": "|", "\\rvert": "|", "\\langle": "⟨", "\\rangle": "⟩", "\\lfloor": "⌊", "\\rfloor": "⌋", "\\lceil": "⌈", "\\rceil": "⌉",
    "\\lbrack": "[", "\\rbrack": "]", "\\backslash": "&#92;", "\\P": "¶", "\\copyright": "©",
}  # fmt: skip
_CHEMISTRY = re.compile(rf"\\ce{_GROUP}")
_ARROWS = {"->": r"\rightarrow", "<-": r"\leftarrow", "<->": r"\leftrightarrow", "<=>": r"\rightleftharpoons"}


# What models call languages, and file endings, that Pygments has under another name or next to nothing of.
_CALLED = {
    "apex": "java", "astro": "html", "cc": "cpp", "cmd": "bat", "conf": "ini", "curl": "bash", "cxx": "cpp", "docker-compose": "yaml", "dotenv": "ini",
    "env": "ini", "geojson": "json", "gql": "graphql", "gradle": "groovy", "h": "c", "hpp": "cpp", "ipython": "python", "jinja2": "jinja",
    "json-schema": "json", "jsonc": "json5", "jsonl": "json", "kt": "kotlin", "mdx": "markdown", "mjs": "js", "ml": "ocaml", "ndjson": "json",
    "node": "js", "nodejs": "js", "opencl": "c", "patch": "diff", "plist": "xml", "plsql": "sql", "shellscript": "bash", "sol": "solidity",
    "sqlite": "sql", "svelte": "html", "svg": "xml", "terminal": "console", "tool_code": "python", "vb": "vbnet", "vba": "vbnet", "x86asm": "nasm",
}  # fmt: skip


class Session:
    """A block of code that grows: its lexer, and where it stood after the last whole line."""

    def __init__(self, language: str) -> None:
        base: Any = import_module("pygments.lexer").RegexLexer
        known = _CALLED.get(language, language)
        self.lexer: Any = import_module("pygments.lexers").get_lexer_by_name(known, stripnl=False, ensurenl=False)
        kind = type(self.lexer)
        self.resumable = issubclass(kind, base) and kind.get_tokens_unprocessed is base.get_tokens_unprocessed
        self.text = ""
        self.stack: tuple[str, ...] = ("root",)

    def grow(self, lines: str) -> list[list[Any]]:
        """The colours of further whole lines."""
        if not self.resumable:
            before = self.text.count("\n")
            self.text += lines
            return spans(self.lexer.get_tokens_unprocessed(self.text), self.text)[before:-1]
        tokens = list(self.lexer.get_tokens_unprocessed(lines, self.stack))
        self.stack = tuple(self._state_after(lines))
        return spans(tokens, lines)[:-1]

    def _state_after(self, lines: str) -> list[str]:
        """The states the lexer is in behind `lines`, found by walking its rules once more without their actions."""
        stack = list(self.stack)
        position = 0
        rules = self.lexer._tokens  # noqa: SLF001  # the compiled rules have no public name
        while position < len(lines):
            for match, _, change in rules[stack[-1]]:
                found = match(lines, position)
                if found is None:
                    continue
                position = found.end()
                _change(stack, change)
                break
            else:
                if lines[position] == "\n":
                    stack = ["root"]
                position += 1
        return stack


def _change(stack: list[str], change: Any) -> None:
    if change is None:
        return
    for one in change if isinstance(change, tuple) else (change,):
        if one == "#pop":
            if len(stack) > 1:
                stack.pop()
        elif one == "#push":
            stack.append(stack[-1])
        elif isinstance(one, int):
            del stack[max(1, len(stack) + one) :]
        else:
            stack.append(one)


ROLES = (
    ("Token.Comment.Preproc", "builtin"), ("Token.Comment", "comment"), ("Token.Keyword.Constant", "number"),
    ("Token.Keyword.Type", "builtin"), ("Token.Keyword", "keyword"), ("Token.Operator.Word", "keyword"),
    ("Token.Literal.String.Doc", "comment"), ("Token.Literal.String", "string"), ("Token.Literal.Number", "number"),
    ("Token.Literal", "number"), ("Token.Name.Function", "name"), ("Token.Name.Class", "name"), ("Token.Name.Tag", "keyword"),
    ("Token.Name.Attribute", "name"), ("Token.Name.Decorator", "builtin"), ("Token.Name.Builtin", "builtin"),
    ("Token.Name.Exception", "builtin"), ("Token.Name.Namespace", "name"), ("Token.Name.Constant", "number"),
    ("Token.Name.Variable", "builtin"), ("Token.Generic.Inserted", "diff_added"), ("Token.Generic.Deleted", "diff_removed"),
    ("Token.Generic.Heading", "name"), ("Token.Generic.Subheading", "name"), ("Token.Generic.Prompt", "comment"),
)  # fmt: skip
_roles: dict[Any, str] = {}


def role_of(token: Any) -> str:
    """What a token's colour is called; empty for plain text."""
    known = _roles.get(token)
    if known is None:
        name = str(token)
        known = _roles[token] = next((role for prefix, role in ROLES if name.startswith(prefix)), "")
    return known


def spans(tokens: Any, text: str) -> list[list[Any]]:
    """For each line of `text` its colours as [start, end, role]."""
    made: list[list[Any]] = [[]]
    column = 0
    for _, token, value in tokens:
        role = role_of(token)
        pieces = value.split("\n")
        for index, piece in enumerate(pieces):
            if index:
                made.append([])
                column = 0
            if piece:
                line = made[-1]
                if role and line and line[-1][1] == column and line[-1][2] == role:
                    line[-1][1] = column + len(piece)
                elif role:
                    line.append([column, column + len(piece), role])
                column += len(piece)
    while len(made) <= text.count("\n"):
        made.append([])
    return made


sessions: dict[int, Session] = {}


def colour(request: dict[str, Any]) -> dict[str, Any]:
    """Colours of whole lines that came, or of a whole text (`final`)."""
    block, text = request["block"], request["text"]
    limit_cpu(CPU * (1 + len(text) / 50_000) * request.get("patience", 1))
    if request["final"]:
        sessions.pop(block, None)
        text += "\n"  # many a rule for comments waits for the end of the line
        return {"lines": spans(Session(request["language"]).lexer.get_tokens_unprocessed(text), text)[:-1]}
    session = sessions.get(block)
    if session is None:
        session = sessions[block] = Session(request["language"])
        while len(sessions) > 40:  # blocks that were given up before they were finished
            del sessions[next(iter(sessions))]
    return {"lines": session.grow(text)}


def formula(request: dict[str, Any]) -> dict[str, Any]:
    """A formula as SVG for a text size of 24 pixels, its size and how far it reaches below the line."""
    latex = permitted(request["latex"])
    limit_cpu(MATHS_CPU * request.get("patience", 1))
    maths, latex = maths_module(), familiar(latex)
    marked = fenced(import_module("ziamath.tex").tex2mml(latex, inline=not request["display"]))
    if _NAMED.search(marked):
        raise ValueError("unknown")  # it would be set letter by letter
    made = maths.Math(marked, size=24)
    width, height = made.getsize()
    return {"svg": made.svg(), "width": width, "height": height, "descent": -made.getyofst()}


def mathml(request: dict[str, Any]) -> dict[str, Any]:
    """A formula as MathML."""
    latex = permitted(request["latex"])
    limit_cpu(MATHS_CPU * request.get("patience", 1))
    convert: Any = import_module("latex2mathml.converter").convert
    return {"mathml": fenced(convert(familiar(latex), display="block" if request["display"] else "inline"))}


def familiar(latex: str) -> str:
    """The formula in words the setter knows."""
    latex = _CHEMISTRY.sub(lambda match: " ".join(map(_molecules, match[1].split())), latex)
    for pattern, words in _REWRITTEN:
        latex = pattern.sub(words, latex)
    return latex


def fenced(mathml: str) -> str:
    """MathML in which large brackets are signs; the converter leaves their names."""
    return _NAMED.sub(lambda match: match[1] + _FENCES.get(match[2], match[2]) + "<", mathml)


def _molecules(word: str) -> str:
    """One word of a reaction, as `2H2O`, `SO4^2-`, `Na+`, `->` or `(aq)`."""
    if word in _ARROWS:
        return _ARROWS[word]
    if word in {"+", "-", "="}:
        return word
    charge = re.search(r"(?:\^\{?(\d*[+-]?)\}?|(?<=[A-Za-z\])\d])([+-]))$", word)
    stem = word[: charge.start()] if charge else word
    stem = re.sub(r"(?<=[A-Za-z)\]])_?\{?(\d+)\}?", r"_{\1}", stem)
    stem = re.sub(r"[A-Za-z]+", r"\\mathrm{\g<0>}", stem)
    return stem + (f"^{{{charge[1] or charge[2]}}}" if charge else "")


def permitted(latex: str) -> str:
    """The formula as it is set, if it is neither too long, nor too deep, nor a program."""
    if len(latex) > LONGEST or _REFUSED.search(latex) or depth(latex) > DEEPEST:
        raise ValueError("refused")
    return _RAISED.sub(r"{\g<0>}", latex)


def depth(latex: str) -> int:
    """How deep braces, fences and environments stand within each other."""
    deepest = now = 0
    for match in re.finditer(r"\\[{}]|(\{|\\left(?![a-z])|\\begin)|(\}|\\right(?![a-z])|\\end)", latex):
        if match[1]:
            now += 1
            deepest = max(deepest, now)
        elif match[2]:
            now -= 1
    return deepest


def picture(request: dict[str, Any]) -> dict[str, Any]:
    """A raster image of a stated kind as its pixels, no larger than there is room."""
    gui: Any = import_module("PySide6.QtGui")
    image = decoded(request).convertToFormat(gui.QImage.Format.Format_RGBA8888)
    pixels = base64.b64encode(bytes(image.constBits())).decode()
    return {"width": image.width(), "height": image.height(), "pixels": pixels}


def shrink(request: dict[str, Any]) -> dict[str, Any]:
    """The same, encoded again: as JPEG, or as PNG where it is transparent. What a camera wrote beside it is gone."""
    core: Any = import_module("PySide6.QtCore")
    image = decoded(request)
    kind = "png" if image.hasAlphaChannel() else "jpeg"
    made = core.QBuffer()
    made.open(core.QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(made, kind.upper(), SHRUNK_QUALITY if kind == "jpeg" else -1):
        raise ValueError("not encoded")
    content = base64.b64encode(bytes(made.data().data())).decode()
    return {"width": image.width(), "height": image.height(), "format": kind, "content": content}


def decoded(request: dict[str, Any]) -> Any:
    """The image of a request, upright, made to fit the room while it is read."""
    limit_cpu(PICTURE_CPU * request.get("patience", 1))
    core: Any = import_module("PySide6.QtCore")
    gui: Any = import_module("PySide6.QtGui")
    buffer = core.QBuffer()
    buffer.setData(core.QByteArray(base64.b64decode(request["content"])))
    buffer.open(core.QIODevice.OpenModeFlag.ReadOnly)
    gui.QImageReader.setAllocationLimit(PICTURE_MB)
    reader = gui.QImageReader(buffer, core.QByteArray(request["format"].encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    room, size = core.QSize(*request["room"]), reader.size()
    turned = reader.transformation() & reader.transformation().TransformationRotate90
    room = room.transposed() if turned else room
    if size.width() > room.width() or size.height() > room.height():
        reader.setScaledSize(size.scaled(room, core.Qt.AspectRatioMode.KeepAspectRatio).expandedTo(core.QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        raise ValueError("not an image")
    return image


_maths: list[Any] = []


def maths_module() -> Any:
    """ziamath, without the one habit that makes it exponential in nesting.

    A row first measures its children to learn how far brackets must stretch. A row within such a measurement stretches
    nothing, yet measures its own children again, so each level doubles the work; the answer is not used there.
    """
    if not _maths:
        ziamath: Any = import_module("ziamath")
        row: Any = import_module("ziamath.nodes.mrow").Mrow
        measure = row._get_height_nostretch  # noqa: SLF001  # mended by its name, there is no other way in

        def measure_once(self: Any, line: Any, **kwargs: Any) -> Any:
            return (0.0, 0.0) if kwargs.get("nostretch") else measure(self, line, **kwargs)

        row._get_height_nostretch = measure_once  # noqa: SLF001
        ziamath.config.svg2 = False  # plain paths: Qt does not follow the newer way glyphs are referred to
        _maths.append(ziamath)
    return _maths[0]


def limit_cpu(seconds: float) -> None:
    """End this process once it has used so much processor time on what it does now. Elsewhere than on Unix the parent does."""
    with contextlib.suppress(ImportError, AttributeError):
        import signal

        signal.setitimer(signal.ITIMER_PROF, seconds)


def confine() -> None:
    """No file may grow, no core may be left, and memory has an end. Elsewhere than on Unix only the parent's clock holds."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def prepare(kind: str) -> None:
    """Import what a kind of request needs, outside its limit."""
    if kind == "formula":
        maths_module()
    elif kind in {"picture", "shrink"}:
        import_module("PySide6.QtGui")
    elif kind == "mathml":
        import_module("latex2mathml.converter")
    else:
        import_module("pygments.lexers.python")


def main() -> None:
    """Answer requests until the input ends."""
    sys.path += [place for place in sys.argv[1:] if place not in sys.path]  # where the parent finds its packages
    sys.setrecursionlimit(1_500)
    confine()
    answers = {"colour": colour, "formula": formula, "mathml": mathml, "picture": picture, "shrink": shrink}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            prepare(request["kind"])
            answer = answers[request["kind"]](request)
        except (Exception, RecursionError) as error:  # noqa: BLE001  # whatever a lexer or a formula does wrong, it is shown plain
            answer = {"error": type(error).__name__}
        limit_cpu(0)
        answer["id"] = request["id"]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
