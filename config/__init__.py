"""What differs between two installations, and the one place where the parts meet. Nobody imports it."""

import zoneinfo

# Laws about clocks change every year, and a machine's own tables may be years old. All of the product, and every
# calendar file it writes, goes by the one release that is locked with it.
zoneinfo.reset_tzpath(to=())
