/** One person's Telegram: the chat with the bot, and the groups they are in, as their phone shows them. */

import { attempt, get, latest, post, upload } from "/page/api.js";
import { follow, h, icon, iconButton, keep } from "/page/dom.js";
import { deed } from "/page/news.js";
import { tell } from "/page/notices.js";
import { day, moment } from "/page/time.js";
import { Composer } from "/page/telegram/composer.js";
import { bubble, rowsOf } from "/page/telegram/message.js";
import { Places } from "/page/telegram/places.js";
import { alertBox, toastStrip } from "/page/telegram/toast.js";

const BOT = "parley_lab_bot";
const PATIENCE = 15_000; // ms; a real client stops the button's spinner by itself after about this long

export class TelegramPhone {
  #at;
  #person;
  #chat = null;
  #seen = null; // query ids of the toasts that were there at the last look
  #waiting = new Map(); // query id -> what stops the button's spinner
  #open = true;
  #places;

  #name = h("b", {}, "Parley");
  #face = h("span", { class: "bot-face", "aria-hidden": "true" }, "P");
  #list = h("div", { class: "messages" });
  #status = h("span", { class: "status" }, "bot");
  #pinned = h("button", { type: "button", class: "pinned", hidden: true });
  #topics = h("div", { class: "topics", role: "group", "aria-label": "Topics", hidden: true });
  #topic = null; // the topic on the screen; null: all messages
  #toast = toastStrip();
  #found = iconButton("add", "Make a group with the bot in it", () => this.#places.make());
  #block = iconButton("more", "Block or unblock the bot", () => this.#turnBlock());
  #silence = h(
    "p",
    { class: "silence", hidden: true },
    "No messages here yet. Press START, and the bot says what it can do.",
  );
  #composer = new Composer({
    say: (text, replyTo) => this.#act("say", text, "say", this.#written(text, replyTo)),
    change: (id, text) => this.#act("edit", text, "edit", { message_id: id, text }),
    send: (files, as, caption) => this.#done("send", caption, upload(`${this.#at}/send`, files, { as, caption, ...this.#places.named })),
    place: (latitude, longitude) => this.#act("location", "", "location", { latitude, longitude }),
    contact: () => this.#act("contact", "", "contact", {}),
    share: (what) => this.#act("share", "", "share", { what }),
    search: (query) => this.#searchInline(query),
    choose: (query_id, result_id) => this.#act("choose", "", "choose", { query_id, result_id }),
    follow: (payload) => this.start(payload),
    start: () => this.start(),
    unblock: () => this.#act("unblock", "", "unblock", {}),
  });

  constructor(person, { openDeepLink }) {
    this.#person = person;
    this.#at = `/lab/telegram/people/${person}`;
    this.#places = new Places(this.#at, person, () => this.#turn());
    const label = { class: "chat", role: "log", "aria-label": "Messages", tabindex: "0" };
    const scroller = h("div", label, this.#silence, this.#list);
    this.end = follow(scroller, this.#list);
    const toEnd = h(
      "button",
      { type: "button", class: "to-end", "aria-label": "Go to the newest message", onclick: () => this.end.toEnd() },
      icon("down"),
    );
    const name = h("span", { class: "bot-name" }, this.#name, this.#status);
    this.element = h(
      "div",
      { class: "phone", onclick: (event) => this.#followLink(event, openDeepLink) },
      h("div", { class: "chat-head" }, this.#face, name, this.#found, this.#block),
      this.#places.element,
      this.#topics,
      this.#pinned,
      h("div", { class: "chat-box" }, scroller, toEnd, this.#toast.element),
      this.#composer.element,
    );
  }

  refresh = latest(async () => {
    await this.#places.refresh();
    const { here } = this.#places;
    const chat = await attempt(() => get(here === null ? `${this.#at}/chat` : `${this.#at}/chat?place=${here}`));
    if (!chat || !this.#open || here !== this.#places.here) return;
    this.#chat = chat;
    this.#draw(chat);
    this.#showToasts(chat.toasts ?? []);
  });

  start(payload) {
    this.#places.here = null; // a link into the bot leads to the chat with it
    return this.#act("say", "/start", "start", payload ? { payload } : {});
  }

  fill(text) {
    this.#composer.fill(text);
  }

  close() {
    this.#open = false;
    this.end.stop();
  }

  /** Another chat of theirs comes to the screen. */
  #turn() {
    this.#topic = null;
    this.#composer.leave();
    this.end.toEnd();
    return this.refresh();
  }

  #written(text, replyTo) {
    return { text, ...(replyTo ? { reply_to: replyTo } : {}), ...(this.#topic ? { topic: this.#topic } : {}) };
  }

  /** The bot's results for what was typed after its name, as soon as there are some; null while there are none. */
  async #searchInline(query) {
    const asked = await attempt(() => post(`${this.#at}/inline`, { query, ...this.#places.named }));
    if (!asked) return null;
    for (let pause = 60; pause < 2500; pause *= 1.6) {
      await new Promise((done) => setTimeout(done, pause));
      const found = await attempt(() => get(`${this.#at}/inline/${asked.query_id}`));
      if (!found) return null;
      if (found.answered) return { ...found, query_id: asked.query_id };
    }
    return null;
  }

  #act(kind, text, path, body) {
    return this.#done(kind, text, post(`${this.#at}/${path}`, { ...body, ...this.#places.named }));
  }

  /** Wait for what was sent; whether it went through. */
  async #done(kind, text, sending) {
    this.end.toEnd();
    this.end.awaitAnswer();
    const answer = await attempt(() => sending);
    if (answer === undefined) return false;
    deed({ platform: "telegram", person: this.#person, kind, text });
    this.refresh();
    return true;
  }

  async #press(message, button, made) {
    made.classList.add("waiting");
    made.setAttribute("aria-busy", "true");
    const rest = () => {
      made.classList.remove("waiting");
      made.removeAttribute("aria-busy");
    };
    this.end.awaitAnswer();
    const since = performance.now(); // the bot's answer may be here before this press has returned
    const pressed = { message_id: message.id, data: button.callback_data, ...this.#places.named };
    const answer = await attempt(() => post(`${this.#at}/press`, pressed));
    if (!answer) return rest();
    const text = `${button.text} ${button.callback_data}`;
    deed({ platform: "telegram", person: this.#person, kind: "press", text, since });
    this.#waiting.set(answer.query_id, rest);
    setTimeout(() => this.#settle(answer.query_id), PATIENCE);
    return this.refresh();
  }

  #settle(query) {
    this.#waiting.get(query)?.();
    this.#waiting.delete(query);
  }

  #showToasts(toasts) {
    const seen = this.#seen;
    this.#seen = new Set(toasts.map((each) => each.query_id));
    for (const each of toasts) {
      this.#settle(each.query_id);
      if (!seen || seen.has(each.query_id) || !each.text) continue;
      if (each.alert) alertBox(this.element, each.text);
      else this.#toast.show(each.text);
    }
  }

  #draw(chat) {
    const acts = {
      find: (id) => this.#chat.messages.find((message) => message.id === id),
      reply: (message) => this.#composer.replyTo(message),
      edit: (message) => this.#composer.edit(message),
      goTo: (id) => this.#goTo(id),
      press: (message, button, made) => this.#press(message, button, made),
      react: (message, emoji = "👍") => this.#act("react", "", "react", { message_id: message.id, emoji }),
      pay: (message) => this.#act("pay", "", "pay", { message_id: message.id }),
      inline: (query) => this.#composer.fill(`@${BOT} ${query}`),
      copy: (text) => navigator.clipboard?.writeText(text).then(() => tell("Copied.")),
    };
    const shown = chat.messages.filter((message) => !this.#topic || message.topic === this.#topic);
    keep(this.#list, withDays(rowsOf(shown)), {
      key: (row) => row.id,
      version: (row) => row.day ?? JSON.stringify(row.parts),
      make: (row) => (row.day ? h("div", { class: "day" }, h("span", {}, row.day)) : bubble(row, acts)),
    });
    this.end.came(chat.messages.at(-1)?.id);
    this.#name.textContent = chat.members ? chat.title : "Parley";
    this.#face.textContent = chat.members ? chat.title[0].toUpperCase() : "P";
    this.#status.textContent = chat.action ? "typing …" : standing(chat);
    this.#block.hidden = Boolean(chat.members);
    this.#status.classList.toggle("typing", Boolean(chat.action));
    this.#silence.hidden = chat.messages.length > 0;
    this.#composer.update(chat);
    this.#block.title = chat.blocked ? "Unblock the bot" : "Block the bot";
    this.#block.setAttribute("aria-label", this.#block.title);
    this.#drawTopics(chat.topics ?? []);
    this.#drawPinned(chat.messages.findLast((message) => message.pinned));
  }

  #drawTopics(topics) {
    this.#topics.hidden = !topics.length;
    const turn = (id) => {
      this.#topic = id;
      this.#draw(this.#chat);
      this.end.toEnd();
    };
    keep(this.#topics, topics.length ? [{ id: null, name: "All" }, ...topics] : [], {
      key: (topic) => topic.id ?? "all",
      version: (topic) => `${topic.name}${topic.closed}${topic.id === this.#topic}`,
      make: (topic) =>
        h(
          "button",
          { type: "button", "aria-pressed": String(topic.id === this.#topic), onclick: () => turn(topic.id) },
          topic.closed ? "🔒 " : "",
          topic.name,
        ),
    });
  }

  #drawPinned(message) {
    this.#pinned.hidden = !message;
    if (!message) return;
    const words = (message.text ?? message.caption ?? "Photo").slice(0, 80);
    this.#pinned.replaceChildren(icon("pin", 14), h("span", {}, h("b", {}, "Pinned message"), h("span", {}, words)));
    this.#pinned.onclick = () => this.#goTo(message.id);
  }

  #goTo(id) {
    const target = this.#list.querySelector(`[data-id="${CSS.escape(String(id))}"]`);
    target?.scrollIntoView({ block: "center" });
    target?.classList.add("flash");
    setTimeout(() => target?.classList.remove("flash"), 1200);
  }

  async #turnBlock() {
    const blocked = Boolean(this.#chat?.blocked);
    const verb = blocked ? "unblock" : "block";
    if (await this.#act(verb, "", verb, {})) {
      tell(blocked ? "The bot may write again." : "The bot can no longer write to this person.");
    }
  }

  #followLink(event, openDeepLink) {
    const command = event.target.closest("[data-command]");
    const deep = event.target.closest("a[href*='t.me/']");
    if (command) {
      event.preventDefault();
      const text = command.dataset.command;
      this.#act("say", text, "say", { text });
    } else if (deep) followDeepLink(event, deep.href, openDeepLink);
  }
}

/** t.me links with a payload stay in the lab: they start the bot here. Others are left to the browser. */
export function followDeepLink(event, href, openDeepLink) {
  const payload = new URL(href).searchParams.get("start");
  if (payload === null) return;
  event.preventDefault();
  openDeepLink(payload);
}

/** What stands under the name: a bot, or who is in the group. */
function standing({ members, bot }) {
  if (!members) return "bot";
  const names = members.map((each) => each.name);
  return [...names, ...(["member", "administrator"].includes(bot) ? ["Parley"] : [])].join(", ");
}

function withDays(rows) {
  const out = [];
  let before = "";
  for (const row of rows) {
    const name = day(moment(row.parts[0].date));
    if (name !== before) out.push({ id: `day-${name}-${out.length}`, day: name });
    before = name;
    out.push(row);
  }
  return out;
}
