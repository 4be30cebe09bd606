"""Groups as people make and change them, and the bot's settings in BotFather's menus."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Body, HTTPException
from pydantic import BaseModel, ConfigDict

from lab.telegram.entities import marked
from lab.telegram.methods.membership import change_bot, change_person
from lab.telegram.phones.hands import Hands, Seen, impossible
from lab.telegram.phones.views import group_view
from lab.telegram.places import RIGHTS, Group

Who = Annotated[int, Body(embed=True)]
Payload = Annotated[str, Body(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
# An administrator's rights by default.
USUAL: Final = frozenset(RIGHTS) - {"can_promote_members", "can_post_stories", "can_edit_stories", "can_delete_stories"}


class Founding(BaseModel):
    title: str
    by: int
    members: list[int] = []
    bot: bool = True
    supergroup: bool = False
    forum: bool = False


class Promotion(BaseModel):
    """The promotion of a person, or of the bot if no person is named."""

    person: int | None = None
    rights: list[str] | None = None
    demote: bool = False


class Settings(BaseModel):
    """Settings of the bot; fields that are left out stay."""

    model_config = ConfigDict(extra="forbid")

    topics: bool | None = None
    privacy: bool | None = None
    inline: bool | None = None
    inline_feedback: bool | None = None
    join_groups: bool | None = None
    chat_burst: float | None = None
    group_burst: float | None = None
    per_second: float | None = None


class Groups(Hands):
    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/telegram")
        routes.add_api_route("/groups", self.found, methods=["POST"])
        routes.add_api_route("/groups", self.every, methods=["GET"])
        for deed in (self.join, self.leave, self.add_bot, self.remove_bot, self.promote, self.migrate):
            routes.add_api_route(f"/groups/{{group}}/{deed.__name__}", deed, methods=["POST"])
        routes.add_api_route("/settings", self.settings, methods=["GET"])
        routes.add_api_route("/settings", self.set, methods=["PUT"])
        return routes

    async def every(self) -> list[Seen]:
        return [group_view(self.bot, group) for group in self.bot.groups.values()]

    async def found(self, founding: Founding) -> Seen:
        """Make a group as a person; forums are supergroups."""
        by = self.person(founding.by)
        big = founding.supergroup or founding.forum
        group = self.bot.add_group(founding.title, supergroup=big, forum=founding.forum)
        group.members = {founding.by: "creator"}
        for each in founding.members:
            self.person(each)
            group.members[each] = "member"
        self.bot.put(group, {"supergroup_chat_created" if big else "group_chat_created": True}, sender=by.as_user())
        if founding.bot:
            await self.add_bot(group.id, founding.by)
        return group_view(self.bot, group)

    async def join(self, group: int, person: Who) -> Seen:
        here, who = self._living(group), self.person(person)
        change_person(self.bot, here, who, "member")
        self.bot.tell_service(here, {"new_chat_members": [who.as_user()]}, who.as_user())
        return group_view(self.bot, here)

    async def leave(self, group: int, person: Who) -> Seen:
        here, who = self._living(group), self.person(person)
        if person not in here.members:
            raise impossible(f"{who.name} is not in this group")
        self.bot.tell_service(here, {"left_chat_member": who.as_user()}, who.as_user())
        change_person(self.bot, here, who, "left")
        return group_view(self.bot, here)

    async def add_bot(self, group: int, by: Annotated[int, Body()], payload: Payload = "") -> Seen:
        """Add the bot by hand, or by a link with `?startgroup=payload`, which the bot then gets as a command."""
        here, who = self._living(group), self.person(by)
        if not self.bot.habits.join_groups:
            raise impossible("this bot cannot be added to groups")
        if here.bot_inside:
            raise impossible("the bot is in this group")
        change_bot(self.bot, here, who, "member")
        for member in here.members:
            self.bot.chats[member].met = True
        self.bot.tell_service(here, {"new_chat_members": [self.bot.as_user()]}, who.as_user())
        if payload:
            self.bot.receive(here, marked(f"/start@{self.bot.username} {payload}"), who)
        return group_view(self.bot, here)

    async def remove_bot(self, group: int, by: Who) -> Seen:
        """Remove the bot. It is told so, and hears no more from the group."""
        here, who = self._living(group), self.person(by)
        if not here.bot_inside:
            raise impossible("the bot is not in this group")
        self.bot.put(here, {"left_chat_member": self.bot.as_user()}, sender=who.as_user())
        change_bot(self.bot, here, who, "kicked")
        return group_view(self.bot, here)

    async def promote(self, group: int, promotion: Promotion) -> Seen:
        here = self._living(group)
        creator = next(self.person(each) for each, status in here.members.items() if status == "creator")
        if promotion.person is not None:
            status = "member" if promotion.demote else "administrator"
            change_person(self.bot, here, self.person(promotion.person), status)
        elif promotion.demote:
            change_bot(self.bot, here, creator, "member")
        else:
            rights = frozenset(promotion.rights) if promotion.rights is not None else USUAL
            if not rights <= set(RIGHTS):
                raise HTTPException(422, f"there are no such rights: {', '.join(sorted(rights - set(RIGHTS)))}")
            change_bot(self.bot, here, creator, "administrator", rights | {"can_manage_chat"})
        return group_view(self.bot, here)

    async def migrate(self, group: int) -> Seen:
        """Make the group a supergroup under a new id; the old id answers with the new one from now on."""
        old = self._living(group)
        if old.supergroup:
            raise impossible("this is a supergroup already")
        new = self.bot.add_group(old.title, supergroup=True)
        new.members, new.bot, new.rights = dict(old.members), old.bot, old.rights
        creator = next(self.person(each) for each, status in old.members.items() if status == "creator").as_user()
        self.bot.tell_service(old, {"migrate_to_chat_id": new.id}, creator)
        self.bot.tell_service(new, {"migrate_from_chat_id": old.id}, creator)
        old.migrated_to = new.id
        return group_view(self.bot, new)

    async def settings(self) -> Settings:
        habits, pace = self.bot.habits, self.bot.pace
        return Settings(
            topics=habits.topics,
            privacy=habits.privacy,
            inline=habits.inline,
            inline_feedback=habits.inline_feedback,
            join_groups=habits.join_groups,
            chat_burst=pace.chat_burst,
            group_burst=pace.group_burst,
            per_second=pace.per_second,
        )

    async def set(self, settings: Settings) -> Settings:
        for name, value in settings.model_dump(exclude_none=True).items():
            setattr(self.bot.habits if hasattr(self.bot.habits, name) else self.bot.pace, name, value)
        return await self.settings()

    def _living(self, group: int) -> Group:
        if group not in self.bot.groups:
            raise HTTPException(404, f"there is no group {group}")
        if self.bot.groups[group].migrated_to is not None:
            raise impossible("the group has become a supergroup and lives on there")
        return self.bot.groups[group]
