/** The foot of the Telegram chat: writing, attaching, replying, changing, the command menu, START. */

import { h, icon, iconButton } from "/page/dom.js";
import { sizeOf } from "/page/telegram/message.js";

const PLACES = [
  ["Kaunas", 54.8985, 23.9036],
  ["Vilnius", 54.6872, 25.2797],
  ["Klaipėda", 55.7033, 21.1443],
  ["Riga", 56.9496, 24.1052],
  ["Tallinn", 59.437, 24.7536],
  ["Gdańsk", 54.352, 18.6466],
];

const INLINE = /^@\w*bot\b ?/i;
const OTHERS = ["sticker", "voice", "video", "poll"];

/**
 * `acts`: say, change, send, place, contact, share, choose, follow, start, unblock; each resolves to whether it went
 * through. `search(query)` gives what the bot offers for `@bot query`.
 */
export class Composer {
  #acts;
  #reply = null;
  #edit = null;
  #files = [];
  #as = "photo";
  #commands = [];
  #asked = null; // the message whose ForceReply was obeyed
  #typing = 0;
  #inGroup = false;

  #context = h("div", { class: "context-strip", hidden: true });
  #box = h("textarea", { rows: "1", placeholder: "Message", "aria-label": "Message", enterkeyhint: "send" });
  #menu = h("div", { class: "popover", role: "menu", hidden: true });
  #pick = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  #big = h("button", { type: "button", class: "big", hidden: true });
  #keys = h("div", { class: "reply-keys", role: "group", "aria-label": "Answers to choose from", hidden: true });
  #menuButton = h(
    "button",
    {
      type: "button",
      class: "menu-button",
      "aria-label": "Commands",
      title: "Commands",
      onclick: () => this.#turnMenu("commands"),
    },
    icon("menu"),
  );
  #form = h(
    "form",
    { class: "composer", onsubmit: (event) => this.#submit(event) },
    this.#menuButton,
    this.#box,
    iconButton("clip", "Attach", () => this.#turnMenu("attach")),
    h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send", 18)),
  );

  constructor(acts) {
    this.#acts = acts;
    this.element = h("div", { class: "foot" }, this.#menu, this.#context, this.#form, this.#keys, this.#big, this.#pick);
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget)) this.#shut();
    });
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("input", () => this.#typed());
    this.#menu.addEventListener("keydown", (event) => this.#menuKey(event));
    this.#pick.addEventListener("change", () => {
      this.#files = [...this.#pick.files];
      this.#box.placeholder = "Add a caption";
      this.#drawContext();
      this.#box.focus();
    });
  }

  update(chat) {
    this.#commands = chat.commands ?? [];
    this.#menuButton.hidden = !this.#commands.length;
    this.#inGroup = Boolean(chat.members);
    this.#form.hidden = (!chat.messages.length || chat.blocked) && !this.#inGroup;
    this.#drawKeys(chat.keyboard);
    this.#obey(chat);
    this.#big.hidden = !this.#form.hidden;
    this.#big.textContent = chat.blocked ? "UNBLOCK BOT" : "START";
    this.#big.onclick = () => (chat.blocked ? this.#acts.unblock() : this.#acts.start());
  }

  /** A reply keyboard: its buttons are typed for the person, or share a number or a place. */
  #drawKeys(keyboard) {
    this.#keys.hidden = !keyboard || this.#form.hidden;
    if (this.#keys.hidden) return;
    const act = (button) => {
      if (button.contact) return this.#acts.contact();
      if (button.location) return this.#acts.place(PLACES[0][1], PLACES[0][2]);
      return this.#acts.say(button.text);
    };
    const rows = keyboard.rows.map((row) =>
      h(
        "div",
        { class: "keys" },
        row.map((button) => h("button", { type: "button", class: "key", onclick: () => act(button) }, button.text)),
      ),
    );
    this.#keys.replaceChildren(...rows);
  }

  /** ForceReply: the next message answers the one that asks, unless the person leaves it. In a group, of those asked. */
  #obey({ force_reply: wish, messages }) {
    const id = wish?.message_id;
    if (!id || id === this.#asked) return;
    this.#asked = id;
    const asking = messages.find((message) => message.id === id);
    const askedOf = this.#inGroup && messages.find((message) => message.id === asking?.reply_to);
    if (!asking || (askedOf && !askedOf.own)) return;
    this.#reply = asking;
    this.#box.placeholder = wish.placeholder ?? wish.input_field_placeholder ?? "Your answer";
    this.#drawContext();
  }

  replyTo(message) {
    this.#reply = message;
    this.#edit = null;
    this.#drawContext();
    this.#box.focus();
  }

  edit(message) {
    this.#edit = message;
    this.#reply = null;
    this.#files = [];
    this.#drawContext();
    this.fill(message.text);
  }

  fill(text) {
    this.#form.hidden = false;
    this.#big.hidden = true;
    this.#box.value = text;
    this.#typed();
    this.#box.focus();
  }

  /** The person turns to another chat; what was begun here is left. */
  leave() {
    this.#box.value = "";
    this.#asked = null;
    this.#shut();
    this.#reset();
  }

  #grow() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${Math.min(this.#box.scrollHeight, 140)}px`;
  }

  #drawContext() {
    const [edit, reply, files] = [this.#edit, this.#reply, this.#files];
    this.#context.hidden = !reply && !edit && !files.length;
    if (this.#context.hidden) return;
    const named = files.length === 1 ? files[0].name : `${files.length} files`;
    const title = edit ? "Change the message" : reply ? "Reply" : named;
    const words = edit?.text ?? reply?.text ?? reply?.caption ?? files.map((file) => sizeOf(file.size)).join(", ");
    this.#context.replaceChildren(
      icon(edit ? "edit" : reply ? "reply" : "clip"),
      h("span", {}, h("b", {}, title), h("span", {}, words)),
      iconButton("close", "Leave it", () => this.#reset()),
    );
  }

  #reset() {
    if (this.#edit) this.#box.value = "";
    [this.#reply, this.#edit, this.#files] = [null, null, []];
    this.#box.placeholder = "Message";
    this.#drawContext();
    this.#grow();
  }

  async #submit(event) {
    event.preventDefault();
    this.#shut();
    const text = this.#box.value.trim();
    const [edit, reply, files] = [this.#edit, this.#reply, this.#files];
    if (!text && !files.length) return;
    this.#box.value = "";
    this.#reset();
    let sent;
    if (files.length) sent = await this.#acts.send(files, this.#as, text);
    else if (edit) sent = await this.#acts.change(edit.id, text);
    else sent = await this.#acts.say(text, reply?.id);
    if (!sent && !this.#box.value) this.#box.value = text;
    this.#grow();
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    else if (event.key === "Escape" && this.#menu.hidden) this.#reset();
    else if (event.key === "Escape") this.#shut();
    else if (event.key === "ArrowUp" && !this.#menu.hidden) {
      event.preventDefault();
      this.#menu.lastElementChild?.focus();
    }
  }

  #typed() {
    this.#grow();
    clearTimeout(this.#typing);
    if (INLINE.test(this.#box.value)) {
      this.#typing = setTimeout(() => this.#offer(this.#box.value), 250);
      return;
    }
    const command = this.#box.value.startsWith("/") && !this.#box.value.includes(" ");
    this.#fillMenu("typed", command ? this.#commandRows(this.#box.value) : []);
  }

  /** `@bot words`: what the bot offers stands above the text field; a click sends it into the chat. */
  async #offer(typed) {
    const found = await this.#acts.search(typed.replace(INLINE, ""));
    if (this.#box.value !== typed) return;
    if (!found) return this.#fillMenu("inline", [h("p", { class: "nothing small" }, "The bot offers nothing here.")]);
    const choose = (result) => () => {
      this.#box.value = "";
      this.#grow();
      this.#acts.choose(found.query_id, result.id);
    };
    const rows = found.results.map((result) =>
      this.#row(
        choose(result),
        h("span", { class: "inline-result" }, h("b", {}, result.title ?? result.type), h("span", {}, result.description ?? "")),
      ),
    );
    const { button } = found;
    if (button) rows.unshift(this.#row(() => this.#acts.follow(button.start_parameter), h("b", {}, button.text)));
    return this.#fillMenu("inline", rows.length ? rows : [h("p", { class: "nothing small" }, "Nothing fits.")]);
  }

  #turnMenu(name) {
    if (!this.#menu.hidden && this.#menu.dataset.name === name) return this.#shut();
    this.#fillMenu(name, name === "commands" ? this.#commandRows("") : this.#attachRows());
    return this.#menu.querySelector("button")?.focus();
  }

  #fillMenu(name, rows) {
    this.#menu.dataset.name = name;
    this.#menu.replaceChildren(...rows);
    this.#menu.hidden = !rows.length;
  }

  #shut() {
    this.#menu.hidden = true;
  }

  #menuKey(event) {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (step) {
      event.preventDefault();
      document.activeElement[step]?.focus();
    } else if (event.key === "Escape") {
      this.#shut();
      this.#box.focus();
    }
  }

  #commandRows(prefix) {
    const fitting = this.#commands.filter((each) => `/${each.command}`.startsWith(prefix));
    return fitting.map(({ command, description }) => {
      const pick = () => {
        this.#box.value = "";
        this.#acts.say(`/${command}`);
        this.#box.focus();
      };
      return this.#row(pick, h("b", {}, `/${command}`), h("span", {}, description));
    });
  }

  #attachRows() {
    const choose = (as, accept) => () => {
      this.#as = as;
      this.#pick.accept = accept;
      this.#pick.value = "";
      this.#pick.click();
    };
    const row = (shape, words, then) => this.#row(then, icon(shape), h("span", {}, words));
    return [
      row("photo", "Photo, or several as an album", choose("photo", "image/*")),
      row("file", "File", choose("document", "")),
      ...(this.#inGroup ? [] : this.#ownRows(row)),
      ...PLACES.map(([name, north, east]) => row("place", `Location: ${name}`, () => this.#acts.place(north, east))),
    ];
  }

  /** What is only sent to the bot alone. */
  #ownRows(row) {
    return [
      row("reply", "My phone number", () => this.#acts.contact()),
      ...OTHERS.map((what) => row("photo", `A ${what}`, () => this.#acts.share(what))),
    ];
  }

  #row(then, ...content) {
    const pick = () => {
      this.#shut();
      then();
    };
    return h("button", { type: "button", role: "menuitem", onclick: pick }, ...content);
  }
}
