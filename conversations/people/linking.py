"""One person on two platforms: `/link` shows a code, the other chat confirms it, and either can be unlinked again."""

from __future__ import annotations

from babel import Locale

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.platforms import ChatPlatform
from conversations.reply import Button, Card, Line, Say
from conversations.router import Router
from conversations.steps import YES
from conversations.wording import Wordings, Words
from core.people.accounts import linking
from core.people.accounts.model import ChatIdentity, Person
from core.people.accounts.service import identities, organisation_of

router = Router()


def spoken_now(words: Words, wordings: Wordings, stays: Person) -> str:
    """Return a sentence that the chat continues in another language than `words`; empty if it does not."""
    now = wordings.known(stays.locale)
    if now == words.language:
        return ""
    language = Locale.parse(now).get_display_name(words.locale) or now
    return "\n" + words("link.language", language=language)


@router.command("link")
def link(chat: ChatContext, given: str) -> None:
    """`/link` shows a code; `/link CODE` on the other platform asks whether both accounts become one person's."""
    words = chat.words
    if given:
        _ask(chat, given.strip().upper())
        return
    shown = linking.offer_link(chat.ctx)
    for other in chat.market_context.platforms.values():
        if other is not chat.platform:
            command, inside = f"{other.command_sign}link {shown.code}", other.called(words.language, "inside")
            chat.reply(
                Say(text=words("link.elsewhere", inside=inside, command=command, minutes=words.rules.link_minutes))
            )
    chats = linking.linked_chats(chat.ctx)
    if len(chats) > 1:
        chat.reply(_chats_card(chat, chats))


def _ask(chat: ChatContext, code: str) -> None:
    """Show the person behind the code, and what a link would give them. Nothing is linked before the press."""
    words, owner = chat.words, linking.owner_of_code(chat.ctx, code)
    if owner is None:
        chat.reply(Say(text=words("people.link_code")))
        return
    gives = not linking.owner_stays(chat.ctx, owner)
    company = organisation_of(chat.ctx, owner.organisation_id).name
    where = ", ".join(dict.fromkeys(_platform(chat, each).name for each in identities(chat.ctx, owner.id)))
    yes = Button(label=words("link.confirm"), press=press("link.take", code), style="danger")
    no = Button(label=words("link.decline"), press=press("link.decline"))
    chat.reply(
        Card(
            subject="link",
            title=words("link.question"),
            text=words("link.gives" if gives else "link.joins", name=owner.name),
            lines=(
                Line(
                    label=words("link.person"),
                    value=owner.name if owner.name == company else f"{owner.name}, {company}",
                ),
                Line(label=words("link.chat"), value=where),
            ),
            note=words("link.warning"),
            buttons=((yes,), (no,)),
        )
    )


@router.press("link.take")
def take(chat: ChatContext, button: Press) -> None:
    """Link the accounts after the person has seen the other one."""
    stays = linking.take_link(chat.ctx, button.subject)
    if stays is None:
        chat.reply(Say(text=chat.words("people.link_code")))
        return
    done = chat.words("link.done", name=stays.name)
    chat.reply(_closed(chat, done + spoken_now(chat.words, chat.market_context.wordings, stays)))


@router.press("link.decline")
def decline(chat: ChatContext, _button: Press) -> None:
    chat.reply(_closed(chat, chat.words("link.declined")))


@router.press("link.show")
def show(chat: ChatContext, _button: Press) -> None:
    chat.reply(_chats_card(chat, linking.linked_chats(chat.ctx)))


@router.press("link.cut")
def cut(chat: ChatContext, button: Press) -> None:
    """Unlink a chat after a question."""
    words, here = chat.words, chat.chat_address
    account = next(
        (each for each in linking.linked_chats(chat.ctx) if linking.name_of_chat(each) == button.subject), None
    )
    label = words("link.unlink", platform=_platform(chat, account).name) if account is not None else ""
    if button.choice != YES and account is not None:
        yes = Button(
            label=words("sure.yes", what=label), press=press("link.cut", button.subject, None, YES), style="danger"
        )
        no = Button(label=words("sure.no"), press=press("link.show"))
        question = words("link.unlink_question", platform=_platform(chat, account).name)
        chat.reply(Card(subject="link", title=question, text=words("link.unlink_text"), buttons=((yes,), (no,))))
        return
    gone = linking.unlink(chat.ctx, button.subject, (here.platform, here.workspace, here.address))
    chat.reply(_closed(chat, words("link.unlinked", platform=_platform(chat, gone).name)))


def _chats_card(chat: ChatContext, chats: list[ChatIdentity]) -> Card:
    """Return the card of a person's chats, with a button for each that this chat may unlink."""
    words = chat.words
    here = next((each for each in chats if _is_here(each, chat)), None)
    lines = tuple(
        Line(
            label=_platform(chat, each).name,
            value=_since(chat, each) + (f" · {words('link.here')}" if each is here else ""),
        )
        for each in chats
    )
    buttons = tuple(
        (
            Button(
                label=words("link.unlink", platform=_platform(chat, each).name),
                press=press("link.cut", linking.name_of_chat(each)),
            ),
        )
        for each in chats
        if here is not None and linking.may_unlink(here, each)
    )
    return Card(subject="link", title=words("link.chats"), lines=lines, buttons=buttons)


def _is_here(account: ChatIdentity, chat: ChatContext) -> bool:
    where = chat.chat_address
    return (account.platform, account.workspace, account.address) == (where.platform, where.workspace, where.address)


def _since(chat: ChatContext, account: ChatIdentity) -> str:
    words = chat.words
    return words("link.first") if account.linked_at is None else words("link.since", since=account.linked_at)


def _platform(chat: ChatContext, account: ChatIdentity) -> ChatPlatform:
    return chat.market_context.platforms[account.platform]


def _closed(chat: ChatContext, text: str) -> Card:
    """Return the card of the question with its result, so that its buttons are gone."""
    return Card(subject="link", title=chat.words("link.chats"), text=text)
