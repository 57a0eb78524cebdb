"""The search language: ``field:'value'``, comparisons, sets, AND, OR, NOT and parentheses.

``reference:'ORD-1' AND amount:>=500``, ``status:('Captured','Refunded')``. A backslash escapes
a quote. Text is compared exactly, words of a fixed list without regard to case.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What a search can ask of a payment or a payout."""

    amount: int
    texts: Mapping[str, Sequence[object]]
    words: Mapping[str, str]
    metadata: Mapping[str, object]


Test = Callable[[Facts], bool]
_DEEPEST = 20
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<compare><=|>=|<|>)|(?P<number>-?[0-9]{1,12})"""
    r"""|(?P<word>[A-Za-z_][\w.]*)|(?P<mark>[:(),\[\]]))"""
)
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class QueryError(Exception):
    """The query is not in the language."""


def parse_query(text: str) -> Test:
    """The test that ``text`` describes.

    Raises:
        QueryError: if it cannot be understood.
    """
    parser = _Parser(_tokens(text))
    test = parser.either(0)
    if parser.kind() is not None:
        raise QueryError
    return test


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise QueryError
        tokens.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0

    def kind(self) -> str | None:
        """What comes next: a mark as itself, AND, OR, NOT, else the kind of the token."""
        if self._place >= len(self._tokens):
            return None
        group, text = self._tokens[self._place]
        if group == "mark" or (group == "word" and text in ("AND", "OR", "NOT")):
            return text
        return group

    def take(self, *kinds: str) -> str:
        if self.kind() not in kinds:
            raise QueryError
        self._place += 1
        return self._tokens[self._place - 1][1]

    def either(self, depth: int) -> Test:
        tests = [self.both(depth)]
        while self.kind() == "OR":
            self.take("OR")
            tests.append(self.both(depth))
        return tests[0] if len(tests) == 1 else _Any(tests)

    def both(self, depth: int) -> Test:
        tests = [self.term(depth)]
        while self.kind() == "AND":
            self.take("AND")
            tests.append(self.term(depth))
        return tests[0] if len(tests) == 1 else _All(tests)

    def term(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise QueryError
        if self.kind() == "NOT":
            self.take("NOT")
            return _Not(self.term(depth + 1))
        if self.kind() == "(":
            self.take("(")
            test = self.either(depth + 1)
            self.take(")")
            return test
        name = self.take("word")
        self.take(":")
        return self.comparison(name)

    def comparison(self, name: str) -> Test:
        if self.kind() == "compare":
            compare = _COMPARE[self.take("compare")]
            return _amount(name, compare, int(self.take("number")))
        if self.kind() in ("(", "["):
            end = ")" if self.take("(", "[") == "(" else "]"
            values = [self.value()]
            while self.kind() == ",":
                self.take(",")
                values.append(self.value())
            self.take(end)
            return _Any([_equal(name, value) for value in values])
        return _equal(name, self.value())

    def value(self) -> str:
        text = self.take("text", "number", "word")
        if text.startswith("'"):
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        return text


class _Any:
    def __init__(self, tests: list[Test]) -> None:
        self._tests = tests

    def __call__(self, facts: Facts) -> bool:
        return any(test(facts) for test in self._tests)


class _All:
    def __init__(self, tests: list[Test]) -> None:
        self._tests = tests

    def __call__(self, facts: Facts) -> bool:
        return all(test(facts) for test in self._tests)


class _Not:
    def __init__(self, test: Test) -> None:
        self._test = test

    def __call__(self, facts: Facts) -> bool:
        return not self._test(facts)


def _amount(name: str, compare: Callable[[int, int], bool], number: int) -> Test:
    if name != "amount":
        raise QueryError
    return lambda facts: compare(facts.amount, number)


_TEXTS = frozenset("id reference bin last4 email customer_name arn amount".split())
_WORDS = frozenset("status currency payment_type payment_method scheme issuing_country".split())


def _equal(name: str, value: str) -> Test:
    if name in _TEXTS:
        return lambda facts: value in facts.texts.get(name, ())
    if name in _WORDS:
        wanted = value.casefold()
        return lambda facts: name in facts.words and facts.words[name].casefold() == wanted
    group, _, key = name.partition(".")
    if group == "metadata" and key and value.count("*") <= 2:
        pattern = re.compile(".*".join(re.escape(part) for part in value.split("*")), re.DOTALL)
        return lambda facts: (
            key in facts.metadata and pattern.fullmatch(str(facts.metadata[key])) is not None
        )
    raise QueryError
