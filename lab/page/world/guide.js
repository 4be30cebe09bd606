/** "Your first trade": nine steps that tick themselves off as the person (or the world) does them. */

import { h, icon, iconButton } from "/page/dom.js";
import { hear } from "/page/news.js";
import { recall, remember } from "/page/store.js";
import { readBooks } from "/page/world/books.js";
import { suggest } from "/page/panes.js";

const SELL = "/sell 200 t A1 pellets 215 €/t DAP Kaunas next week";
const FIND = "/parley find A1 pellets Kaunas";

/** What each step says, and what may be put in a composer for the person. */
const STEPS = [
  {
    key: "start",
    title: "Say hello",
    text: "You are the seller on Telegram: press START.",
    fill: ["telegram", "/start"],
  },
  {
    key: "list",
    title: "Offer something",
    text: "Still on Telegram: list goods with one sentence, look it over and press Publish.",
    fill: ["telegram", SELL],
  },
  { key: "find", title: "Find it", text: "Now be the buyer, in Slack: search for what was listed.", fill: ["slack", FIND] },
  {
    key: "offer",
    title: "Make an offer",
    text: "In Slack, press Make an offer on the first result and send it. Or press Buy now.",
  },
  {
    key: "sign",
    title: "Agree and sign",
    text: "An offer waits on Telegram: press Accept there. Then press Sign on both sides.",
  },
  { key: "pay", title: "Pay", text: "In Slack, press Pay: the pay page opens beside this one. The money is then held." },
  {
    key: "dispatch",
    title: "Send the goods",
    text: "On Telegram, press Report dispatch: name a truck and a day, then send it off.",
  },
  {
    key: "confirm",
    title: "Confirm",
    text: "In Slack, press Report arrival, then Accept the goods. The money is released.",
  },
  {
    key: "rate",
    title: "Rate each other",
    text: "On Telegram, press Set up payouts to get the money. Then both sides press Rate the other side.",
  },
];

/** States of a deal (as the books name them) and the last step that such a deal has behind it. */
const BEHIND = {
  offer_open: "offer",
  agreed: "offer",
  awaiting_approval: "sign",
  awaiting_funding: "sign",
  funded: "pay",
  settling: "confirm",
  completed: "confirm",
};

const order = STEPS.map((step) => step.key);
let state = { done: [], hidden: false, open: false, said: {}, before: null };
let box = null;

export function startGuide(element) {
  box = element;
  const kept = recall("guide", {});
  state = { ...state, ...(kept && typeof kept === "object" ? kept : {}) };
  hear("deed", onDeed);
  hear("wire", onWire);
  hear("books", onBooks);
  hear("back", () => state.hidden || readBooks());
  draw();
}

export function turnGuide() {
  state.hidden = !state.hidden;
  state.open = !state.hidden && state.done.length === STEPS.length;
  save();
  draw();
  if (!state.hidden) box.querySelector("button")?.focus();
}

const save = () => remember("guide", state);

/** A trade cannot be paid that was not agreed: ticking a later step of the deal ticks those before it. */
function tick(key) {
  const upTo = order.indexOf(key);
  const from = upTo >= order.indexOf("offer") ? 0 : upTo;
  const done = new Set(state.done);
  for (let i = from; i <= upTo; i += 1) done.add(order[i]);
  if (done.size === state.done.length) return;
  state.done = order.filter((each) => done.has(each));
  save();
  draw();
}

const has = (key) => state.done.includes(key);
/** Verbs that a button's load may carry (the product's own words, the same in every language), and the step they begin. */
const BEGINS = {
  "offer.buy": "offer",
  "offer.make": "offer",
  "review.write": "rate",
  "deal.sign": "sign",
  "lot.dispatch": "dispatch",
  "lot.accept": "confirm",
};

function onDeed({ platform, person, kind, text = "" }) {
  const words = text.toLowerCase();
  const side = `${platform}:${person}`;
  if (kind === "say" || kind === "command") {
    if (words === "/start") tick("start");
    if (/^\/(parley\s+)?sell\b/.test(words)) begin(side, "list");
    if (/^\/(parley\s+)?(find|search)\b/.test(words)) tick("find");
    return;
  }
  if (kind === "start") tick("start");
  if (/\|sell\b/.test(words)) begin(side, "list");
  const verb = Object.keys(BEGINS).find((each) => words.includes(each));
  if (verb) begin(side, BEGINS[verb]);
  if (kind === "submit" || words.includes("form.send")) finish(side);
  else if (verb && ["sign", "confirm"].includes(BEGINS[verb])) finish(side);
}

/** A step may need a form: what somebody began is done when they send it off. */
function begin(side, key) {
  state.said.doing = { ...state.said.doing, [side]: key };
  if (key === "list") tick("start");
}

function finish(side) {
  const key = state.said.doing?.[side];
  if (!key) return;
  const needsBoth = key === "sign" || key === "rate";
  if (!needsBoth || both(key, side)) tick(key);
}

function both(key, side) {
  state.said[key] = [...new Set([...(state.said[key] ?? []), side])];
  save();
  return state.said[key].length > 1;
}

let timer = 0;
function onWire({ service, method = "" }) {
  if (service === "stripe" && /checkout\.session\.completed|payment_intent\.succeeded/.test(method)) tick("pay");
  if (service === "stripe" && /transfers$|transfer\.created/.test(method) && /POST|created/.test(method))
    tick("confirm");
  if (state.hidden || has("rate")) return;
  clearTimeout(timer);
  timer = setTimeout(readBooks, 600);
}

function onBooks({ books }) {
  if (!books) return;
  if (!state.before) {
    // Deals that were there before the person began are somebody else's work.
    state.before = Object.fromEntries(books.deals.map((deal) => [deal.id, deal.state]));
    save();
  }
  for (const deal of books.deals) {
    if (state.before[deal.id] === deal.state) continue;
    if (BEHIND[deal.state]) tick(BEHIND[deal.state]);
    const memos = (deal.entries ?? []).map((entry) => String(entry.memo).toLowerCase()).join("\n");
    const lots = (deal.lots ?? []).map((lot) => String(lot.state));
    if (lots.some((lot) => ["dispatched", "inspection", "accepted"].includes(lot))) tick("dispatch");
    if (lots.includes("accepted") || /releas/.test(memos)) tick("confirm");
    if (deal.ratings?.length > 1) tick("rate");
  }
}

function draw() {
  box.hidden = state.hidden;
  if (state.hidden) return;
  const next = STEPS.find((step) => !has(step.key));
  const place = next ? order.indexOf(next.key) + 1 : STEPS.length;
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  box.replaceChildren(
    h(
      "div",
      { class: "guide-line" },
      h("h2", {}, "Your first trade"),
      h(
        "div",
        { class: "dots", role: "img", "aria-label": `${state.done.length} of ${STEPS.length} steps done` },
        STEPS.map((step) => h("span", { class: has(step.key) ? "done" : step === next ? "next" : "" })),
      ),
      h(
        "p",
        { class: "guide-now", "aria-live": "polite" },
        next
          ? [h("b", {}, `${place}. ${next.title}. `), next.text]
          : [h("b", {}, "Done. "), "You have walked a whole trade. Look at the books to see where the money went."],
      ),
      next?.fill ? filler(next) : null,
      h(
        "button",
        { type: "button", class: "quiet", "data-name": "all", "aria-expanded": String(state.open), onclick: turnOpen },
        state.open ? "Fewer" : "All steps",
        icon("down", 12),
      ),
      iconButton("close", "Put the guide away", turnGuide, { "data-name": "away" }),
    ),
    state.open ? allSteps() : "",
  );
  if (focused) box.querySelector(`[data-name="${focused}"]`)?.focus();
}

const filler = (step) =>
  h(
    "button",
    { type: "button", class: "primary", "data-name": `fill-${step.key}`, onclick: () => suggest(...step.fill) },
    "Put it in the composer for me",
  );

function turnOpen() {
  state.open = !state.open;
  save();
  draw();
}

function allSteps() {
  const again = () => {
    Object.assign(state, { done: [], said: {}, before: null });
    save();
    draw();
  };
  return h(
    "div",
    { class: "guide-all" },
    h(
      "ol",
      {},
      STEPS.map((step) =>
        h(
          "li",
          { class: has(step.key) ? "done" : "" },
          h("label", {}, stepBox(step), h("span", {}, h("b", {}, step.title), h("small", {}, step.text))),
          step.fill && !has(step.key) ? h("code", {}, step.fill[1]) : null,
        ),
      ),
    ),
    h("button", { type: "button", class: "quiet", "data-name": "again", onclick: again }, "Start again"),
  );
}

/** A person may tick a step by hand too: the world does not see everything. */
function stepBox(step) {
  const check = h("input", { type: "checkbox", "data-name": `step-${step.key}` });
  check.checked = has(step.key);
  check.addEventListener("change", () => {
    state.done = order.filter((key) => (key === step.key ? check.checked : has(key)));
    save();
    draw();
  });
  return check;
}
