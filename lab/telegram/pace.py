"""Rate limits of a bot's messages: in all, into one chat, and into one group."""

from __future__ import annotations

import math

from lab.telegram.call import Refusal
from lab.world import Clock


class Pace:
    """The rate limits of a bot.

    Telegram (core.telegram.org/bots/faq) says:

    - "about 30 messages a second" in all,
    - "avoid sending more than one message per second in a particular chat; short bursts are allowed",
    - "not more than 20 messages per minute to the same group".

    It does not say how long a burst may be. Here a chat takes 20 at once and then one a second. So ordinary talk passes
    and a loop does not. A group takes its 20 and then one every three seconds. An edit counts a quarter.
    """

    per_second = 30.0
    chat_burst = 20.0
    chat_per_second = 1.0
    group_burst = 20.0
    group_per_second = 20.0 / 60.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: dict[int, tuple[float, float]] = {}

    def spend(self, chat: int, cost: float = 1.0) -> None:
        """Take `cost` messages from both allowances, or refuse with 429 and take nothing. Groups have negative ids."""
        burst, rate = (self.group_burst, self.group_per_second) if chat < 0 else (self.chat_burst, self.chat_per_second)
        now = self._clock.now().timestamp()
        everyone = self._level(0, now, self.per_second)
        here = self._level(chat, now, rate)
        late = max((everyone + cost - self.per_second) / self.per_second, (here + cost - burst) / rate)
        # A call that is bigger than the whole allowance passes if nothing was spent before it.
        if late > 0 and (everyone > 0 or here > 0):
            seconds = max(1, math.ceil(late))
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        self._spent[0] = (everyone + cost, now)
        self._spent[chat] = (here + cost, now)

    def _level(self, key: int, now: float, rate: float) -> float:
        spent, at = self._spent.get(key, (0.0, now))
        return max(0.0, spent - (now - at) * rate)
