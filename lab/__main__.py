"""`python -m lab --port 8090`: the lab alone, for a look around."""

from __future__ import annotations

import argparse
import asyncio
import sys

from lab.app import Lab


async def run(port: int, smtp_port: int) -> None:
    lab = Lab()
    await lab.start(port, smtp_port)
    sys.stdout.write(f"the lab: {lab.url}  mail: {lab.smtp_url}  (Ctrl+C ends it)\n")
    try:
        await asyncio.Event().wait()
    finally:
        await lab.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m lab", description="The outside world in a box.")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--smtp-port", type=int, default=0)
    given = parser.parse_args()
    try:
        asyncio.run(run(given.port, given.smtp_port))
    except KeyboardInterrupt:
        sys.exit(0)
