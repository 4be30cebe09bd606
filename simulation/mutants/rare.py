"""Why a rule's absence was not told by the worlds in which it was looked for: what they hold too seldom."""

from typing import Final

RARE: Final[dict[str, str]] = {
    "anybody_acts": "of the few presses by a wrong hand in a world, hardly one is a step that fits at that moment",
    "half_a_unit": "it takes a second yes in a talk charged by the minute; other refusals come before any write",
    "more_unasked": "hardly a talk is so long that its consultant offers more time",
    "beside_counted": "what a transfer leaves over must be heard of before the payment that it paid, within seconds",
    "dispute_race": "it takes a deal paid in parts, one of them called back while another is released",
    "no_set_off": "it takes a claim on a seller who has another lot of the same deal settled later",
}
