/** Where a person writes: the chat with the bot, and the groups they are in or make. */

import { attempt, get, post } from "/page/api.js";
import { h, keep } from "/page/dom.js";
import { nameOf, peopleOn } from "/page/people.js";

const GROUPS = ["group", "supergroup"];

export class Places {
  #at;
  #person;
  #go;
  here = null; // the group on the screen; null: the chat with the bot

  element = h("div", { class: "topics places", role: "group", "aria-label": "Chats", hidden: true });

  /** `go()` is called when the person turns to another chat. */
  constructor(at, person, go) {
    this.#at = at;
    this.#person = person;
    this.#go = go;
  }

  /** What a call about the place on the screen says beside its own. */
  get named() {
    return this.here === null ? {} : { place: this.here };
  }

  async refresh() {
    const chats = await attempt(() => get(`${this.#at}/chats`));
    if (!chats) return;
    const groups = chats.filter((each) => GROUPS.includes(each.kind));
    if (!groups.some((each) => each.id === this.here)) this.here = null;
    this.element.hidden = !groups.length;
    keep(this.element, [{ id: null, title: "Parley" }, ...groups], {
      key: (place) => place.id ?? "bot",
      version: (place) => `${place.title}${place.id === this.here}`,
      make: (place) =>
        h(
          "button",
          { type: "button", "aria-pressed": String(place.id === this.here), onclick: () => this.#turnTo(place.id) },
          place.title,
        ),
    });
  }

  #turnTo(place) {
    this.here = place;
    this.#go();
  }

  /** A group of the person's own, with the bot and whoever is ticked. */
  make() {
    const others = peopleOn("telegram").filter((each) => each.id !== this.#person);
    const title = h("input", { type: "text", maxlength: "60", value: "Pellet buyers", "aria-label": "Name of the group" });
    const ticks = others.map((each) => h("input", { type: "checkbox", value: String(each.id) }));
    const dialog = h("dialog", { class: "ask", "aria-label": "New group" });
    const submit = async (event) => {
      event.preventDefault();
      const members = ticks.filter((tick) => tick.checked).map((tick) => Number(tick.value));
      const made = { title: title.value.trim() || "Pellet buyers", by: this.#person, members };
      const group = await attempt(() => post("/lab/telegram/groups", made));
      if (!group) return;
      dialog.close();
      this.#turnTo(group.id);
    };
    dialog.append(
      h("h2", {}, "New group"),
      h(
        "form",
        { class: "name-form", onsubmit: submit },
        title,
        h("div", { class: "ticks", role: "group", "aria-label": "Who is in it" }, others.map((each, place) =>
          h("label", { class: "tick" }, ticks[place], nameOf(each)),
        )),
        h("button", { type: "submit", class: "primary" }, "Make the group, with the bot in it"),
        h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      ),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    title.focus();
  }
}
