/** One person's Telegram: the chat with the bot, as their phone shows it. */

import { attempt, get, latest, post, upload } from "/page/api.js";
import { follow, h, icon, iconButton, keep } from "/page/dom.js";
import { deed } from "/page/news.js";
import { tell } from "/page/notices.js";
import { day, moment } from "/page/time.js";
import { bubble, rowsOf } from "/page/telegram/message.js";
import { openComposer } from "/page/telegram/composer.js";

const PATIENCE = 15_000; // a real client stops the button's spinner by itself after about this long

export function openPhone(person, { openDeepLink }) {
  const at = `/lab/telegram/people/${person}`;
  const state = { chat: null, toasts: null, waiting: new Map(), open: true };
  const list = h("div", { class: "messages" });
  const silence = h("p", { class: "silence", hidden: true }, "No messages here yet. Press START, and the bot says what it can do.");
  const scroller = h("div", { class: "chat", role: "log", "aria-label": "Messages", tabindex: "0" }, silence, list);
  const status = h("span", { class: "status" }, "bot");
  const pinned = h("button", { type: "button", class: "pinned", hidden: true });
  const toast = h("div", { class: "toast", role: "status", "aria-live": "polite", hidden: true });
  const block = iconButton("more", "Block or unblock the bot", () => turnBlock());
  const latestButton = h("button", { type: "button", class: "to-end", "aria-label": "Go to the newest message", onclick: () => end.toEnd() }, icon("down"));
  const end = follow(scroller, list);
  const composer = openComposer({
    say: (text, replyTo) => act("say", text, post(`${at}/say`, replyTo ? { text, reply_to: replyTo } : { text })),
    change: (id, text) => act("edit", text, post(`${at}/edit`, { message_id: id, text })),
    send: (files, as, caption) => act("send", caption, upload(`${at}/send`, files, { as, caption })),
    place: (latitude, longitude) => act("location", "", post(`${at}/location`, { latitude, longitude })),
    start: (payload) => act("say", "/start", post(`${at}/start`, payload ? { payload } : {})),
    unblock: () => act("unblock", "", post(`${at}/unblock`)),
  });
  const element = h("div", { class: "phone" },
    h("div", { class: "chat-head" }, h("span", { class: "bot-face", "aria-hidden": "true" }, "P"),
      h("span", { class: "bot-name" }, h("b", {}, "Parley"), status), block),
    pinned, h("div", { class: "chat-box" }, scroller, latestButton, toast), composer.element);

  async function act(kind, text, sending) {
    end.toEnd();
    const answer = await attempt(() => sending);
    if (answer === undefined) return false;
    deed({ platform: "telegram", person, kind, text });
    refresh();
    return true;
  }

  const acts = {
    find: (id) => state.chat?.messages.find((message) => message.id === id),
    reply: (message) => composer.replyTo(message),
    edit: (message) => composer.edit(message),
    goTo(id) {
      const target = list.querySelector(`[data-id="${CSS.escape(String(id))}"]`);
      target?.scrollIntoView({ block: "center" });
      target?.classList.add("flash");
      setTimeout(() => target?.classList.remove("flash"), 1200);
    },
    async press(message, button, made) {
      made.classList.add("waiting");
      made.setAttribute("aria-busy", "true");
      const rest = () => {
        made.classList.remove("waiting");
        made.removeAttribute("aria-busy");
      };
      const answer = await attempt(() => post(`${at}/press`, { message_id: message.id, data: button.callback_data }));
      if (!answer) return rest();
      deed({ platform: "telegram", person, kind: "press", text: `${button.text} ${button.callback_data}` });
      state.waiting.set(answer.query_id, rest);
      setTimeout(() => settle(answer.query_id), PATIENCE);
      return refresh();
    },
  };

  function settle(query) {
    state.waiting.get(query)?.();
    state.waiting.delete(query);
  }

  function showToasts(toasts) {
    const seen = state.toasts;
    state.toasts = new Set(toasts.map((each) => each.query_id));
    for (const each of toasts) {
      settle(each.query_id);
      if (!seen || seen.has(each.query_id) || !each.text) continue;
      if (each.alert) alertBox(element, each.text);
      else flashToast(toast, each.text);
    }
  }

  const refresh = latest(async () => {
    const chat = await attempt(() => get(`${at}/chat`));
    if (!chat || !state.open) return;
    state.chat = chat;
    draw(chat);
    showToasts(chat.toasts ?? []);
  });

  function draw(chat) {
    keep(list, withDays(rowsOf(chat.messages)), {
      key: (row) => row.id,
      version: (row) => (row.day ? row.day : JSON.stringify(row.parts)),
      make: (row) => (row.day ? h("div", { class: "day" }, h("span", {}, row.day)) : bubble(row, acts)),
    });
    status.textContent = chat.action ? "typing …" : "bot";
    status.classList.toggle("typing", Boolean(chat.action));
    composer.update(chat);
    silence.hidden = chat.messages.length > 0;
    block.setAttribute("aria-label", chat.blocked ? "Unblock the bot" : "Block the bot");
    block.title = block.getAttribute("aria-label");
    const pin = chat.messages.findLast((message) => message.pinned);
    pinned.hidden = !pin;
    if (pin) {
      pinned.replaceChildren(icon("pin", 14), h("span", {}, h("b", {}, "Pinned message"), h("span", {}, (pin.text ?? pin.caption ?? "Photo").slice(0, 80))));
      pinned.onclick = () => acts.goTo(pin.id);
    }
  }

  async function turnBlock() {
    const blocked = Boolean(state.chat?.blocked);
    const done = await act(blocked ? "unblock" : "block", "", post(`${at}/${blocked ? "unblock" : "block"}`));
    if (done) tell(blocked ? "The bot may write again." : "The bot can no longer write to this person.");
  }

  element.addEventListener("click", (event) => {
    const command = event.target.closest("[data-command]");
    const deep = event.target.closest("a[href*='t.me/']");
    if (command) {
      event.preventDefault();
      act("say", command.dataset.command, post(`${at}/say`, { text: command.dataset.command }));
    } else if (deep) followDeepLink(event, deep.href, openDeepLink);
  });

  return {
    element,
    refresh,
    fill: (text) => composer.fill(text),
    start: (payload) => act("say", "/start", post(`${at}/start`, { payload })),
    close() {
      state.open = false;
      end.stop();
    },
  };
}

/** t.me links with a payload stay in the lab: they start the bot here. Others are left to the browser. */
export function followDeepLink(event, href, openDeepLink) {
  const payload = new URL(href).searchParams.get("start");
  if (payload === null) return;
  event.preventDefault();
  openDeepLink(payload);
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

let toastTimer = 0;
function flashToast(toast, text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    toast.hidden = true;
  }, 4000);
}

function alertBox(element, text) {
  const rest = [...element.children];
  const close = () => {
    layer.remove();
    rest.forEach((each) => each.removeAttribute("inert"));
  };
  const ok = h("button", { type: "button", onclick: close }, "OK");
  const layer = h("div", { class: "alert-layer", onkeydown: (event) => event.key === "Escape" && close() },
    h("div", { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-label": text }, h("p", {}, text), ok));
  rest.forEach((each) => each.setAttribute("inert", ""));
  element.append(layer);
  ok.focus();
}
