/** What time will do next, as the product's own books tell it, and the way there. */

import { h, keep } from "/page/dom.js";
import { tell } from "/page/notices.js";
import { dayAndTime, farAway, moveClock, secondsUntil } from "/page/time.js";
import { readBooks } from "/page/world/books.js";

const KINDS = { deal: "Deal", lot: "Lot of deal", offer: "An offer", listing: "A listing", draft: "A draft" };

/** "Deal SPMXRH: sign expired". */
const inWords = ({ kind, event, of }) =>
  `${KINDS[kind] ?? kind}${of ? ` ${of}` : ""}: ${event.replace(/^(listing|draft|offer)_/, "").replaceAll("_", " ")}`;

const ahead = (books) =>
  (books?.deadlines ?? [])
    .filter((each) => secondsUntil(each.at) > 0)
    .map((each) => ({ ...each, words: inWords(each) }));

/** The market's own listings and drafts run out in their own time. */
const quiet = (due) => ["listing", "draft"].includes(due.kind);

let latest = null;

/** The soonest that concerns a trade. */
export function nextDeadline(books) {
  latest = ahead(books).find((each) => !quiet(each)) ?? ahead(books)[0] ?? null;
  return latest;
}

export async function goTo(due) {
  await moveClock(Math.ceil(Math.max(0, secondsUntil(due.at))) + 1);
  tell(`It is ${dayAndTime(due.at)}. ${due.words}.`);
  setTimeout(readBooks, 1500);
}

export const toDeadline = () => latest && goTo(latest);

/** A list of the next deadlines, each with a button that moves the clock there. */
export function deadlineList() {
  const list = h("ol", { class: "deadlines" });
  const nothing = h("p", { class: "nothing small" }, "Nothing runs out. Deadlines appear with the first offer.");
  const draw = ({ books }) => {
    const trade = ahead(books).filter((each) => !quiet(each));
    const due = [...trade.slice(0, 6), ...ahead(books).filter(quiet).slice(0, 1)];
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
