/** What time will do next, as the product's own books tell it, and the way there. */

import { h, keep } from "/page/dom.js";
import { tell } from "/page/notices.js";
import { dayAndTime, farAway, moveClock, secondsUntil } from "/page/time.js";
import { readBooks } from "/page/world/books.js";

const KINDS = {
  deal: "Deal",
  lot: "Lot of deal",
  tranche: "Payment for deal",
  case: "Dispute about deal",
  review: "Ratings of deal",
  offer: "An offer",
  inquiry: "A question",
  request: "A request",
  listing: "A listing",
  draft: "A draft",
  credit: "A buyer's credit",
  purchase: "A purchase",
  purchase_wish: "A purchase",
  promotion: "A promotion",
  session: "Session",
  session_move: "Session",
  reminder: "Session",
  session_review: "Ratings of session",
  recap: "Recap of session",
  recording: "Recording of session",
};

/** What a process calls by a word of its own. */
const EVENTS = {
  "request cut_off": "quotes close",
  "request bidding_closed": "the choice among quotes runs out",
  "reminder start": "it begins",
  "reminder day": "a day before it",
  "reminder hour": "an hour before it",
  "reminder minutes": "both can come in",
  "session_move move_lapsed": "another time that was proposed lapses",
  "purchase_wish give_back": "the wish for the money back is granted",
  "case appeal_over": "the ruling is carried out",
};

/** "Deal SPMXRH: sign expired". */
const inWords = ({ kind, event, of }) =>
  `${KINDS[kind] ?? kind}${of ? ` ${of}` : ""}: ${
    EVENTS[`${kind} ${event}`] ?? event.replace(/^(listing|draft|offer|session)_/, "").replaceAll("_", " ")
  }`;

const ahead = (books) =>
  (books?.deadlines ?? [])
    .filter((each) => secondsUntil(each.at) > 0)
    .map((each) => ({ ...each, words: inWords(each) }));

let latest = null;

/** The soonest that somebody waits for; listings and drafts run out in their own time. */
export function nextDeadline(books) {
  latest = ahead(books).find((each) => !each.quiet) ?? ahead(books)[0] ?? null;
  return latest;
}

export async function goTo(due) {
  await moveClock(Math.ceil(Math.max(0, secondsUntil(due.at))) + 1);
  tell(`It is ${dayAndTime(due.at)}. ${due.words}.`);
  setTimeout(readBooks, 1500);
}

/** The books are read first: since they were read last, something sooner may have begun to run. */
export async function toDeadline() {
  await readBooks();
  if (latest) await goTo(latest);
}

/** A list of the next deadlines, each with a button that moves the clock there. */
export function deadlineList() {
  const list = h("ol", { class: "deadlines" });
  const nothing = h("p", { class: "nothing small" }, "Nothing runs out. Deadlines appear with the first offer.");
  const draw = ({ books }) => {
    const trade = ahead(books).filter((each) => !each.quiet);
    const due = [...trade.slice(0, 6), ...ahead(books).filter((each) => each.quiet).slice(0, 1)];
    nothing.hidden = due.length > 0;
    keep(list, due, {
      key: (each) => each.at + each.words,
      version: (each) => farAway(each.at),
      make: (each) =>
        h(
          "li",
          {},
          h("span", {}, h("b", {}, each.words), h("small", {}, `${dayAndTime(each.at)}, ${farAway(each.at)}`)),
          h(
            "button",
            { type: "button", "aria-label": `Move the clock to: ${each.words}`, onclick: () => goTo(each) },
            "Go there",
          ),
        ),
    });
  };
  return { element: h("div", {}, nothing, list), draw };
}
