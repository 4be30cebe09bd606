"""The rules of plain English, and the readers that find prose in code and on pages."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 20

FENCE: Final = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
QUOTED: Final = re.compile(
    r"`+[^`]+`+|\"[^\"\n]+(?:\n[^\"\n]+){0,2}\"|“[^”]+”|«[^»]+»|‘[^’]+’|(?<![\w)])'[^'\n]+'(?!\w)"
)
ADDRESS: Final = re.compile(r"\b\w+://\S*[\w/]")
LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
MARKUP: Final = re.compile(r"\*\*|__|<[^>\n]+>")
SHORT_FORMS: Final = re.compile(r"\b(e\.g|i\.e|etc|vs|cf|No|Art|incl|approx|Mr|Ms|Dr|St)\.(?=\s|,|$)")
LIST_MARK: Final = re.compile(r"^\s*(?:[-*+]|\d+[.)]|#+|>+)\s+")
SENTENCE_END: Final = re.compile(r"(?<=[.!?])[)\]]*\s+(?=[A-Z0-9(\[])")
WORD: Final = re.compile(r"[^\W_][\w'’./%+-]*")

BANNED_WORDS: Final = re.compile(
    r"\b(nobody|somebody|whoever|whomever|whosoever|anew|thereof|wherein|whereof|whom|so much of)\b", re.IGNORECASE
)
HEADLESS_START: Final = re.compile(r"^\W*who\s+\w+", re.IGNORECASE)
HEADLESS_INSIDE: Final = re.compile(
    r"[;:]\s+who\s+(?!they\b|he\b|she\b|we\b|is\s+who\b)\w+"
    r"|\b(?:to|for|from|with|by|at|than|against|as|between|after|before)\s+who\s+\w+"
    r"|(?<!record )(?<!list )(?<!log )(?<!history )(?<!idea )(?<!matter )(?<!question )\bof\s+who\s+\w+"
    r"|\bwhat\s+(?:who|nothing|no\s+one)\b"
    r"|\bnothing\b[^.;]{0,20}\bof\s+what\b",
    re.IGNORECASE,
)
FRONTED: Final = re.compile(
    r"^\W*Of\s+(?!course\b)\w+|[;:]\s+of\s+(?:the|those|what|all|each|these)\b|\bof\s+which\s+(?:an?|the|one|no|any)\b",
    re.IGNORECASE,
)
# A docstring starts with a verb, or at least with the thing that it describes.
NO_FIRST_WORDS: Final = re.compile(
    r"^\W*(?:What|Who|Whom|Whose|Whether|How|Why|Which|That|Nothing|Nobody|So|Of|Such|Nor|One\s+who|Those\s+who|"
    r"The\s+same)\b",
    re.IGNORECASE,
)
BARE_CLAUSE: Final = re.compile(r"^\W*(?:When|Where|Until|Since)\b[^,]*$", re.IGNORECASE)

TEST_NAME: Final = re.compile(
    r"^test_(?:who|what|of|whether|nothing_of|so)_"
    r"|_(?:nobody|somebody|whoever|anew|thereof|whom|so_much_of)(?:_|$)"
    r"|_(?:to|for|from|with|by|than|against|of)_who_"
    r"|_what_(?:who|nothing)_"
)

MACHINE: Final = re.compile(
    r"^#(?:!|:|\s*(?:-\*-|noqa\b|type:|pragma\b|fmt:|ruff:|mypy:|isort:|pyright:|nosec\b|coding[:=]|vim:))"
)
FILLERS: Final = re.compile(
    r"\b(?:an?|the|this|these|that|those|its|their|his|her|our|and|or|of|for|to|in|on|at|by|with|from|is|are|as|it|one|"
    r"returns?|whether|if|do|does|gives?)\b"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of prose: kind is "module", "class", "function", "comment", "page", "help" or "test"."""

    line: int
    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence that breaks a rule."""

    line: int
    rule: str
    text: str


def without_quotes(text: str) -> str:
    """Replace code, quotations and addresses by single words that no rule looks at."""
    text = FENCE.sub("", text)
    text = LINK.sub(r"\1", text)
    text = QUOTED.sub("Quote", text)
    text = ADDRESS.sub("Address", text)
    text = MARKUP.sub("", text)
    return SHORT_FORMS.sub(lambda found: found[1].replace(".", ""), text)


def sentences(text: str) -> Iterator[str]:
    """Split text into sentences; list items, table cells and paragraphs end one too."""
    for chunk in _chunks(without_quotes(text)):
        for sentence in SENTENCE_END.split(" ".join(chunk.split())):
            if WORD.search(sentence):
                yield sentence


def _chunks(text: str) -> Iterator[str]:
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        is_row = line.lstrip().startswith("|")
        if not line.strip() or is_row or LIST_MARK.match(line):
            if lines:
                yield "\n".join(lines)
            lines = []
        if is_row:
            yield from line.strip().strip("|").split("|")
        elif line.strip():
            lines.append(LIST_MARK.sub("", line))
        if line.lstrip().startswith("#"):
            yield "\n".join(lines)
            lines = []


def broken_rules(sentence: str) -> Iterator[str]:
    """Name each rule that one sentence breaks."""
    if BANNED_WORDS.search(sentence):
        yield "banned-word"
    is_question = sentence.rstrip(')"*_ ').endswith("?")
    if HEADLESS_INSIDE.search(sentence) or (HEADLESS_START.search(sentence) and not is_question):
        yield "headless"
    if FRONTED.search(sentence):
        yield "fronted-genitive"
    if len(WORD.findall(sentence)) > MOST_WORDS:
        yield "long-sentence"


def faults_of(passage: Passage) -> list[Fault]:
    """Check one passage by all the rules of its kind."""
    if passage.kind == "test":
        broken = TEST_NAME.search(passage.text)
        return [Fault(passage.line, "test-name", passage.text)] if broken else []
    found = [
        Fault(passage.line, rule, sentence) for sentence in sentences(passage.text) for rule in broken_rules(sentence)
    ]
    if passage.kind in ("module", "class", "function"):
        found += [Fault(passage.line, rule, passage.text) for rule in _docstring_rules(passage)]
    return found


def _docstring_rules(passage: Passage) -> Iterator[str]:
    first = next(sentences(passage.text), "")
    if NO_FIRST_WORDS.search(first) or (passage.kind == "function" and BARE_CLAUSE.search(first)):
        yield "first-word"
    if passage.kind != "module" and repeats_the_name(passage.text, passage.name):
        yield "repeats-name"


def repeats_the_name(text: str, name: str) -> bool:
    """Return whether a docstring has no word that the name does not have."""
    if "`" in text or len(WORD.findall(text)) > MOST_WORDS:
        return False
    in_name = {_stem(part) for part in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name.replace("_", " "))}
    said = {_stem(word) for word in re.findall(r"[a-z0-9]+", FILLERS.sub(" ", text.lower()))}
    return bool(said) and said <= in_name


def _stem(word: str) -> str:
    word = word.lower()
    for ending in ("ies", "ing", "es", "ed", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def docstrings(tree: ast.Module) -> Iterator[Passage]:
    """Yield the docstrings of a module, in the order of its lines, with qualified names."""
    yield from _docstrings_under(tree, "")


def _docstrings_under(node: ast.AST, name: str) -> Iterator[Passage]:
    kind = {ast.Module: "module", ast.ClassDef: "class"}.get(type(node), "function")
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        text = ast.get_docstring(node)
        if text is not None:
            yield Passage(node.body[0].lineno, kind, name.rpartition(".")[2], text)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _docstrings_under(child, f"{name}.{child.name}".lstrip("."))
        else:
            yield from _docstrings_under(child, name)


def comments(source: str) -> Iterator[Passage]:
    """Yield comments, each block of neighbouring comment lines as one; comments for tools are left out."""
    block: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if MACHINE.match(token.string):
            token = token._replace(string=said_to_readers(token.string))  # noqa: PLW2901 - the same comment, cut
            if token.string == "#":
                continue
        alone = not token.line[: token.start[1]].strip()
        if block and alone and block[-1].start == (token.start[0] - 1, token.start[1]) and not _is_trailing(block[-1]):
            block.append(token)
            continue
        if block:
            yield _as_passage(block)
        block = [token]
    if block:
        yield _as_passage(block)


def _is_trailing(token: tokenize.TokenInfo) -> bool:
    return bool(token.line[: token.start[1]].strip())


def said_to_readers(comment: str) -> str:
    """Return what stands in a tool's comment for readers: after " - " or a second "#"."""
    found = re.search(r"\s-\s+(.+)$|(?<=\S)\s+#\s*(.+)$", comment)
    return f"# {found[1] or found[2]}" if found else "#"


def _as_passage(block: list[tokenize.TokenInfo]) -> Passage:
    text = "\n".join(re.sub(r"^#:? ?", "", token.string) for token in block)
    return Passage(block[0].start[0], "comment", "", text)


def test_names(tree: ast.Module) -> Iterator[Passage]:
    """Yield the names of test functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield Passage(node.lineno, "test", node.name, node.name)


def command_line_help(tree: ast.Module) -> Iterator[Passage]:
    """Yield the help and description texts that are handed to argparse."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        for word in node.keywords:
            if (
                word.arg in ("help", "description", "epilog")
                and isinstance(word.value, ast.Constant)
                and isinstance(word.value.value, str)
                and ast.unparse(node.func).rpartition(".")[2] in ("add_argument", "add_parser", "ArgumentParser")
            ):
                yield Passage(word.value.lineno, "help", word.arg, word.value.value)


def in_python(source: str, *, is_test: bool = False) -> list[Passage]:
    """Return all the prose of a Python file."""
    tree = ast.parse(source)
    found = [*docstrings(tree), *comments(source), *command_line_help(tree)]
    return [*found, *test_names(tree)] if is_test else found


def in_page(text: str) -> list[Passage]:
    """Return the paragraphs, list items and table rows of a Markdown page; fenced code is left out."""
    text = FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    found: list[Passage] = []
    start, lines = 1, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if not line.strip() or LIST_MARK.match(line) or line.lstrip().startswith("|"):
            if lines:
                found.append(Passage(start, "page", "", "\n".join(lines)))
            start, lines = number, []
        if line.strip() and not re.fullmatch(r"[\s|:-]+", line):
            lines.append(line)
    return found


def in_makefile(text: str) -> list[Passage]:
    """Return the help lines (`##`) and comments of a Makefile."""
    return [
        Passage(number, "help", "", found[1])
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := re.search(r"(?:^|\s)##? (.+)$", line))
    ]
