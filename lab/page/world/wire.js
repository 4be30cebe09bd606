/** The drawer with every message that passed between the product and the pretend services. */

import { attempt, get, latest } from "/page/api.js";
import { h, keep } from "/page/dom.js";
import { hear } from "/page/news.js";
import { toTheSecond } from "/page/time.js";

const SERVICES = ["all", "telegram", "slack", "stripe", "mail"];
const SHOWN = 300;

export function openWire() {
  const state = { service: "all", rows: [], last: 0, words: "", loaded: false };
  const list = h("div", { class: "wire-list" });
  const nothing = h("p", { class: "nothing" }, "Loading …");
  const filter = h("input", {
    type: "search",
    placeholder: "Filter by method, text, id …",
    "aria-label": "Show only messages with these words",
    oninput: () => {
      state.words = filter.value.trim().toLowerCase();
      draw();
    },
  });
  const chips = h("div", { class: "segments", role: "group", "aria-label": "Service" });
  const draw = () => {
    const rows = state.rows
      .filter((row) => state.service === "all" || row.service === state.service)
      .filter((row) => !state.words || haystack(row).includes(state.words))
      .slice(-SHOWN)
      .reverse();
    nothing.hidden = rows.length > 0;
    if (state.loaded) nothing.textContent = state.rows.length ? "Nothing fits." : "Nothing has passed yet.";
    keep(list, rows, { key: (row) => row.number, version: (row) => String(row.status), make: drawMessage });
    keep(chips, SERVICES, {
      key: (name) => name,
      version: (name) => String(name === state.service),
      make: (name) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(name === state.service),
            onclick: () => {
              state.service = name;
              draw();
            },
          },
          name[0].toUpperCase() + name.slice(1),
        ),
    });
  };
  const refresh = latest(async () => {
    const fresh = await attempt(() => get(`/lab/wire?after=${state.last}&limit=500`));
    if (!fresh) return;
    state.loaded = true;
    state.rows = [...state.rows, ...fresh].slice(-2000);
    state.last = state.rows.at(-1)?.number ?? 0;
    draw();
  });
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 150);
  };
  const stops = [
    hear("wire", soon),
    hear("back", () => {
      Object.assign(state, { rows: [], last: 0 });
      refresh();
    }),
  ];
  draw();
  refresh();
  return {
    element: h(
      "div",
      { class: "drawer-body" },
      h("p", { class: "lead" }, "→ the product calls the service. ← the service calls the product."),
      chips,
      filter,
      nothing,
      list,
    ),
    close() {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    },
  };
}

function drawMessage(message) {
  const calls = message.direction === "in";
  const failed = message.status >= 400 || message.answer?.ok === false;
  const body = h("div", { class: "wire-body" });
  const box = h(
    "details",
    { class: `wire-row${failed ? " failed" : ""}${message.fault ? " struck-by" : ""}` },
    h(
      "summary",
      {},
      h("time", {}, toTheSecond(message.at)),
      h("span", { class: `service ${message.service}` }, message.service),
      h(
        "span",
        { class: "method" },
        h("span", { "aria-label": calls ? "to the service" : "to the product" }, calls ? "→ " : "← "),
        message.method,
        h("small", { class: "gist" }, gist(message)),
      ),
      h("span", { class: "status" }, message.fault ? message.fault.replaceAll("_", " ") : failed ? `${message.status ?? ""} refused` : (message.status ?? "")),
      h(
        "span",
        { class: "ms" },
        message.milliseconds === null || message.milliseconds === undefined
          ? ""
          : `${Math.round(message.milliseconds)} ms`,
      ),
    ),
    body,
  );
  box.addEventListener("toggle", () => {
    if (box.open && !body.childNodes.length) {
      body.append(
        h("h3", {}, "Body"),
        h("pre", { tabindex: "0" }, pretty(message.body)),
        h("h3", {}, "Answer"),
        h("pre", { tabindex: "0" }, pretty(message.answer)),
      );
    }
  });
  return box;
}

const haystack = (row) => `${row.method} ${JSON.stringify([row.body, row.answer])} ${row.fault ?? ""}`.toLowerCase();

/** The words that a person would look for in a message: its text, command, pressed button, or what it is about. */
function gist({ body }) {
  if (!body || typeof body !== "object") return "";
  const inner = body.message ?? body.callback_query ?? body.event ?? body.data?.object ?? body;
  const said = inner.text ?? inner.data ?? inner.caption ?? body.text ?? body.command ?? inner.id ?? body.subject ?? "";
  const words = typeof said === "string" ? said : "";
  const pressed = body.actions?.[0]?.value ?? body.view?.callback_id ?? "";
  return (words || pressed).replace(/\s+/g, " ").slice(0, 90);
}

const pretty = (value) => (typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "nothing"));
