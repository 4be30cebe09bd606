"""Parley's command line: `python main.py run`."""

from tools.command_line import main

if __name__ == "__main__":
    main()
