/** The foot of the Slack window: a message, a slash command, a reply in a thread, files. */

import { h, icon, iconButton } from "/page/dom.js";

const COMMAND = "/parley ";

/** `acts`: {send(text, thread), share(files), pull(shortcut)}; `send` resolves to whether it went through. */
export class Composer {
  #acts;
  #thread = null;
  #kind = h("span", { class: "s-kind" });
  #box = h("textarea", { rows: "1", "aria-label": "Message or /parley command", enterkeyhint: "send" });
  #pick = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  #context = h("div", { class: "context-strip", hidden: true });
  #prompts = h("div", { class: "s-prompts", role: "group", "aria-label": "Suggested questions", hidden: true });
  #shortcuts = h("select", { class: "s-shortcuts", "aria-label": "Shortcuts", title: "Shortcuts", hidden: true });
  #hint = h(
    "button",
    { type: "button", class: "slash-hint", hidden: true, onclick: () => this.fill(COMMAND) },
    h("b", {}, COMMAND),
    h("span", {}, "find, sell, offers, deals, help …"),
  );

  constructor(acts) {
    this.#acts = acts;
    const foot = h(
      "div",
      { class: "s-composer-foot" },
      iconButton("clip", "Attach files", () => this.#pick.click()),
      this.#shortcuts,
      this.#kind,
      h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send")),
    );
    const form = h("form", { class: "s-composer", onsubmit: (event) => this.#submit(event) }, this.#box, foot);
    this.element = h("div", { class: "s-foot" }, this.#prompts, this.#hint, this.#context, form, this.#pick);
    this.#box.addEventListener("input", () => this.#typed());
    this.#shortcuts.addEventListener("change", () => {
      acts.pull(this.#shortcuts.value);
      this.#shortcuts.value = "";
    });
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#pick.addEventListener("change", () => {
      acts.share([...this.#pick.files]);
      this.#pick.value = "";
    });
  }

  invite(words) {
    this.#box.placeholder = words;
  }

  /** The app's global shortcuts, and what it suggests to ask. */
  offer(shortcuts, prompts) {
    const names = shortcuts.map((each) => `${each.callback_id} ${each.name}`).join("\n");
    this.#shortcuts.hidden = !shortcuts.length;
    if (this.#shortcuts.dataset.names !== names) {
      this.#shortcuts.dataset.names = names;
      const first = h("option", { value: "" }, "⚡ Shortcuts");
      this.#shortcuts.replaceChildren(first, ...shortcuts.map((each) => h("option", { value: each.callback_id }, each.name)));
    }
    this.#prompts.hidden = !prompts.length;
    this.#prompts.replaceChildren(
      ...prompts.map((each) =>
        h("button", { type: "button", onclick: () => this.fill(each.message ?? each.title) }, each.title ?? each.message),
      ),
    );
  }

  fill(text) {
    this.#box.value = text;
    this.#typed();
    this.#box.focus();
  }

  /** What is written next answers this message; null goes back to the channel. */
  replyTo(message) {
    this.#thread = message?.thread_ts ?? message?.ts ?? null;
    this.#context.hidden = !message;
    if (!message) return;
    this.#context.replaceChildren(
      icon("reply"),
      h("span", {}, h("b", {}, "Reply in the thread"), h("span", {}, message.text ?? "")),
      iconButton("close", "Leave the thread", () => this.replyTo(null)),
    );
    this.#box.focus();
  }

  #typed() {
    const { value } = this.#box;
    this.#box.style.height = "auto";
    this.#box.style.height = `${Math.min(this.#box.scrollHeight, 160)}px`;
    this.#kind.textContent = value.startsWith("/") ? "Command" : "";
    this.#hint.hidden = !(value.startsWith("/") && COMMAND.startsWith(value) && value !== COMMAND);
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    else if (event.key === "Tab" && !this.#hint.hidden && !event.shiftKey) {
      event.preventDefault();
      this.fill(COMMAND);
    } else if (event.key === "Escape") {
      this.#hint.hidden = true;
      this.replyTo(null);
    }
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.#box.value.trim();
    if (!text) return;
    this.#box.value = "";
    this.#typed();
    if (await this.#acts.send(text, this.#thread)) this.replyTo(null);
    else if (!this.#box.value) this.#box.value = text;
  }
}
