/** The world's bar: its clock, and the drawers for mail, wire, faults and books. */

import { attempt, get } from "/page/api.js";
import { h, icon, iconButton } from "/page/dom.js";
import { hear } from "/page/news.js";
import { dayAndTime, moveClock, now, toTheSecond } from "/page/time.js";
import { recall, remember } from "/page/store.js";
import { openBooks } from "/page/world/books.js";
import { openFaults } from "/page/world/faults.js";
import { turnGuide } from "/page/world/guide.js";
import { openMail } from "/page/world/mail.js";
import { openWire } from "/page/world/wire.js";

const DRAWERS = {
  mail: { title: "Mail", open: openMail, label: "Mail inbox" },
  wire: { title: "Wire", open: openWire, label: "Wire log" },
  faults: { title: "Faults", open: openFaults, label: "Faults" },
  books: { title: "Books", open: openBooks, label: "Books" },
};

let shown = null;
let badge = null;

export function drawBar(bar) {
  const time = h("time", { class: "clock-now" });
  const link = h("span", { class: "link-state", hidden: true, role: "status" }, "Reconnecting …");
  const tick = () => {
    time.textContent = `${dayAndTime(now()).replace(/,? \d\d:\d\d$/, "")} ${toTheSecond(now())}`;
  };
  const ahead = (words, seconds) =>
    h(
      "button",
      {
        type: "button",
        title: `Move the lab's clock forward by ${words}`,
        "aria-label": `Move the clock forward by ${words}`,
        onclick: () => attempt(() => moveClock(seconds)),
      },
      `+1 ${words.split(" ")[1]}`,
    );
  badge = h("span", { class: "badge-count", hidden: true });
  bar.append(
    h(
      "h1",
      { class: "brand" },
      h("img", { src: "/page/icon.svg", alt: "", width: "24", height: "24" }),
      "Parley",
      h("span", {}, "lab"),
    ),
    h(
      "div",
      { class: "clock", role: "group", "aria-label": "The lab's clock" },
      icon("clock", 15),
      time,
      ahead("one hour", 3600),
      ahead("one day", 86_400),
    ),
    link,
    h(
      "div",
      { class: "openers", role: "group", "aria-label": "Look behind the scenes" },
      h(
        "button",
        { type: "button", class: "opener", title: "Show or hide the guide", onclick: turnGuide },
        icon("guide"),
        h("span", {}, "Guide"),
      ),
      Object.entries(DRAWERS).map(([name, { title, label }]) =>
        h(
          "button",
          {
            type: "button",
            class: "opener",
            id: `open-${name}`,
            "aria-expanded": "false",
            "aria-controls": "drawer",
            title: label,
            onclick: () => turn(name),
          },
          icon(name),
          h("span", {}, title),
          name === "mail" ? badge : null,
        ),
      ),
    ),
  );
  tick();
  setInterval(tick, 1000);
  hear("clock-read", tick);
  hear("link", ({ up }) => {
    link.hidden = up;
  });
  hear("mail", countMail);
  hear("back", countMail);
}

export function turn(name) {
  const before = shown?.name;
  if (shown) {
    shown.content.close();
    document.getElementById(`open-${shown.name}`).setAttribute("aria-expanded", "false");
    shown = null;
  }
  const box = document.getElementById("drawer");
  box.replaceChildren();
  box.hidden = before === name;
  document.body.classList.toggle("with-drawer", before !== name);
  const opener = document.getElementById(`open-${name}`);
  if (before === name) return opener.focus();
  opener.setAttribute("aria-expanded", "true");
  const content = DRAWERS[name].open();
  const close = iconButton("close", "Close", () => turn(name));
  box.setAttribute("aria-label", DRAWERS[name].label);
  box.onkeydown = (event) => event.key === "Escape" && turn(name);
  box.append(h("header", { class: "drawer-head" }, h("h2", {}, DRAWERS[name].label), close), content.element);
  shown = { name, content };
  if (name === "mail") countMail();
  return close.focus();
}

/** The badge counts letters that came since the inbox was last looked at. */
async function countMail() {
  let letters;
  try {
    letters = await get("/lab/mail");
  } catch {
    return;
  }
  let read = recall("mail-read", 0);
  if (read > letters.length) read = 0; // the lab was started anew
  if (shown?.name === "mail") read = letters.length;
  remember("mail-read", read);
  const fresh = letters.length - read;
  badge.hidden = fresh <= 0;
  badge.textContent = String(fresh);
  badge.setAttribute("aria-label", `${fresh} unread`);
}
