/** The drawer with every letter that the product has sent, newest first. */

import { attempt, get, latest } from "/page/api.js";
import { h, icon, keep, link } from "/page/dom.js";
import { hear } from "/page/news.js";
import { dayAndTime } from "/page/time.js";
import { sizeOf } from "/page/telegram/message.js";

export function openMail() {
  const list = h("div", { class: "letters" });
  const nothing = h(
    "p",
    { class: "nothing", hidden: true },
    "No letters yet. Codes, receipts and invoices that Parley sends by e-mail arrive here.",
  );
  const filter = h("input", {
    type: "search",
    placeholder: "Show only letters to …",
    "aria-label": "Show only letters to this address",
  });
  const refresh = latest(async () => {
    const letters = await attempt(() => get("/lab/mail"));
    if (!letters) return;
    const wanted = filter.value.trim().toLowerCase();
    const rows = letters
      .map((letter, number) => ({ letter, number }))
      .filter(({ letter }) => String(letter.to).toLowerCase().includes(wanted))
      .reverse();
    nothing.hidden = rows.length > 0;
    keep(list, rows, {
      key: (row) => row.number,
      version: (row) => JSON.stringify(row.letter),
      make: ({ letter }) => drawLetter(letter),
    });
  });
  filter.addEventListener("input", refresh);
  const stops = [hear("mail", refresh), hear("back", refresh)];
  refresh();
  return {
    element: h("div", { class: "drawer-body" }, filter, nothing, list),
    close: () => stops.forEach((stop) => stop()),
  };
}

function drawLetter(letter) {
  const body = h("div", { class: "letter-body" });
  const box = h(
    "details",
    { class: "letter" },
    h(
      "summary",
      {},
      h("b", {}, letter.subject || "(no subject)"),
      h("span", { class: "letter-to" }, `to ${letter.to}`),
      h("time", {}, dayAndTime(letter.at)),
    ),
    body,
  );
  box.addEventListener("toggle", () => {
    if (box.open && !body.childNodes.length) body.append(...content(letter));
  });
  return box;
}

function content(letter) {
  const parts = [
    h("p", { class: "from" }, `from ${letter.from}`),
    h("pre", { class: "letter-text" }, linked(letter.text ?? "")),
  ];
  if (letter.html) {
    const frame = h("iframe", { sandbox: "", title: "The letter as it looks", srcdoc: letter.html });
    const show = h("button", { type: "button", onclick: () => show.replaceWith(frame) }, "Show it as it looks");
    parts.push(show);
  }
  for (const each of letter.attachments ?? []) {
    parts.push(h("p", { class: "attachment" }, icon("clip"), ` ${each.name} `, h("small", {}, sizeOf(each.size))));
  }
  return parts;
}

const linked = (text) =>
  text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:)])/g).map((part, index) => (index % 2 ? link(part, part) : part));
