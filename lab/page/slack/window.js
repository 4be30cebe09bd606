/** One person's Slack: the app's Home and Messages, channels, modals. */

import { attempt, get, latest, post, upload } from "/page/api.js";
import { follow, h, icon, keep } from "/page/dom.js";
import { deed, hear } from "/page/news.js";
import { nameOf, peopleOn, personOn } from "/page/people.js";
import { blocks } from "/page/slack/blocks.js";
import { Composer } from "/page/slack/composer.js";
import { asSent } from "/page/slack/elements.js";
import { drawRow, rowsOf, versionOf } from "/page/slack/messages.js";
import { askConfirm, Draft, openModals } from "/page/slack/modal.js";
import { followDeepLink } from "/page/telegram/phone.js";

const names = (id) => (personOn("slack", id) ? nameOf(personOn("slack", id)) : "Parley");

export class SlackWindow {
  #at;
  #person;
  #screen = null;
  #tab = "messages";
  #channel = null;
  #read = null; // ts of the newest message with the app that was on the screen
  #homeDraft = new Draft();
  #open = true;

  #rooms = h("nav", { class: "rooms", "aria-label": "Channels" });
  #tabs = h("div", { class: "s-tabs", role: "tablist", onkeydown: stepAlong });
  #home = h("div", { class: "s-home", role: "tabpanel", "aria-label": "Home", tabindex: "0", hidden: true });
  #homeBlocks = h("div", { class: "s-home-inner" });
  #nothingHome = h("p", { class: "nothing" }, "The app has not drawn its Home yet.");
  #list = h("div", { class: "s-list" });
  #beginning = h(
    "p",
    { class: "nothing", hidden: true },
    "This is the beginning of your talk with Parley. Type ",
    h("b", {}, "/parley"),
    " to see what it can do.",
  );
  #composer = new Composer({
    send: (text, thread) => this.#send(text, thread),
    share: (files) => this.#share(files),
    pull: (callback_id) => this.#do("shortcut", { callback_id }),
  });

  constructor(person, { openDeepLink }) {
    this.#person = person;
    this.#at = `/lab/slack/people/${person}`;
    this.#build();
    this.element.addEventListener("click", (event) => {
      const deep = event.target.closest("a[href*='t.me/']");
      if (deep) followDeepLink(event, deep.href, openDeepLink);
    });
    this.deaf = hear("people", () => this.#screen && this.#draw());
    this.#looksAt("messages");
  }

  #build() {
    const label = { class: "s-scroll", role: "log", "aria-label": "Messages", tabindex: "0" };
    const scroller = h("div", label, this.#beginning, this.#list);
    this.end = follow(scroller, this.#list);
    const toEnd = h(
      "button",
      { type: "button", class: "to-end", "aria-label": "Go to the newest message", onclick: () => this.end.toEnd() },
      icon("down"),
    );
    this.talk = h(
      "div",
      { class: "s-talk", role: "tabpanel", "aria-label": "Messages" },
      h("div", { class: "chat-box" }, scroller, toEnd),
      this.#composer.element,
    );
    const main = h("div", { class: "s-main" }, this.#tabs, this.#home, this.talk);
    this.#home.append(this.#nothingHome, this.#homeBlocks);
    const front = h("div", { class: "s-front" }, this.#rooms, main);
    this.modals = openModals(front, {
      context: (view, draft) => this.#context({ view_id: view.id }, view, draft),
      submit: (view, values) => this.#submit(view, values),
      close: (view) => attempt(() => post(`${this.#at}/close`, { view_id: view.id })).then(this.refresh),
    });
    this.element = h("div", { class: "window" }, front, this.modals.layer);
  }

  refresh = latest(async () => {
    const screen = await attempt(() => get(`${this.#at}/screen`));
    if (!screen || !this.#open) return;
    this.#screen = screen;
    if (!this.#room()) this.#channel = (this.#ownRoom() ?? screen.channels[0])?.id ?? null;
    this.#draw();
  });

  fill(text) {
    this.#tab = "messages";
    this.#channel = this.#ownRoom()?.id ?? this.#channel;
    if (this.#screen) this.#draw();
    this.#composer.fill(text);
  }

  close() {
    this.#open = false;
    this.deaf();
    this.end.stop();
  }

  #ownRoom = () => this.#screen?.channels.find((each) => each.is_im);
  #room = () => this.#screen?.channels.find((each) => each.id === this.#channel);

  /** How blocks act when they stand in `place`: a message ({channel, ts}) or a view ({view_id}). */
  #context(place, view, draft) {
    const target = (each, block) => ({ action_id: each.action_id, block_id: block.block_id, ...place });
    return {
      names,
      everyone: () => peopleOn("slack").map((each) => ({ id: each.id, name: nameOf(each) })),
      ask: (confirm) => askConfirm(this.element, confirm, names),
      upload: (files) => attempt(() => upload(`${this.#at}/upload`, files)),
      press: async (each, block, value) => {
        this.end.awaitAnswer();
        await this.#sendTyped(view, draft, block);
        const touched = { ...target(each, block), value: value ?? null };
        const answer = await attempt(() => post(`${this.#at}/press`, touched));
        if (answer !== undefined) this.#did("press", `${each.text?.text ?? ""} ${value ?? ""} ${each.action_id}`);
        this.refresh();
      },
      find: async (each, block, typed) =>
        (await attempt(() => post(`${this.#at}/suggest`, { ...target(each, block), value: typed }))) ?? [],
    };
  }

  /** An action takes along what was typed in the other inputs of its view, as Slack's `view.state` does. */
  async #sendTyped(view, draft, pressed) {
    const open = [this.#screen.home, ...(this.#screen.modals ?? [])];
    const now = open.find((each) => each && each.id === view?.id) ?? view;
    for (const [id, action] of draft?.takeUnsent() ?? []) {
      const block = now.blocks.find((each) => each.block_id === id);
      if (block?.type !== "input" || block.dispatch_action || id === pressed.block_id) continue;
      const value = asSent(block.element, draft.get(id, action));
      const typed = { action_id: action, block_id: id, view_id: view.id, value };
      await attempt(() => post(`${this.#at}/press`, typed));
    }
  }

  async #submit(view, values) {
    this.end.awaitAnswer();
    const answer = await attempt(() => post(`${this.#at}/submit`, { view_id: view.id, values }));
    if (answer !== undefined && !answer?.errors) this.#did("submit", view.callback_id ?? "");
    this.refresh();
    return answer;
  }

  async #send(text, thread) {
    this.end.toEnd();
    this.end.awaitAnswer();
    const slash = text.startsWith("/");
    const place = this.#channel ? { channel: this.#channel } : {};
    const said = slash || !thread ? { text, ...place } : { text, ...place, thread_ts: thread };
    const answer = await attempt(() => post(`${this.#at}/${slash ? "command" : "say"}`, said));
    if (answer !== undefined) this.#did(slash ? "command" : "say", text);
    this.refresh();
    return answer !== undefined;
  }

  #shortcuts = (type) => (this.#screen.shortcuts ?? []).filter((each) => (each.type ?? "global") === type);

  async #do(what, how) {
    this.end.awaitAnswer();
    const answer = await attempt(() => post(`${this.#at}/${what}`, how));
    this.refresh();
    return answer;
  }

  async #share(files) {
    await attempt(() => upload(`${this.#at}/upload`, files, { share: this.#channel }));
    this.refresh();
  }

  #did(kind, text) {
    deed({ platform: "slack", person: this.#person, kind, text });
  }

  /** Slack tells the app which of its tabs somebody looks at. */
  #looksAt(tab) {
    return attempt(() => post(`${this.#at}/home`, { tab })).then(this.refresh);
  }

  #draw() {
    const here = this.#room();
    const own = !here || here.is_im;
    const atHome = own && this.#tab === "home";
    const talk = this.#ownRoom()?.messages ?? [];
    if (this.#read === null || (here?.is_im && !atHome)) this.#read = Number(talk.at(-1)?.ts ?? 0);
    this.#drawRooms();
    this.#drawTabs(own, here, talk.filter((message) => Number(message.ts) > this.#read).length);
    this.#home.hidden = !atHome;
    this.talk.hidden = atHome;
    if (atHome) this.#drawHome(this.#screen.home);
    this.#drawMessages(here);
    this.#composer.offer(this.#shortcuts("global"), this.#screen.suggested?.prompts ?? this.#screen.suggested ?? []);
    this.#composer.invite(own ? "Message Parley, or type /parley" : `Message #${here.name}`);
    this.modals.update(this.#screen.modals ?? []);
  }

  #drawMessages(here) {
    const contextOf = (message) => ({
      ...this.#context({ channel: here.id, ts: message.ts }),
      state: message.state,
      reply: () => this.#composer.replyTo(message),
      me: this.#person,
      react: (name, remove) => this.#do("react", { ts: message.ts, channel: here.id, name, remove }),
      shortcuts: this.#shortcuts("message"),
      pull: (callback_id) => this.#do("shortcut", { callback_id, channel: here.id, ts: message.ts }),
    });
    this.#beginning.hidden = Boolean(here?.messages.length);
    keep(this.#list, rowsOf(here?.messages ?? []), {
      key: (row) => row.key,
      version: versionOf,
      make: (row) => drawRow(row, contextOf),
    });
    this.end.came(here?.messages.at(-1)?.ts);
  }

  #drawRooms() {
    const sorted = [...this.#screen.channels].sort((a, b) => Number(b.is_im) - Number(a.is_im));
    this.#rooms.hidden = sorted.length < 2;
    keep(this.#rooms, sorted, {
      key: (each) => each.id,
      version: (each) => `${each.name}${each.id === this.#channel}${each.is_im}`,
      make: (each) => this.#roomButton(each),
    });
  }

  #roomButton(each) {
    const turn = () => {
      this.#channel = each.id;
      this.#draw();
      this.end.toEnd();
    };
    const current = each.id === this.#channel ? "true" : null;
    const title = each.is_im ? "Parley" : `#${each.name}`;
    const face = each.is_im ? h("span", { class: "app-face small", "aria-hidden": "true" }, "P") : icon("hash", 14);
    const look = { type: "button", class: "room", title, "aria-current": current, onclick: turn };
    return h("button", look, face, each.is_im ? "Parley" : each.name);
  }

  #drawTabs(own, here, unread) {
    const all = own
      ? [
          ["home", "Home"],
          ["messages", "Messages"],
        ]
      : [["messages", `#${here.name}`]];
    const selected = (name) => String(name === this.#tab || !own);
    keep(this.#tabs, all, {
      key: ([name, title]) => name + title,
      version: ([name]) => `${selected(name)} ${name === "messages" ? unread : ""}`,
      make: ([name, title]) =>
        h(
          "button",
          { type: "button", role: "tab", "aria-selected": selected(name), onclick: () => this.#turn(name) },
          title,
          name === "messages" && unread
            ? h("span", { class: "s-unread" }, String(unread), h("span", { class: "hidden-words" }, " unread"))
            : null,
        ),
    });
  }

  #turn(name) {
    this.#tab = name;
    this.#draw();
    this.#looksAt(name);
    if (name === "messages") this.end.toEnd();
  }

  /** Block by block, so that an app that publishes anew does not take what is being typed. */
  #drawHome(view) {
    this.#nothingHome.hidden = Boolean(view);
    if (!view) return;
    const ctx = {
      ...this.#context({ view_id: view.id }, view, this.#homeDraft),
      draft: this.#homeDraft,
      state: view.state,
      scope: view.id,
    };
    keep(this.#homeBlocks, view.blocks, {
      key: (block) => block.block_id,
      version: (block) => view.id + JSON.stringify(block),
      make: (block) => blocks([block], ctx)[0],
    });
  }
}

/** Left and right arrows walk along a row of tabs. */
function stepAlong(event) {
  const step = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
  document.activeElement[step]?.focus();
}
