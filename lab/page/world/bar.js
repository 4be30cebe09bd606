/** The world's bar: its clock, the drawers for books, mail, wire and world, and the way to start over. */

import { attempt, get } from "/page/api.js";
import { h, icon, iconButton } from "/page/dom.js";
import { hear } from "/page/news.js";
import { dayAndTime, moveClock, now, toTheSecond } from "/page/time.js";
import { recall, remember } from "/page/store.js";
import { followBooks, openBooks } from "/page/world/books.js";
import { nextDeadline, toDeadline } from "/page/world/deadlines.js";
import { turnGuide } from "/page/world/guide.js";
import { openMail } from "/page/world/mail.js";
import { startOver } from "/page/world/over.js";
import { openWire } from "/page/world/wire.js";
import { openWorld } from "/page/world/world.js";

const DRAWERS = {
  books: { title: "Books", open: openBooks, label: "Books" },
  mail: { title: "Mail", open: openMail, label: "Mail inbox" },
  wire: { title: "Wire", open: openWire, label: "Wire log" },
  world: { title: "World", open: openWorld, label: "World: clock and faults" },
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
      "+1 ",
      words.split(" ")[1][0],
      h("span", { class: "wide-only" }, words.split(" ")[1].slice(1)),
    );
  const onward = h(
    "button",
    { type: "button", class: "to-deadline", hidden: true, onclick: () => attempt(toDeadline) },
    icon("next", 13),
    h("span", { class: "wide-only" }, "deadline"),
  );
  hear("books", ({ books }) => {
    const due = nextDeadline(books);
    onward.hidden = !due;
    if (!due) return;
    onward.title = `Move the clock to the next deadline: ${due.words}, ${dayAndTime(due.at)}`;
    onward.setAttribute("aria-label", onward.title);
  });
  followBooks();
  badge = h("span", { class: "badge-count", hidden: true });
  const more = iconButton("menu", "Clock and tools", () => {
    const open = bar.parentElement.classList.toggle("open");
    document.body.classList.toggle("with-tools", open);
    more.setAttribute("aria-expanded", String(open));
  });
  more.classList.add("tools-opener");
  more.setAttribute("aria-expanded", "false");
  bar.append(
    more,
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
      onward,
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
      h(
        "button",
        {
          type: "button",
          class: "opener over",
          title: "Start over: a fresh market in a fresh world",
          "aria-label": "Start over",
          onclick: startOver,
        },
        icon("over"),
        h("span", {}, h("span", { class: "wide-only" }, "Start "), "over"),
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
