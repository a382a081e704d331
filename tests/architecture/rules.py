"""The house rules that no linter knows, as checks over syntax trees. Each yields `path:line: what is wrong`.

A check takes the repository's root, so that the tests can break a copy and see it complain.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 400, 50
# Longer than the rule, each with the reason why cutting it would read worse.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
EMPTY_WORDS = re.compile(r"(Manager|Helper|Utils?|Handler|Data|Info)(?=[A-Z_]|$)")
# One place each may do what nobody else may.
OPEN_LINK = "chatgui/ui/links.py"
FORMULA_IN_CORE = {"chatgui/core/markdown.py": {"pyromark"}, "chatgui/core/markup.py": {"pyromark"}}
QT_IN_EXCHANGE = "chatgui/exchange/exporters/pdf"  # the writer and what it is cut into
LEAVES = ("chatgui/resources.py", "chatgui/loading.py")  # every floor uses them
# Programs started by name: they measure, draw for somebody to look at, or wait for another machine's windows.
BY_NAME = (
    "packaging/",
    "tests/bench/",
    "tests/packaging/bare_machine.py",
    "tests/ui/blocks/render_gallery.py",
    "tests/ui/transcript/window_program.py",
)
STDOUT = ("chatgui/cli/", "chatgui/demo/__main__.py", "packaging/", "tests/")

Complaint = tuple[int, str]


@cache
def _parsed(path: Path, _changed: int) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@dataclass(frozen=True)
class Module:
    """One Python file of the repository."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """Path from the root, with slashes."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return _parsed(self.path, self.path.stat().st_mtime_ns)

    def is_in(self, *places: str) -> bool:
        """Whether the file's path begins with one of these."""
        return self.name.startswith(places)


def modules(root: Path, *folders: str) -> list[Module]:
    """Every Python file in these folders of the repository."""
    return [Module(root, path) for folder in folders for path in sorted((root / folder).rglob("*.py"))]


def complaints(root: Path, rule: Callable[[Module], Iterator[Complaint]], *folders: str) -> list[str]:
    """What `rule` says about every file in `folders`."""
    return [f"{module.name}:{line}: {words}" for module in modules(root, *folders) for line, words in rule(module)]


# ------------------------------------------------------------------------------------------------ banned calls


def _called(node: ast.Call) -> str:
    """The dotted end of what is called: `self.dialog.exec` → `dialog.exec`."""
    match node.func:
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return f"{owner}.{name}"
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Name(id=name):
            return name
    return ""


def _is_banned(module: Module, name: str) -> str:
    """Why nobody may call `name` here, or nothing."""
    method = name.rpartition(".")[2]
    bans = [
        (
            "." in name and method in {"exec", "exec_"} and not module.is_in(*BY_NAME),
            "a nested event loop stops other tasks: open() and await finished",
        ),
        (method == "processEvents" and not module.is_in(*BY_NAME), "a nested event loop stops other tasks"),
        (method in {"asyncSlot", "asyncClose"}, "the task is lost: start it in the window's task group"),
        (method in {"setHtml", "insertHtml", "appendHtml"}, "HTML reads local files; build blocks with a cursor"),
        (method == "openUrl" and module.name != OPEN_LINK, f"links open in {OPEN_LINK} only, which asks"),
        (method in {"aiter_lines", "iter_lines"}, "splits inside JSON at U+2028"),
        (method == "splitlines" and module.is_in("chatgui/wire/"), "splits at U+2028; the wire knows CR and LF"),
        (method == "executescript", "commits on its own: a half-done migration stays"),
        (name == "time.sleep" and not module.is_in(*BY_NAME), "blocks the only thread; a test waits for a fact"),
        (name == "print" and not module.is_in(*STDOUT), "print belongs to the command line"),
    ]
    return next((why for banned, why in bans if banned), "")


def banned_calls(module: Module) -> Iterator[Complaint]:
    """Calls nobody may make, with the reason."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call():
                if why := _is_banned(module, _called(node)):
                    yield node.lineno, f"{_called(node)}(): {why}"
                yield from _banned_keywords(node)
            case ast.ImportFrom(module="qasync", names=names):
                for name in {one.name for one in names} & {"asyncSlot", "asyncClose"}:
                    yield node.lineno, f"{name}: the task is lost; start it in the window's task group"


def _banned_keywords(node: ast.Call) -> Iterator[Complaint]:
    for keyword in node.keywords:
        match keyword:
            case ast.keyword(arg="follow_redirects", value=ast.Constant(value=True)):
                yield node.lineno, "follow_redirects=True hands the key and the conversation to another host"
            case ast.keyword(arg="verify", value=ast.Constant(value=False)):
                yield node.lineno, "verify=False trusts anybody"


def swallowed_errors(module: Module) -> Iterator[Complaint]:
    """`except Exception: pass` and its like hide our own bugs."""
    for node in ast.walk(module.tree):
        match node:
            case ast.ExceptHandler(type=None | ast.Name(id="Exception" | "BaseException"), body=body):
                if all(isinstance(one, ast.Pass | ast.Continue) for one in body):
                    yield node.lineno, "an error nobody hears of"
            case ast.Call(args=args) if _called(node).endswith("suppress"):
                if any(isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"} for one in args):
                    yield node.lineno, "an error nobody hears of"


# ------------------------------------------------------------------------------------------------ imports


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, one.name) for one in names)
            case ast.ImportFrom(module=str(name), level=0):
                yield node.lineno, name


def _at_import_time(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Imports that run when the module is imported: not those in functions or under TYPE_CHECKING."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.If):
            yield from _imports(node)


def foreign_imports(module: Module) -> Iterator[Complaint]:
    """core is the standard library and itself; exchange meets Qt in the PDF writer alone, and late."""
    late = set(_imports(module.tree)) - set(_at_import_time(module.tree))
    for line, name in _imports(module.tree):
        top = name.partition(".")[0]
        if module.is_in("chatgui/core/"):
            is_own = top in sys.stdlib_module_names or name.startswith("chatgui.core")
            if not is_own and not (top in FORMULA_IN_CORE.get(module.name, ()) and (line, name) in late):
                yield line, f"core imports {name}"
        if module.is_in("chatgui/exchange/") and top in {"PySide6", "shiboken6"}:
            yield from [] if module.is_in(QT_IN_EXCHANGE) else [(line, "Qt in exchange outside the PDF writer")]
        if module.name in LEAVES and top not in sys.stdlib_module_names:
            yield line, "a leaf is the standard library alone"


def missing_future_import(module: Module) -> Iterator[Complaint]:
    """`from __future__ import annotations` heads every module that has code."""
    body = [one for one in module.tree.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    starts_well = body and isinstance(body[0], ast.ImportFrom) and body[0].module == "__future__"
    if any(not isinstance(one, ast.Assign) for one in body) and not starts_well:
        yield 1, "from __future__ import annotations is missing"


# ------------------------------------------------------------------------------------------------ sizes and names


def sizes(module: Module) -> Iterator[Complaint]:
    """Files and functions a reader can hold in mind."""
    lines = len(module.path.read_text(encoding="utf-8").splitlines())
    if lines > FILE_LINES and module.name not in LONG_FILES:
        yield 1, f"{lines} lines, more than {FILE_LINES}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > FUNCTION_LINES and f"{module.name}::{node.name}" not in LONG_FUNCTIONS:
                yield node.lineno, f"{node.name} has {length} lines, more than {FUNCTION_LINES}"


def empty_names(module: Module) -> Iterator[Complaint]:
    """A class or module named Manager or Utils says nothing about what it is."""
    if EMPTY_WORDS.search(module.path.stem.title().replace("_", "")):
        yield 1, "the module's name says nothing"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS.search(node.name):
            yield node.lineno, f"{node.name} says nothing about what it is"


def undocumented(module: Module) -> Iterator[Complaint]:
    """Every module and every public class, function and method at hand says what it means."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield 1, "the module does not say what it is"
    named = (one for one in module.tree.body if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef))
    for node in named:
        # for a dataclass without words Python writes some, and loads `inspect` to do so: a megabyte
        counts = not node.name.startswith("_") or any("dataclass" in ast.unparse(one) for one in node.decorator_list)
        if counts and not ast.get_docstring(node):
            yield node.lineno, f"{node.name} does not say what it is"


# ------------------------------------------------------------------------------------------------ registries


def _registry(tree: ast.Module) -> ast.AnnAssign | None:
    """The folder's list of what it holds: a module-level `NAMES: tuple[Kind, ...] = (…)`."""
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Subscript(value=ast.Name(id="tuple"))):
                if name.isupper() and isinstance(node.value, ast.Tuple):
                    return node
    return None


def _names(tree: ast.AST) -> set[str]:
    """Every name and every text in a piece of code."""
    names = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
    return names | {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _imported_from(tree: ast.Module, source: str) -> set[str]:
    found = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == source)
    return {one.asname or one.name for node in found for one in node.names}


def _members(tree: ast.Module, kinds: set[str]) -> set[str]:
    """Module-level names that belong into the list: `class X(Kind)` and `X = Kind(…)`."""
    found: set[str] = set()
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name, bases=bases):
                found |= {name} if kinds & {one.id for one in bases if isinstance(one, ast.Name)} else set()
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=called)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=ast.Name(id=called)))
            ) if called in kinds:
                found.add(name)
    return {name for name in found if not name.startswith("_")}


def incomplete_registries(module: Module) -> Iterator[Complaint]:
    """A folder with a tuple of what it holds lists every module that holds one.

    Where the kind comes from `base`, its subclasses and instances must be in the tuple. Where the rows only name what is
    loaded later, every module must be named that is not a part of another one.
    """
    registry = _registry(module.tree) if module.path.name == "__init__.py" else None
    if not registry:
        return
    package = module.name.removesuffix("/__init__.py").replace("/", ".")
    siblings = [Module(module.root, path) for path in sorted(module.path.parent.glob("*.py"))]
    siblings = [one for one in siblings if one.path.stem not in {"__init__", "base"} and one.path.stem[0] != "_"]
    kinds = _names(registry.annotation) & _imported_from(module.tree, f"{package}.base")
    named = {name.removeprefix(f"{package}.") for one in (module, *siblings) for _, name in _imports(one.tree)}
    listed = _names(registry.value or registry)
    for one in siblings:
        members = _members(one.tree, kinds)
        if (members and not members & listed) or (not kinds and one.path.stem not in listed | named):
            yield registry.lineno, f"{ast.unparse(registry.target)} lacks {one.path.stem}"


RULES: tuple[tuple[Callable[[Module], Iterator[Complaint]], tuple[str, ...]], ...] = (
    (banned_calls, ("chatgui", "packaging", "tests")),
    (swallowed_errors, ("chatgui", "packaging")),
    (foreign_imports, ("chatgui",)),
    (missing_future_import, ("chatgui", "packaging", "tests")),
    (sizes, ("chatgui", "packaging", "tests")),
    (empty_names, ("chatgui",)),
    (undocumented, ("chatgui",)),
    (incomplete_registries, ("chatgui",)),
)
