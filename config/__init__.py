"""The settings of one installation, and the one place where the parts meet. Only tools and tests import it.

- From the environment: `settings`, `database`, `slack`, and `external_services` (the lab where none is named).
- The parts together: `market` (slices and conversations), `wiring` (the product), `installation` (with the lab).
- For the web's pages: `links` and `video_rooms`.
- Running beside the product: `server`, `sweeps`, `search_index`, `alarms`.
- For its operator: `logs`, `metrics`, `readiness`, `traces`, `version`.
- The schema of the database: `migrations` (with `tables`).
- The reference data: `reference`, read out of `catalogue`.
"""

import zoneinfo

# Laws about clocks change every year, and a machine's own tables may be years old. All of the product, and every
# calendar file it writes, goes by the one release that is locked with it.
zoneinfo.reset_tzpath(to=())
