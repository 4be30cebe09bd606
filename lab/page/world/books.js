/** The glass box: every deal and session with its T-accounts and movements, and the rules that must always hold. */

import { Refused, get, latest } from "/page/api.js";
import { h, keep } from "/page/dom.js";
import { announce, hear } from "/page/news.js";
import { dayAndTime } from "/page/time.js";

const EVERY = 4000;
const SOON = 600; // milliseconds: what passes comes in bursts
const FEW = 8; // rules that are read at a glance

/** Fetch the books and tell whoever watches (the drawer, the guide). Null while the product keeps none. */
export const readBooks = latest(async () => {
  let books = null;
  try {
    books = await get("/lab/books");
  } catch (trouble) {
    if (!(trouble instanceof Refused)) throw trouble;
  }
  announce("books", { books: books?.deals ? books : null });
});

let timer = 0;
/** Read them when something has passed on the wire: what is due next, and where the guide stands, is in them. */
export function followBooks() {
  hear("wire", () => {
    clearTimeout(timer);
    timer = setTimeout(readBooks, SOON);
  });
  hear("back", readBooks);
}

export function openBooks() {
  const rules = h("div", { class: "rules", role: "list", "aria-label": "Rules that must hold" });
  const lamps = h("span", { class: "lamps", "aria-hidden": "true" });
  const verdict = h("span", { "aria-live": "polite" });
  const lights = h("details", { class: "lights" }, h("summary", {}, lamps, verdict), rules);
  let looked = false;
  const deals = h("div", { class: "deals" });
  const nothing = h("p", { class: "nothing" }, "Loading …");
  const draw = ({ books }) => {
    const shown = [...(books?.sessions ?? []), ...(books?.deals ?? [])];
    nothing.hidden = shown.length > 0;
    nothing.textContent = books
      ? "No deals and no paid sessions yet. The accounts appear with the first one."
      : "The books are closed: the product does not show them right now.";
    shine(books?.invariants ?? []);
    keep(rules, books?.invariants ?? [], {
      key: (rule) => rule.name,
      version: (rule) => JSON.stringify(rule),
      make: drawRule,
    });
    keep(deals, shown.sort(oldestFirst), {
      key: (deal) => deal.id,
      version: (deal) => JSON.stringify(deal),
      make: drawDeal,
    });
  };
  /** One lamp for each rule; the list opens by itself when it is short, or when a rule is broken. */
  const shine = (all) => {
    const broken = all.filter((rule) => !rule.ok);
    lights.hidden = !all.length;
    lights.classList.toggle("broken", broken.length > 0);
    verdict.textContent = broken.length
      ? `${broken.length} of ${all.length} rules ${broken.length === 1 ? "is" : "are"} broken`
      : `All ${all.length} rules hold`;
    lamps.replaceChildren(
      ...all.map((rule) => h("span", { class: `lamp${rule.ok ? "" : " out"}`, title: rule.name })),
    );
    if (!looked || broken.length) lights.open = all.length < FEW || broken.length > 0;
    looked = true;
  };
  const stop = hear("books", draw);
  const timer = setInterval(readBooks, EVERY);
  readBooks();
  return {
    element: h(
      "div",
      { class: "drawer-body" },
      h(
        "p",
        { class: "lead" },
        "Money as the ledger sees it, live. Every movement has two sides, and the sides are equal.",
      ),
      lights,
      nothing,
      deals,
    ),
    close() {
      stop();
      clearInterval(timer);
    },
  };
}

/** Names of deals and sessions grow with time. */
const oldestFirst = (one, other) => (one.id < other.id ? -1 : 1);

function drawRule(rule) {
  return h(
    "div",
    { class: `rule ${rule.ok ? "holds" : "broken"}`, role: "listitem" },
    h("span", { class: "light", "aria-hidden": "true" }, rule.ok ? "✓" : "✕"),
    h(
      "span",
      {},
      h("b", {}, rule.name),
      h("small", {}, `${rule.ok ? "Holds" : "Broken"}${rule.detail ? `: ${rule.detail}` : ""}`),
    ),
  );
}

function drawDeal(deal, before) {
  const movements = (deal.entries ?? []).flatMap((entry) =>
    (entry.postings ?? []).map((posting) => ({ ...posting, memo: entry.memo })),
  );
  const known = (deal.accounts ?? []).map((account) => account.name);
  const other = [...new Set(movements.map((each) => each.account))]
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, balance: "" }));
  const box = h(
    "details",
    { class: "deal", open: before ? before.open : true },
    h(
      "summary",
      {},
      h("span", { class: "deal-title" }, h("b", {}, deal.title), h("small", {}, `${deal.seller} → ${deal.buyer}`)),
      h(
        "span",
        { class: "deal-side" },
        h("b", {}, deal.amount),
        h("span", { class: "state" }, String(deal.state).replaceAll("_", " ")),
      ),
    ),
    h(
      "div",
      { class: "accounts" },
      [...(deal.accounts ?? []), ...other].map((account) =>
        tAccount(
          account,
          movements.filter((each) => each.account === account.name),
        ),
      ),
    ),
    h("ol", { class: "entries", "aria-label": "Entries" }, (deal.entries ?? []).map(drawEntry)),
  );
  if (before) box.classList.add("changed");
  return box;
}

const isCredit = (amount) => /^\s*[-−–]/.test(String(amount));
const bare = (amount) => String(amount).replace(/^\s*[-−–+]\s*/, "");

/** Debits stand left, credits right, the balance under the line. */
function tAccount(account, movements) {
  const side = (credit) =>
    h(
      "div",
      { class: credit ? "credit" : "debit" },
      h("small", {}, credit ? "Credit" : "Debit"),
      movements
        .filter((each) => isCredit(each.amount) === credit)
        .map((each) => h("div", { title: each.memo }, bare(each.amount))),
    );
  return h(
    "section",
    { class: "t-account", "aria-label": account.name },
    h("h4", {}, account.name),
    h("div", { class: "t" }, side(false), side(true)),
    account.balance ? h("div", { class: "balance" }, h("small", {}, "Balance"), account.balance) : null,
  );
}

function drawEntry(entry) {
  return h(
    "li",
    {},
    h("div", { class: "entry-head" }, h("span", {}, entry.memo), h("time", {}, dayAndTime(entry.at))),
    (entry.postings ?? []).map((each) =>
      h("div", { class: "posting" }, h("span", {}, each.account), h("span", {}, each.amount)),
    ),
  );
}
