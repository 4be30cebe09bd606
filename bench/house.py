"""Measure how legible the tree is: sizes, names, sentences, circles and untyped strings."""

from __future__ import annotations

import ast
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.house import file_names, glossary
from tests.house.scratch import HOUSE
from tests.house.test_prose import EVERYWHERE, faults

NOT_PRODUCT: Final = ("lab/", "tests/", "bench/", "simulation/", "migrations/")
RULES: Final = (
    "headless",
    "banned-word",
    "fronted-genitive",
    "long-sentence",
    "first-word",
    "repeats-name",
    "test-name",
)


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file. `path` is relative to the tree."""

    path: str
    source: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def lines(self) -> int:
        return self.source.count("\n")

    @property
    def context(self) -> str:
        """The second folder within core and conversations, else the first."""
        parts = self.path.split("/")[:-1]
        return "/".join(parts[:2]) if parts[:1] in (["core"], ["conversations"]) else "/".join(parts[:1]) or "(root)"

    @property
    def is_product(self) -> bool:
        return not self.path.startswith(NOT_PRODUCT)


@cache
def modules() -> list[Module]:
    files = [*glossary.python_files(), *(HOUSE / "migrations").rglob("*.py")]
    sources = [(path.relative_to(HOUSE).as_posix(), path.read_text("utf-8")) for path in files]
    return [Module(path, source, ast.parse(source)) for path, source in sources]


def product() -> list[Module]:
    return [module for module in modules() if module.is_product]


def function_lengths(found: Iterable[Module]) -> list[int]:
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for module in found
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def spread(numbers: list[int]) -> str:
    """Return the median, the 95th percentile and the maximum."""
    numbers = sorted(numbers)
    return f"{statistics.median(numbers):.0f} / {numbers[int(len(numbers) * 0.95)]} / {numbers[-1]}"


def imports(module: Module, *, with_typing: bool) -> Iterator[str]:
    """Yield what a module imports anywhere in it, as module names or as names within modules."""
    hidden: set[ast.AST] = set() if with_typing else set(_for_typing_only(module.tree))
    for node in ast.walk(module.tree):
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                yield f"{node.module}.{each.name}"


def _for_typing_only(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING":
            yield from (inner for statement in node.body for inner in ast.walk(statement))


def circles(*, with_typing: bool) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or not."""
    names = {module.name for module in modules()}
    arrows: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        for target in imports(module, with_typing=with_typing):
            known = target if target in names else target.rpartition(".")[0]
            if known in names and known != module.name:
                arrows[module.name].add(known)
    return sorted((sorted(group) for group in _strong_groups(names, arrows) if len(group) > 1), key=len, reverse=True)


def _strong_groups(names: set[str], arrows: dict[str, set[str]]) -> Iterator[set[str]]:
    """Group what reaches each other, by Kosaraju's two passes."""
    order: list[str] = []
    seen: set[str] = set()
    for name in sorted(names):
        order += _finished_after(name, arrows, seen)
    back: dict[str, set[str]] = defaultdict(set)
    for source, targets in arrows.items():
        for target in targets:
            back[target].add(source)
    seen = set()
    for name in reversed(order):
        if name not in seen:
            yield set(_finished_after(name, back, seen))


def _finished_after(start: str, arrows: dict[str, set[str]], seen: set[str]) -> list[str]:
    if start in seen:
        return []
    seen.add(start)
    done: list[str] = []
    stack = [(start, iter(sorted(arrows[start])))]
    while stack:
        name, rest = stack[-1]
        following = next((each for each in rest if each not in seen), None)
        if following is None:
            done.append(name)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(sorted(arrows[following]))))
    return done


def raw_state_comparisons(module: Module) -> int:
    """Count comparisons of a `state` with strings that are written out."""
    return sum(
        isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr.endswith("state")
        and any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in _parts(node.comparators))
        for node in ast.walk(module.tree)
    )


def _parts(nodes: list[ast.expr]) -> Iterator[ast.expr]:
    for node in nodes:
        yield from node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]


def untyped_bodies(module: Module) -> int:
    """Count values that are read or written by a string in something called body."""
    return sum(
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value).rpartition(".")[2] == "body"
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
        for node in ast.walk(module.tree)
    )


def names_with_two_paths() -> list[str]:
    """Return public names of the product that are imported from two modules and are the same thing."""
    brought = {
        (module.name, each.asname or each.name): (node.module, each.name)
        for module in modules()
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for each in node.names
    }
    paths: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for each in node.names:
                    paths[_home_of((node.module, each.name), brought)].add(node.module)
    product_names = {module.name for module in product()}
    return sorted(
        f"{module}.{name}" for (module, name), used in paths.items() if len(used) > 1 and module in product_names
    )


def _home_of(name: tuple[str, str], brought: dict[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    """Follow a name through the modules that import it to the one that defines it."""
    passed = {name}
    while (following := brought.get(name)) and following not in passed:
        name = following
        passed.add(name)
    return name


def non_nouns() -> tuple[list[str], int]:
    """Return the file names that are no nouns, exceptions left out, and how many names there are."""
    names = [module.path for module in modules() if not module.path.startswith("migrations/versions")]
    names = [path for path in names if Path(path).name not in ("__init__.py", "conftest.py")]
    return [path for path in names if not file_names.is_noun(Path(path).name)], len(names)


def main() -> None:
    """Print all figures as Markdown tables."""
    by_context = Counter[str]()
    for module in modules():
        by_context[module.context] += module.lines
    print("| context | lines |\n|---|---:|")
    for context, lines in sorted(by_context.items()):
        print(f"| {context} | {lines:,} |")
    rules = Counter(fault.rule for path in EVERYWHERE for fault in faults(path))
    clauses, names = non_nouns()
    uses = glossary.uses(glossary.bans(glossary.PAGE.read_text("utf-8")))
    at_runtime, all_circles = circles(with_typing=False), circles(with_typing=True)
    print("\n| measure | figure |\n|---|---:|")
    print(f"| product lines | {sum(module.lines for module in product()):,} |")
    print(f"| product files | {len(product()):,} |")
    print(f"| lines of a product file, median / p95 / max | {spread([module.lines for module in product()])} |")
    print(f"| lines of a product function, median / p95 / max | {spread(function_lengths(product()))} |")
    print(f"| file names that are no nouns | {len(clauses)} of {names} ({len(clauses) / names:.1%}) |")
    for rule in RULES:
        print(f"| prose: {rule} | {rules[rule]:,} |")
    print(f"| names with a banned word | {len({(use.path, use.line, use.name) for use in uses}):,} |")
    print(f"| circles of modules at run time | {len(at_runtime)} ({sum(map(len, at_runtime))} modules) |")
    print(f"| circles with imports for typing | {len(all_circles)} ({sum(map(len, all_circles))} modules) |")
    print(f"| raw state comparisons | {sum(map(raw_state_comparisons, product()))} |")
    print(f"| untyped bodies | {sum(map(untyped_bodies, product()))} |")
    print(f"| public names with two import paths | {len(names_with_two_paths())} |")
    print("\n| circle |\n|---|")
    for group in all_circles:
        print(f"| {', '.join(group)} |")


if __name__ == "__main__":
    main()
