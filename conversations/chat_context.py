"""The chat context: everything a conversation may use while it handles one input, and its replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
from core.people.accounts.model import ERASED_NAME, Person
from core.people.accounts.service import organisation_of, person_of
from core.trade.deals.commission import Settlement
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.service import OFFERED

HOME_VAT: Final = MarketVat("LT", 2_100)
HOME: Final = Party(id=MARKET, name="Parley", country="LT", home_bp=2_100)


@dataclass(frozen=True, slots=True)
class MarketContext:
    """Reference data and constants of the installation, unchanged while it runs."""

    catalogue: Catalogue
    places: Places
    wordings: Wordings
    commission_bp: int  # in basis points of the released amount
    session_bp: int  # in basis points of a session's charge
    rails: tuple[Rail, ...] = OFFERED  # by which a buyer can pay here
    settlement: Settlement = "choice"  # for deals made from now on
    held: frozenset[str] | None = None  # currencies in which money can be held here; None: in any
    vat: MarketVat = HOME_VAT  # on our own fees
    market: Party = HOME  # the party that writes the invoices for them
    rooms: Rooms | None = None  # where sessions are held by video; None: in the chat, or by a consultant's own link
    start_link: str = ""  # opens the chat at something: "https://example.org/bot?start={start}"; none without a bot
    home: str = ""  # our own address on the web, where shared links lead; none where nothing is served
    platforms: Mapping[str, ChatPlatform] = field(default_factory=dict)  # by code
    sends_mail: bool = True  # whether letters leave this installation
    takes_payments: bool = True  # whether a provider moves money here; otherwise deals are settled directly


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """The address of a person in a chat platform."""

    platform: str
    workspace: str
    address: str

    @property
    def ordering_key(self) -> str:
        return f"{self.platform}:{self.workspace}:{self.address}"


@dataclass(slots=True)
class UpdateState:
    """The state of the chat update that a unit of work handles. It is empty where no update led to the unit.

    `here`: the address where results of the update are shown first. `message`: the message that it came from.
    `text_message`: the message that has the text. `room`: the topic or thread, as "deal:<id>".
    `is_press`: a card's own button was pressed, and `button_message` is the message that has it.
    `is_sent`: a form's answers are submitted now, not only checked.
    `moved_form`: the form whose answers were applied to a newer version of its subject.
    """

    here: ChatAddress | None = None
    message: str = ""
    text_message: str = ""
    room: str | None = None
    is_press: bool = False
    button_message: str | None = None
    is_sent: bool = False
    moved_form: str | None = None

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Mark input read in this block as submitted; otherwise it is only checked or still being typed."""
        self.is_sent = True
        try:
            yield
        finally:
            self.is_sent = False


@dataclass(frozen=True, slots=True)
class FormDefaults:
    """The start of a form: answers known already, its subject, and the version of the subject that the person saw."""

    answers: Mapping[str, str] = field(default_factory=dict)
    subject: str | None = None
    expected_version: int | None = None


@dataclass(slots=True)
class ChatContext:
    """The context of one update: `person` wrote at `chat_address`, and `words` are in their language."""

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
        """Open a form; its card or window is the reply."""
        self.opens(self, form, defaults or FormDefaults())

    def press(self, verb: str, subject: str) -> None:
        """Run a button's handler, as if the person had pressed it on a current card."""
        self.presses(self, verb, subject)

    def command(self, name: str, words: str) -> None:
        """Run a command, as if the person had typed it."""
        self.says(self, name, words)

    @property
    def platform(self) -> ChatPlatform:
        """The capabilities of the platform where the person reads."""
        return self.market_context.platforms[self.chat_address.platform]

    @property
    def today(self) -> date:
        """The date in the person's zone."""
        return self.ctx.now.astimezone(self.words.zone).date()

    @property
    def update(self) -> UpdateState:
        return self.ctx.collected(UpdateState)

    @property
    def memory(self) -> ChatMemory:
        return ChatMemory(self.ctx, self.person.id)

    @property
    def place(self) -> str:
        """The message of the pressed button, kept with a consent."""
        return f"{self.chat_address.ordering_key}:{self.update.message}"

    @property
    def room(self) -> str | None:
        """The topic or thread of the message, as "deal:<id>"."""
        return self.update.room

    def name_of(self, person_id: str) -> str:
        """Return a person's name, or a text that they have left."""
        name = person_of(self.ctx, person_id).name
        return self.words("party.left") if name == ERASED_NAME else name

    def party(self, organisation_id: str) -> str:
        """Return a company's name, or a text that it has left."""
        name = organisation_of(self.ctx, organisation_id).name
        return self.words("party.company_left") if name == ERASED_NAME else name

    @property
    def organisation(self) -> str:
        return self.person.organisation_id
