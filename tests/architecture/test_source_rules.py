"""The house rules hold in every module, and each rule proves that it can find a breach."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from tests.architecture.source_rules import ROOT, RULES, Module, Rule, modules

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])


@each_rule
def test_every_module_keeps_the_rule(
    rule: Rule, record_property: Callable[[str, object], None]
) -> None:
    looked_at = rule.looked_at()
    record_property("files looked at", len(looked_at))
    assert len(looked_at) > 0, f"{rule.name}: looked at no file in {rule.folders}"
    assert rule.findings(looked_at) == [], f"{rule.name} ({len(looked_at)} files looked at)"


@each_rule
def test_the_rule_finds_a_planted_breach(rule: Rule) -> None:
    planted = Module(rule.planted_place, rule.planted)
    assert len(rule.findings([planted])) == 1


@each_rule
def test_the_rule_is_content_with_a_harmless_module(rule: Rule) -> None:
    harmless = Module(rule.planted_place, "def charge(order: str) -> str:\n    return order\n")
    assert rule.findings([harmless]) == []


@each_rule
def test_an_exemption_names_something_that_exists(rule: Rule) -> None:
    gone = [place for place in rule.exempt if not (ROOT / place).exists()]
    assert gone == []


def test_a_module_with_a_vague_name_is_found() -> None:
    rule = next(rule for rule in RULES if rule.name == "names say what is done")
    assert len(rule.findings([Module("posapp/desk/payment_utils.py", "")])) == 1


def test_the_plain_label_says_that_it_is_plain() -> None:
    [labels] = [m for m in modules("posapp/ui/widgets") if m.place.endswith("/labels.py")]
    formats = {
        ast.unparse(node.args[0])
        for node in ast.walk(ast.parse(labels.text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setTextFormat"
    }
    assert formats == {"Qt.TextFormat.PlainText"}


def test_the_packaging_folder_never_shadows_the_library_of_that_name() -> None:
    assert (ROOT / "packaging").is_dir()
    assert not (ROOT / "packaging" / "__init__.py").exists()
