"""Search in a simulated market, beside the engines of the package index, in one run and one thread.

`make bench-search SIZE=100k`, or `python -m bench.search 10k 1m [--seed N] [--each N] [--alone]`. bench/README.md
explains the columns.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from statistics import fmean

from bench.finding.market import PretendMarket
from bench.finding.peers import PEERS, TANTIVY, Engine, Parley
from bench.finding.questions import Question, Questions

WARM = 20  # questions of each class that are not counted
TEXT = ("clean", "one typo", "two typos", "swapped", "no space", "begun", "human")
SENTENCES = ("other language", "foreign place", "sentence")
COLUMNS = ("engine", "build s", "MB", "p50 ms CPU", "p99 ms CPU", "text recall@10", "MRR", "success@1")
HEADING = f"| {' | '.join(COLUMNS)} | sentences, languages recall@10 |"


@dataclass
class Measured:
    """The results of one engine: seconds and quality by class of question."""

    name: str
    build: float = 0.0
    size: float = 0.0
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # milliseconds
    quality: dict[str, list[tuple[float, float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, question: Question, hits: Sequence[str], seconds: float) -> None:
        right = [hit in question.answers for hit in hits]
        recall = sum(right) / min(10, len(question.answers))
        reciprocal = 1 / (right.index(True) + 1) if True in right else 0.0
        self.waits[question.kind].append(seconds * 1000)
        self.quality[question.kind].append((recall, reciprocal, float(bool(right and right[0]))))

    def mean(self, kinds: Iterable[str], column: int) -> str:
        rows = [row[column] for kind in kinds for row in self.quality.get(kind, ())]
        return f"{fmean(rows):.3f}" if rows else "-"

    def waited(self, share: float, kinds: Iterable[str] | None = None) -> float:
        """Return the time within which that share of the questions was answered, in milliseconds.

        It covers all classes, or only `kinds`.
        """
        waits = sorted(chain.from_iterable(self.waits[kind] for kind in kinds or list(self.waits)))
        return waits[round(share * (len(waits) - 1))]

    def line(self) -> str:
        text = " | ".join(self.mean(TEXT, column) for column in range(3))
        return (
            f"| {self.name} | {self.build:.1f} | {self.size:.0f} | {self.waited(0.5):.2f} | {self.waited(0.99):.2f}"
            f" | {text} | {self.mean(SENTENCES, 0)} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="+", help="10k, 100k, 1m")
    parser.add_argument("--seed", type=int, default=2027, help="1 to 9 were tuned on")
    parser.add_argument("--each", type=int, default=60, help="questions of each of the eleven classes")
    parser.add_argument("--alone", action="store_true", help="Parley and tantivy only")
    chosen = parser.parse_args()
    parleys = [measure(size, chosen.seed, chosen.each, alone=chosen.alone) for size in chosen.sizes]
    if len(parleys) > 1:
        first, last = parleys[0], parleys[-1]
        grown = f"{chosen.sizes[0]} to {chosen.sizes[-1]}"
        p50, p99 = (last.waited(share) / first.waited(share) for share in (0.5, 0.99))
        print(f"\nGrowth of Parley {grown}: p50 {p50:.2f}x, p99 {p99:.2f}x")


def measure(size: str, seed: int, each: int, *, alone: bool) -> Measured:
    """Print one table; return the figures of Parley."""
    rows = int(size.lower().replace("k", "000").replace("m", "000000"))
    market = PretendMarket(rows, seed)
    drawn = Questions(market, seed + 1)
    questions, others = drawn.draw(each), drawn.draw(WARM)
    kinds: list[type[Engine]] = [Parley, *(TANTIVY if alone else PEERS)]
    if importlib.util.find_spec("tantivy") is None:
        print("tantivy is not installed: make bench-search installs it")
        kinds = [kind for kind in kinds if kind not in TANTIVY]
    with ExitStack() as keep:
        engines, measured = [], []
        for kind in kinds:
            started = time.perf_counter()
            engine = kind(market.rows, keep)
            built = time.perf_counter() - started
            engines.append(engine)
            measured.append(Measured(kind.name, built, engine.size_mb()))
        ask(engines, measured, questions, others)
    report(size, seed, measured)
    return measured[0]


def ask(
    engines: Sequence[Engine], measured: Sequence[Measured], questions: Sequence[Question], others: Sequence[Question]
) -> None:
    """Ask every engine each question in turn, so that the machine's other load falls on all alike.

    First ask other questions, which are not counted, so that each engine is as warm as in a running program.
    """
    for number, question in enumerate(others):
        for engine in engines:
            if number % engine.every == 0 and engine.only in {None, question.kind}:
                engine.answer(question)
    gc.collect()
    gc.disable()
    for number, question in enumerate(questions):
        for engine, figures in zip(engines, measured, strict=True):
            if number % engine.every == 0 and engine.only in {None, question.kind}:
                clock = time.perf_counter if engine.elsewhere else time.thread_time
                started = clock()
                hits = engine.answer(question)
                figures.add(question, hits, clock() - started)
    gc.enable()


def report(size: str, seed: int, measured: Sequence[Measured]) -> None:
    print(f"\n{size} documents, seed {seed}\n\n{HEADING}\n|{'---|' * 9}")
    for each in measured:
        print(each.line())
    parley = measured[0]
    for peer in measured[1:]:
        # A peer that was asked one class of questions is compared with Parley's figures for that class.
        p50, p99 = (peer.waited(share) / parley.waited(share, list(peer.waits)) for share in (0.5, 0.99))
        print(f"Parley against {peer.name}: p50 {p50:.1f}x, p99 {p99:.1f}x faster")
    print(f"\n| class | {' | '.join(f'{each.name}: recall@10' for each in measured)} | MRR | success@1 |")
    print(f"|{'---|' * (len(measured) + 3)}")
    for kind in parley.quality:
        recalls = " | ".join(each.mean((kind,), 0) for each in measured)
        print(f"| {kind} | {recalls} | {parley.mean((kind,), 1)} | {parley.mean((kind,), 2)} |", flush=True)


if __name__ == "__main__":
    main()
