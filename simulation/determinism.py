"""`python -m simulation.determinism 2`: one world in three interpreters with different hash seeds. They must agree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
HASH_SEEDS: Final = ("0", "1", "4711")
ONE: Final = """
import sys
from pathlib import Path
from simulation.pool import scratch_folder
from simulation.scenario import Scenario
from simulation.world import play
print(play(Scenario(int(sys.argv[1])), Path(scratch_folder().name)).fingerprint)
"""


def main() -> int:
    prints = [fingerprint(sys.argv[1], hash_seed) for hash_seed in HASH_SEEDS]
    for hash_seed, seen in zip(HASH_SEEDS, prints, strict=True):
        sys.stdout.write(f"seed {sys.argv[1]}, PYTHONHASHSEED={hash_seed}: {seen}\n")
    return 0 if len(set(prints)) == 1 else 1


def fingerprint(seed: str, hash_seed: str) -> str:
    command = (sys.executable, "-W", "ignore", "-c", ONE, seed)
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return told.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
