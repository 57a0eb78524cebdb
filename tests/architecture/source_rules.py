"""The house rules that a linter cannot express: each reads one module and says what breaks it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LONGEST_MODULE = 400
VAGUE_WORDS = {"utils", "util", "helper", "helpers", "handle", "misc"}
VAGUE_IN_MODULES = VAGUE_WORDS | {"manager", "common"}
# What asyncio and httpx call on what is given to them.
NAMED_BY_LIBRARIES = {"_timer_handle_cancelled", "handle_async_request"}
NESTED_LOOPS = {"exec", "exec_", "processEvents"}
TASK_STARTERS = {"create_task", "ensure_future"}


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file; ``place`` is its path from the project's top, with forward slashes."""

    place: str
    text: str

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(_parsed(self.text))


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file below ``folders`` of the project."""
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return tuple(
        Module(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
        for file in files
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """``breaches`` yields the line and a sentence; ``exempt`` places start with one of these."""

    name: str
    breaches: Callable[[Module], Iterator[tuple[int, str]]]
    planted: str
    """Source that breaks the rule: it proves that the rule can find something."""
    folders: tuple[str, ...] = ("posapp",)
    exempt: dict[str, str] = field(default_factory=dict)
    """Place -> why it may."""
    planted_place: str = "posapp/desk/planted.py"

    def looked_at(self) -> list[Module]:
        exempt = tuple(self.exempt)
        return [m for m in modules(*self.folders) if not (exempt and m.place.startswith(exempt))]

    def findings(self, looked_at: list[Module]) -> list[str]:
        return [
            f"{module.place}:{line}: {sentence}"
            for module in looked_at
            for line, sentence in self.breaches(module)
        ]


def _called(node: ast.Call) -> str:
    """The last part of what is called: ``d.exec()`` -> "exec", ``QLabel()`` -> "QLabel"."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _calls(module: Module) -> Iterator[ast.Call]:
    return (node for node in module.nodes() if isinstance(node, ast.Call))


def nested_loops(module: Module) -> Iterator[tuple[int, str]]:
    for call in _calls(module):
        if isinstance(call.func, ast.Attribute) and call.func.attr in NESTED_LOOPS:
            yield call.lineno, f".{call.func.attr}() loses tasks; await the dialog instead"


def throwaway_slots(module: Module) -> Iterator[tuple[int, str]]:
    for call in _calls(module):
        if _called(call) != "connect":
            continue
        for argument in call.args:
            partial = isinstance(argument, ast.Call) and _called(argument).startswith("partial")
            if partial or isinstance(argument, ast.Lambda):
                yield call.lineno, "connect a bound method: a lambda or partial leaks its widget"


def long_modules(module: Module) -> Iterator[tuple[int, str]]:
    lines = module.text.count("\n")
    if lines > LONGEST_MODULE:
        yield lines, f"{lines} lines; a module has at most {LONGEST_MODULE}"


def vague_names(module: Module) -> Iterator[tuple[int, str]]:
    for part in Path(module.place).with_suffix("").parts:
        for word in VAGUE_IN_MODULES.intersection(part.lower().split("_")):
            yield 1, f"a module named {word!r} says nothing; name it after its work"
    for node in module.nodes():
        if getattr(node, "name", None) in NAMED_BY_LIBRARIES:
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words, vague = node.name.lower().split("_"), VAGUE_WORDS
        elif isinstance(node, ast.ClassDef):
            words = re.findall(r"[A-Z][a-z0-9]*", node.name)
            words, vague = [word.lower() for word in words], VAGUE_IN_MODULES
        else:
            continue
        for word in vague.intersection(words):
            yield node.lineno, f"{node.name}: {word!r} says nothing; take a verb of the trade"


def literal_colours(module: Module) -> Iterator[tuple[int, str]]:
    for node in module.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = re.search(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b", node.value)
            if found:
                yield node.lineno, f"{found[0]}: colours live in posapp/ui/theme.py"


def own_labels(module: Module) -> Iterator[tuple[int, str]]:
    sentence = "take a label of posapp.ui.widgets.labels: those show plain text, never markup"
    for node in module.nodes():
        if isinstance(node, ast.Call) and _called(node) == "QLabel":
            yield node.lineno, sentence
        if isinstance(node, ast.ClassDef) and any(
            isinstance(base, ast.Name | ast.Attribute) and "QLabel" in ast.unparse(base)
            for base in node.bases
        ):
            yield node.lineno, sentence


def loose_tasks(module: Module) -> Iterator[tuple[int, str]]:
    for call in _calls(module):
        if _called(call) in TASK_STARTERS:
            yield (
                call.lineno,
                "start it with posapp.runtime.tasks.spawn: it keeps and watches it",
            )


RULES = (
    Rule(
        "no nested event loop",
        nested_loops,
        "dialog.exec()",
        folders=("posapp", "tests"),
        exempt={
            "posapp/runtime/": "it owns the loop",
            "tests/runtime/": "its tests prove what a nested loop does",
        },
    ),
    Rule("no lambda or partial as a slot", throwaway_slots, "b.clicked.connect(lambda: f(b))"),
    Rule(
        "no module over 400 lines",
        long_modules,
        "x = 1\n" * (LONGEST_MODULE + 1),
        folders=("posapp", "tests", "packaging"),
    ),
    Rule(
        "names say what is done",
        vague_names,
        "def handle_payment(): ...",
        folders=("posapp", "tests", "packaging"),
        exempt={"tests/simulation/network.py": "httpx names the method that a transport has"},
    ),
    Rule(
        "colours live in the theme",
        literal_colours,
        "INK = '#1a2b3c'",
        exempt={
            "posapp/ui/theme.py": "it is the theme",
            "posapp/receipts/paper.py": "ink on paper; receipts may not import the screens' theme",
            "posapp/sandbox/": "the hosted payment pages are web pages with their own look",
        },
    ),
    Rule(
        "labels are plain text",
        own_labels,
        "title = QLabel('<b>x</b>')",
        exempt={"posapp/ui/widgets/labels.py": "it makes the plain labels"},
    ),
    Rule(
        "tasks start in one place",
        loose_tasks,
        "loop.create_task(work())",
        exempt={
            "posapp/runtime/": "it is that place",
            "posapp/sandbox/server.py": "it may not import runtime; it keeps and awaits its task",
        },
    ),
)
