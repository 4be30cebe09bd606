"""`/delete`: what is erased and what stays with the books, said before; then gone, in one tap."""

from __future__ import annotations

from conversations.book import Book
from conversations.buttons import Press, press
from conversations.reply import Button, Card, Line, Say, Toast
from conversations.talk import Talk
from core.erasure import service

book = Book()


@book.command("delete")
def delete(talk: Talk, _rest: str) -> None:
    """What would happen; or what has to come to its end first, and where."""
    words, now = talk.words, service.leaving(talk.ctx)
    lines = [
        Line(label=words("erasure.goes"), value=words("erasure.goes.told")),
        Line(label=words("erasure.stays"), value=words("erasure.stays.told")),
    ]
    if now.stars:
        lines.append(Line(label=words("erasure.lost"), value=words.show(now.stars)))
    lines += [Line(label=words("erasure.first"), value=words(f"erasure.first.{each}")) for each in now.hindered_by]
    go = Button(label=words("erasure.go"), press=press("leave.now", talk.person.id), style="danger")
    keep = Button(label=words("erasure.keep"), press=press("command", choice="me"))
    talk.reply(
        Card(
            subject="leaving",
            title=words("erasure.title"),
            text=words("erasure.text"),
            lines=tuple(lines),
            turn=words("erasure.hindered") if now.hindered_by else words("erasure.turn"),
            buttons=((keep,),) if now.hindered_by else ((go,), (keep,)),
        )
    )


@book.press("leave.now")
def leave(talk: Talk, pressed: Press) -> None:
    """The last word is said in the language that was spoken. The button is one account's, and dies with it."""
    if pressed.subject != talk.person.id:
        talk.reply(Toast(text=talk.words("erasure.gone_already"), alert=True))
        return
    service.erase(talk.ctx)
    talk.reply(Say(text=talk.words("erasure.done")))
