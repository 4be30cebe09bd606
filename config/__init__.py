"""What differs between two installations, and the one place where the parts meet. Nobody imports it.

- From the environment: `settings`, `database`, `slack`, and `outside` (the lab, for whatever is not named).
- The parts together: `market` (slices and conversations), `wiring` (the product), `installation` (with the lab).
- What the doors of the web are given: `links` and `rooms`.
- What runs beside it: `server`, `sweeps`, `reindex`, `alarms`, `metrics`.
- What an operator types: `command_line`, with `doctor`, `verify`, `earnings`, `demonstration`, `batch`, `screens`.
- What a developer types: `migrate` (with `tables`), `diagrams`.
- What there is to begin with: `reference`, read out of `catalogue`, and `seed`. `rehearsal` is a play that comes by
  every door, for `screens` and for tests.
"""

import zoneinfo

# Laws about clocks change every year, and a machine's own tables may be years old. All of the product, and every
# calendar file it writes, goes by the one release that is locked with it.
zoneinfo.reset_tzpath(to=())
