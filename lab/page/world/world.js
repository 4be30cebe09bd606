/** The operator's drawer: the world's clock with its deadlines, and everything that can be put out of order. */

import { attempt } from "/page/api.js";
import { h } from "/page/dom.js";
import { hear } from "/page/news.js";
import { dayAndTime, moveClock, now } from "/page/time.js";
import { readBooks } from "/page/world/books.js";
import { deadlineList } from "/page/world/deadlines.js";
import { openFaults } from "/page/world/faults.js";

const STEPS = [
  ["10 minutes", 600],
  ["1 hour", 3600],
  ["1 day", 86_400],
  ["1 week", 604_800],
];

export function openWorld() {
  const time = h("b", { class: "world-time" });
  const deadlines = deadlineList();
  const faults = openFaults();
  const draw = () => {
    time.textContent = dayAndTime(now());
  };
  const stops = [hear("clock-read", draw), hear("books", deadlines.draw)];
  draw();
  readBooks();
  const ahead = ([words, seconds]) =>
    h(
      "button",
      {
        type: "button",
        "aria-label": `Move the clock on by ${words}`,
        onclick: async () => {
          await attempt(() => moveClock(seconds));
          readBooks();
        },
      },
      `+ ${words}`,
    );
  return {
    element: h(
      "div",
      { class: "drawer-body" },
      h("section", { class: "world-part" }, h("h3", {}, "Clock"), time, h("div", { class: "steps" }, STEPS.map(ahead))),
      h("section", { class: "world-part" }, h("h3", {}, "Next deadlines"), deadlines.element),
      faults.element,
    ),
    close() {
      stops.forEach((stop) => stop());
      faults.close();
    },
  };
}
