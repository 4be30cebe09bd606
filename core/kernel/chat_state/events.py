"""Events about drafts that their owner does not continue."""

from __future__ import annotations

from core.kernel.events import Event


class DraftNearsItsEnd(Event):
    """A form has waited for six days; it goes in another one."""

    person_id: str
    draft_id: str
