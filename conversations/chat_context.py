"""A talk: one person's input being worked on. Everything a conversation may use, and the replies it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from conversations.platforms import ChatPlatform
from conversations.reply import Line, Reply
from conversations.wording import Wordings, Words
from core.advice.sessions.fee_vat import MarketVat
from core.advice.sessions.rooms.links import Rooms
from core.books.invoicing.model import MARKET, Party
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.kernel.chat_state.memory import ChatMemory
from core.kernel.chat_state.model import Draft
from core.kernel.transaction import Ctx
from core.people.accounts.model import NOBODY, Person
from core.people.accounts.service import organisation_of, person_of
from core.trade.deals.model import Settlement
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.service import OFFERED

HOME_VAT: Final = MarketVat("LT", 2_100)
HOME: Final = Party(id=MARKET, name="Parley", country="LT", home_bp=2_100)


@dataclass(frozen=True, slots=True)
class MarketContext:
    """What the market knows and never changes while it runs."""

    catalogue: Catalogue
    places: Places
    wordings: Wordings
    commission_bp: int  # of the released amount, in basis points
    session_bp: int  # of what a session is charged, in basis points
    rails: tuple[Rail, ...] = OFFERED  # by which a buyer can pay here
    settlement: Settlement = "choice"  # of deals that are made from now on
    held: frozenset[str] | None = None  # currencies in which money can be held here; None: in any
    vat: MarketVat = HOME_VAT  # on our own fees
    market: Party = HOME  # who writes the invoices for them
    rooms: Rooms | None = None  # where sessions are held by video; None: in the chat, or by a consultant's own link
    start_link: str = ""  # opens the chat at something: "https://example.org/bot?start={start}"; none without a bot
    home: str = ""  # our own address on the web, where shared links lead; none where nothing is served
    platforms: Mapping[str, ChatPlatform] = field(default_factory=dict)  # by code


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """Where somebody reads: a chat on a platform."""

    platform: str
    workspace: str
    address: str

    @property
    def lane(self) -> str:
        return f"{self.platform}:{self.workspace}:{self.address}"


@dataclass(slots=True)
class UpdateState:
    """What a unit knows of the chat update that it works on. Empty where no update led to it.

    `here`: what follows from the update is shown there first. `message`: the message that it came from; `said_in`:
    the one whose text it is. `room`: the topic or thread, as "deal:<id>". `is_press`: a card's own button was pressed,
    and `pressed_on` the message that has it. `is_sent`: a form's answers are sent now, not only looked at.
    `moved_form`: the form that was laid upon a newer state of what it changes.
    """

    here: ChatAddress | None = None
    message: str = ""
    said_in: str = ""
    room: str | None = None
    is_press: bool = False
    pressed_on: str | None = None
    is_sent: bool = False
    moved_form: str | None = None


@dataclass(frozen=True, slots=True)
class FormDefaults:
    """How a form begins: answers known already, what it is about, and the version of that thing the person saw."""

    answers: Mapping[str, str] = field(default_factory=dict)
    subject: str | None = None
    expected_version: int | None = None


@dataclass(slots=True)
class ChatContext:
    """`person` has said something at `chat_address`; `words` are in their language."""

    ctx: Ctx
    person: Person
    words: Words
    market_context: MarketContext
    chat_address: ChatAddress
    opens: Callable[[ChatContext, str, FormDefaults], None]
    presses: Callable[[ChatContext, str, str], None]
    says: Callable[[ChatContext, str, str], None]
    answered: Callable[[ChatContext, Draft], tuple[Line, ...]] = lambda _chat, _draft: ()  # what a form says so far
    replies: list[Reply] = field(default_factory=list)
    as_new_message: bool = True  # answers come as new messages; False: the card that was pressed is edited

    def reply(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    def open(self, form: str, defaults: FormDefaults | None = None) -> None:
        """Begin a form; its card or window is the reply."""
        self.opens(self, form, defaults or FormDefaults())

    def press(self, verb: str, subject: str) -> None:
        """As if the person had pressed that button on a card of now."""
        self.presses(self, verb, subject)

    def command(self, name: str, words: str) -> None:
        """As if the person had typed that command."""
        self.says(self, name, words)

    @property
    def platform(self) -> ChatPlatform:
        """What can be done where the person reads."""
        return self.market_context.platforms[self.chat_address.platform]

    @property
    def today(self) -> date:
        """The person's own date."""
        return self.ctx.now.astimezone(self.words.zone).date()

    @property
    def update(self) -> UpdateState:
        return self.ctx.collected(UpdateState)

    @property
    def memory(self) -> ChatMemory:
        return ChatMemory(self.ctx, self.person.id)

    @property
    def place(self) -> str:
        """Where the button was pressed: kept with a consent."""
        return f"{self.chat_address.lane}:{self.update.message}"

    @property
    def room(self) -> str | None:
        """Whose topic or thread this was said in: "deal:<id>"."""
        return self.update.room

    def name_of(self, person_id: str) -> str:
        """What a person is called; of who has left, that they have."""
        name = person_of(self.ctx, person_id).name
        return self.words("party.left") if name == NOBODY else name

    def party(self, organisation_id: str) -> str:
        """What a company is called; of one that has left, that it has."""
        name = organisation_of(self.ctx, organisation_id).name
        return self.words("party.company_left") if name == NOBODY else name

    @property
    def organisation(self) -> str:
        return self.person.organisation_id
