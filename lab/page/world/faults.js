/** The drawer that disturbs the world: lose, delay, double or refuse messages, and watch Parley recover. */

import { attempt, clear, get, latest, post } from "/page/api.js";
import { h, keep } from "/page/dom.js";
import { hear } from "/page/news.js";
import { tell } from "/page/notices.js";

const KINDS = {
  drop: "lose the message",
  delay: "deliver it late",
  duplicate: "deliver it twice",
  reorder: "deliver it after the next one",
  answer_lost: "do the work, lose the answer",
  outage: "be out of service",
};
const PLACES = { call: "Parley calls the service", delivery: "the service calls Parley" };
const SERVICES = { telegram: "Telegram", slack: "Slack", stripe: "Stripe", mail: "Mail" };

export function openFaults() {
  const list = h("div", { class: "fault-list" });
  const nothing = h("p", { class: "nothing" }, "All is well. No fault is waiting to strike.");
  const refresh = latest(async () => {
    const faults = await attempt(() => get("/lab/faults"));
    if (!faults) return;
    nothing.hidden = faults.length > 0;
    keep(
      list,
      faults.map((fault, place) => ({ fault, place })),
      { key: (row) => row.place, version: (row) => JSON.stringify(row.fault), make: ({ fault }) => drawFault(fault) },
    );
  });
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
    refresh();
  };
  const form = h(
    "form",
    { class: "fault-form", onsubmit: submit },
    choose("service", "Service", SERVICES),
    choose("where", "When", PLACES),
    choose("kind", "Then", KINDS),
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
  const stops = [
    hear("back", refresh),
    hear("wire", () => {
      clearTimeout(timer);
      timer = setTimeout(refresh, 300);
    }),
  ];
  refresh();
  return {
    element: h(
      "div",
      { class: "drawer-body" },
      h("p", { class: "lead" }, "Disturb the world on purpose. A good product loses nothing and does nothing twice."),
      form,
      h("h3", {}, "Waiting to strike"),
      nothing,
      list,
      clearAll,
    ),
    close() {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    },
  };
}

function drawFault(fault) {
  return h(
    "div",
    { class: "fault" },
    h("b", {}, SERVICES[fault.service] ?? fault.service),
    `: when ${PLACES[fault.where] ?? fault.where}`,
    fault.match ? [" (", h("code", {}, fault.match), ")"] : "",
    `, ${KINDS[fault.kind] ?? fault.kind}`,
    fault.seconds ? `, ${fault.seconds} s` : "",
    h("small", {}, fault.times === 1 ? "once" : `${fault.times} times`),
  );
}
