/** "Your first trade": steps that tick themselves off by what really happens, and point at the next button. */

import { attempt, post } from "/page/api.js";
import { h, icon, iconButton } from "/page/dom.js";
import { hear } from "/page/news.js";
import { seatBoth, suggest } from "/page/panes.js";
import { recall, remember } from "/page/store.js";
import { startPointing } from "/page/world/pointer.js";
import { BEGINS, BEHIND, STEPS, order } from "/page/world/steps.js";
import { startOver } from "/page/world/over.js";

const FRESH = { done: [], hidden: false, open: false, said: {}, before: null };

let state = { ...FRESH };
let box = null;
let look = () => {};

export function startGuide(element) {
  box = element;
  const kept = recall("guide", {});
  state = { ...state, ...(kept && typeof kept === "object" ? kept : {}) };
  hear("deed", onDeed);
  hear("telegram", onAnswer);
  hear("books", onBooks);
  hear("over", () => {
    state = { ...FRESH, done: [], said: {}, hidden: state.hidden };
    save();
    draw();
  });
  look = startPointing(() => (state.hidden ? [] : (nextStep()?.point ?? [])));
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
const has = (key) => state.done.includes(key);
const nextStep = () => STEPS.find((step) => !has(step.key));

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

function onDeed({ platform, person, kind, text = "", since = Infinity }) {
  const words = text.toLowerCase();
  const side = `${platform}:${person}`;
  if (kind === "say" || kind === "command") {
    if (/^\/(parley\s+)?sell\b/.test(words)) begin(side, "list");
    if (/^\/(parley\s+)?(find|search)\b/.test(words)) tick("find");
    return;
  }
  if (/\|sell\b/.test(words)) begin(side, "list");
  const verb = Object.keys(BEGINS).find((each) => words.includes(each));
  if (verb) begin(side, BEGINS[verb]);
  if (kind === "submit" || words.includes("form.send")) finish(side, since);
  else if (verb && /\|yes\b/.test(words) && ["agree", "sign", "confirm"].includes(BEGINS[verb])) finish(side);
}

/** A step may need a form: what somebody began is done when they send it off. */
function begin(side, key) {
  state.said.doing = { ...state.said.doing, [side]: key };
}

/** What was sent off may have been refused: these steps are done when the books say so. */
const BY_BOOKS = ["dispatch", "confirm"];

function finish(side, since = Infinity) {
  const key = state.said.doing?.[side];
  if (!key || BY_BOOKS.includes(key)) return;
  const needsBoth = key === "sign" || key === "rate";
  if (key === "list" && side.startsWith("telegram:")) publish(side, since);
  else if (!needsBoth || both(key, side)) tick(key);
}

/** Sent off is not yet published: the step is done when the bot has answered on that phone, which may come before the
 * press itself has returned: `since` is when it was sent off. */
const answered = new Map(); // when each phone had news last

function publish(side, since) {
  if ((answered.get(side) ?? 0) >= since) return tick("list");
  state.said.publishing = side;
  save();
}

function onAnswer({ person }) {
  const side = `telegram:${person}`;
  answered.set(side, performance.now());
  if (state.said.publishing !== side) return;
  delete state.said.publishing;
  tick("list");
}

function both(key, side) {
  state.said[key] = [...new Set([...(state.said[key] ?? []), side])];
  save();
  return state.said[key].length > 1;
}

/** That something moved is seen on the wire; the books say whose it is: a session is paid and released too. */
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
    const lots = (deal.lots ?? []).map((lot) => String(lot.state));
    if (lots.some((lot) => ["dispatched", "inspection", "accepted"].includes(lot))) tick("dispatch");
    if (lots.length && lots.every((lot) => lot === "accepted")) tick("confirm");
    if (deal.ratings?.length > 1) tick("rate");
  }
}

function draw() {
  box.hidden = state.hidden;
  look();
  if (state.hidden) return;
  const next = nextStep();
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  box.replaceChildren(
    next?.act === "seats" ? claim() : "",
    h(
      "div",
      { class: "guide-line" },
      h("h2", {}, "Your first trade"),
      h(
        "div",
        { class: "dots", role: "img", "aria-label": `${state.done.length} of ${STEPS.length} steps done` },
        STEPS.map((step) => h("span", { class: has(step.key) ? "done" : step === next ? "next" : "" })),
      ),
      h("p", { class: "guide-now", "aria-live": "polite" }, next ? saying(next) : ended()),
      next ? helper(next) : again(),
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

const saying = (step) => [
  h("b", {}, `${order.indexOf(step.key) + 1}. ${step.title}. `),
  h("span", { class: step.act ? "guide-text" : "guide-text later" }, step.text),
];

/** What this is, for who has just come: gone with the first click. */
const claim = () =>
  h(
    "div",
    { class: "claim" },
    h("p", { class: "claim-head" }, "A marketplace for bioenergy that lives in chat."),
    h(
      "p",
      {},
      "A seller on Telegram and a buyer on Slack find each other, bargain and sign; the money is held until the goods ",
      "have arrived. Here you try both sides, with pretend goods and pretend money.",
    ),
  );
const ended = () => [
  h("b", {}, "Done. "),
  "You have walked a whole trade. The books show where every cent went; World breaks things on purpose.",
];

/** What the guide can do for the person in this step: take the seats, or write the sentence. */
function helper(step) {
  const look = (label, onclick) =>
    h("button", { type: "button", class: "primary", "data-name": `do-${step.key}`, onclick }, label);
  if (step.act === "seats") return look("Take both seats", takeSeats);
  return step.fill ? look("Write it for me", () => suggest(...step.fill)) : null;
}

const again = () =>
  h("button", { type: "button", class: "primary", "data-name": "again", onclick: startOver }, "Start the world over");

async function takeSeats() {
  const [seller, buyer] = await seatBoth();
  if (!seller || !buyer) return;
  await attempt(() => post(`/lab/telegram/people/${seller.id}/start`));
  tick("seats");
}

function turnOpen() {
  state.open = !state.open;
  save();
  draw();
}

function allSteps() {
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
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        "data-name": "forget",
        onclick: () => {
          Object.assign(state, { done: [], said: {}, before: null });
          save();
          draw();
        },
      },
      "Untick all",
    ),
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
