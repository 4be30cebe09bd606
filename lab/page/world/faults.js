/** What can be put out of order: a switch for each service and kind of trouble, and single faults to the letter. */

import { attempt, clear, get, latest, post } from "/page/api.js";
import { h, keep } from "/page/dom.js";
import { hear } from "/page/news.js";
import { tell } from "/page/notices.js";
import { dayAndTime } from "/page/time.js";

const SERVICES = { telegram: "Telegram", slack: "Slack", stripe: "Stripe", mail: "Mail" };
const PLACES = { call: "Parley calls the service", delivery: "the service calls Parley", both: "either calls" };

/** Each kind: a word for its switch, what it does in words, and what the switch sets. */
const KINDS = {
  drop: { word: "Lost", words: "lose the message", set: { every: 3 } },
  delay: { word: "Late", words: "deliver it late", set: { every: 2, seconds: 2 } },
  duplicate: { word: "Twice", words: "deliver it twice", set: { every: 2, where: "delivery" } },
  reorder: { word: "Out of order", words: "deliver it after the next one", set: { every: 3 } },
  answer_lost: { word: "No answer", words: "do the work, lose the answer", set: { every: 3 } },
  error: { word: "Error 500", words: "answer with an error", set: { every: 3 } },
  slow: { word: "Slow", words: "take its time with everything", set: { seconds: 1 } },
  outage: { word: "Down", words: "be out of service", set: {} },
};

const isSwitch = (fault) => fault.times === null && !fault.match && !fault.until;

export function openFaults() {
  const board = h("div", { class: "fault-board" });
  const list = h("div", { class: "fault-list" });
  const nothing = h("p", { class: "nothing small" }, "All is well: no fault stands.");
  let faults = [];
  const refresh = latest(async () => {
    const found = await attempt(() => get("/lab/faults"));
    if (!found) return;
    faults = found;
    draw();
  });
  const draw = () => {
    nothing.hidden = faults.length > 0;
    keep(list, faults, {
      key: (fault) => fault.number,
      version: (fault) => JSON.stringify(fault),
      make: (fault) => drawFault(fault, lift),
    });
    keep(board, Object.keys(SERVICES), {
      key: (service) => service,
      version: (service) => JSON.stringify(faults.filter((fault) => fault.service === service && isSwitch(fault))),
      make: switches,
    });
  };
  const lift = async (fault) => {
    await attempt(() => clear(`/lab/faults/${fault.number}`));
    refresh();
  };
  const switches = (service) =>
    h(
      "div",
      { class: "fault-row", role: "group", "aria-label": `Trouble with ${SERVICES[service]}` },
      h("b", { class: `service ${service}` }, SERVICES[service]),
      h(
        "div",
        { class: "switches" },
        Object.entries(KINDS).map(([kind, { word, words, set }]) => {
          const standing = faults.find((fault) => fault.service === service && fault.kind === kind && isSwitch(fault));
          const turn = async () => {
            if (standing) return lift(standing);
            await attempt(() => post("/lab/faults", { service, kind, where: "both", times: null, ...set }));
            return refresh();
          };
          const often = set.every ? `, about one message in ${set.every}` : "";
          const look = { type: "button", title: words + often, "aria-pressed": String(Boolean(standing)), onclick: turn };
          return h("button", look, word, standing?.struck ? h("span", { class: "struck" }, String(standing.struck)) : null);
        }),
      ),
    );
  const clearAll = h(
    "button",
    {
      type: "button",
      onclick: async () => {
        await attempt(() => clear("/lab/faults"));
        refresh();
      },
    },
    "Clear all faults",
  );
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 200);
  };
  const stops = [hear("back", refresh), hear("faults", soon)];
  refresh();
  return {
    element: h(
      "section",
      { class: "world-part" },
      h("h3", {}, "Faults"),
      h("p", { class: "lead" }, "Put the world out of order. A good product loses nothing and does nothing twice."),
      board,
      nothing,
      list,
      clearAll,
      h("details", { class: "exact" }, h("summary", {}, "One fault to the letter"), exactForm(refresh)),
    ),
    close() {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    },
  };
}

/** Strikes the next messages of a name, a set number of times. */
function exactForm(then) {
  const choose = (name, label, choices) => {
    const select = h(
      "select",
      { name },
      Object.entries(choices).map(([value, words]) => h("option", { value }, words)),
    );
    return h("label", {}, label, select);
  };
  const number = (name, label, value, step) =>
    h("label", {}, label, h("input", { type: "number", name, min: "0", step, value, inputmode: "decimal" }));
  const submit = async (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    const done = await attempt(() =>
      post("/lab/faults", { ...said, times: Number(said.times) || 1, seconds: Number(said.seconds) || 0 }),
    );
    if (done === undefined) return;
    tell("The fault is set. It strikes the next message that fits.");
    then();
  };
  const kinds = Object.fromEntries(Object.entries(KINDS).map(([kind, { words }]) => [kind, words]));
  const form = h(
    "form",
    { class: "fault-form", onsubmit: submit },
    choose("service", "Service", SERVICES),
    choose("where", "When", PLACES),
    choose("kind", "Then", kinds),
    h(
      "label",
      {},
      "Only methods with these letters",
      h("input", { type: "text", name: "match", placeholder: "sendMessage, or empty for all", autocomplete: "off" }),
    ),
    h(
      "div",
      { class: "two" },
      number("times", "How many times", "1", "1"),
      number("seconds", "Seconds of delay", "2", "0.5"),
    ),
    h("button", { type: "submit", class: "primary" }, "Set the fault"),
  );
  return form;
}

function drawFault(fault, lift) {
  const often = fault.every > 1 ? `about one in ${fault.every}` : "each";
  const left = fault.times === null ? "until lifted" : fault.times === 1 ? "once" : `${fault.times} times`;
  const until = fault.until ? `until ${dayAndTime(fault.until)}` : left;
  return h(
    "div",
    { class: "fault" },
    h(
      "span",
      {},
      h("b", {}, SERVICES[fault.service] ?? fault.service),
      `: when ${PLACES[fault.where] ?? fault.where}`,
      fault.match ? [" (", h("code", {}, fault.match), ")"] : "",
      `, ${KINDS[fault.kind]?.words ?? fault.kind}`,
      fault.seconds && fault.kind !== "outage" ? `, ${fault.seconds} s` : "",
      h("small", {}, `${fault.times === null ? `${often}, ` : ""}${until}; has struck ${fault.struck} times`),
    ),
    h("button", { type: "button", "aria-label": "Lift this fault", onclick: () => lift(fault) }, "Lift"),
  );
}
