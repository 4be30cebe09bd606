/** The foot of the Telegram chat: writing, attaching, replying, changing, the command menu, START. */

import { h, icon, iconButton } from "/page/dom.js";
import { sizeOf } from "/page/telegram/message.js";

const PLACES = [
  ["Kaunas", 54.8985, 23.9036], ["Vilnius", 54.6872, 25.2797], ["Klaipėda", 55.7033, 21.1443],
  ["Riga", 56.9496, 24.1052], ["Tallinn", 59.437, 24.7536], ["Gdańsk", 54.352, 18.6466],
];

/** `acts`: say, change, send, place, start, unblock; each returns a promise of whether it went through. */
export function openComposer(acts) {
  const state = { reply: null, edit: null, files: [], as: "photo", commands: [] };
  const context = h("div", { class: "context-strip", hidden: true });
  const box = h("textarea", { rows: "1", placeholder: "Message", "aria-label": "Message", enterkeyhint: "send" });
  const menu = h("div", { class: "popover", role: "menu", hidden: true });
  const pick = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  const menuButton = h("button", { type: "button", class: "menu-button", "aria-label": "Commands", title: "Commands", onclick: () => toggle(commandRows("")) }, icon("menu"));
  const attach = iconButton("clip", "Attach", () => toggle(attachRows()));
  const send = h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send", 18));
  const form = h("form", { class: "composer" }, menuButton, box, attach, send);
  const big = h("button", { type: "button", class: "big", hidden: true });
  const element = h("div", { class: "foot" }, menu, context, form, big, pick);

  function grow() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 140)}px`;
  }

  function toggle(rows) {
    if (!menu.hidden && menu.dataset.for === rows.name) return shut();
    menu.dataset.for = rows.name;
    menu.replaceChildren(...rows.rows);
    menu.hidden = !rows.rows.length;
    menu.querySelector("button")?.focus();
    return undefined;
  }

  const shut = () => {
    menu.hidden = true;
  };

  function commandRows(prefix) {
    const fitting = state.commands.filter((each) => `/${each.command}`.startsWith(prefix));
    const rows = fitting.map(({ command, description }) => h("button", {
      type: "button", role: "menuitem", onclick: () => {
        shut();
        box.value = "";
        acts.say(`/${command}`);
        box.focus();
      },
    }, h("b", {}, `/${command}`), h("span", {}, description)));
    return { name: "commands", rows };
  }

  function attachRows() {
    const row = (shape, words, then) => h("button", { type: "button", role: "menuitem", onclick: () => {
      shut();
      then();
    } }, icon(shape), h("span", {}, words));
    const choose = (as, accept) => () => {
      state.as = as;
      pick.accept = accept;
      pick.value = "";
      pick.click();
    };
    const rows = [row("photo", "Photo, or several as an album", choose("photo", "image/*")), row("file", "File", choose("document", ""))];
    for (const [name, latitude, longitude] of PLACES) rows.push(row("place", `Location: ${name}`, () => acts.place(latitude, longitude)));
    return { name: "attach", rows };
  }

  function drawContext() {
    const { reply, edit, files } = state;
    context.hidden = !reply && !edit && !files.length;
    if (context.hidden) return;
    const title = edit ? "Change the message" : reply ? "Reply" : files.length === 1 ? files[0].name : `${files.length} files`;
    const words = edit?.text ?? reply?.text ?? reply?.caption ?? files.map((file) => sizeOf(file.size)).join(", ");
    context.replaceChildren(icon(edit ? "edit" : reply ? "reply" : "clip"),
      h("span", {}, h("b", {}, title), h("span", {}, words)),
      iconButton("close", "Leave it", reset));
  }

  function reset() {
    if (state.edit) box.value = "";
    Object.assign(state, { reply: null, edit: null, files: [] });
    box.placeholder = "Message";
    drawContext();
    grow();
  }

  async function submit(event) {
    event?.preventDefault();
    shut();
    const text = box.value.trim();
    const { reply, edit, files, as } = state;
    if (!text && !files.length) return;
    box.value = "";
    reset();
    const sent = files.length ? await acts.send(files, as, text)
      : edit ? await acts.change(edit.id, text) : await acts.say(text, reply?.id);
    if (!sent && !box.value) box.value = text;
    grow();
  }

  form.addEventListener("submit", submit);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    if (event.key === "Escape") menu.hidden ? reset() : shut();
    if (event.key === "ArrowUp" && !menu.hidden) {
      event.preventDefault();
      menu.querySelector("button:last-child")?.focus();
    }
  });
  box.addEventListener("input", () => {
    grow();
    const rows = box.value.startsWith("/") && !box.value.includes(" ") ? commandRows(box.value).rows : [];
    menu.dataset.for = "typed";
    menu.replaceChildren(...rows);
    menu.hidden = !rows.length;
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (step) {
      event.preventDefault();
      document.activeElement[step]?.focus();
    } else if (event.key === "Escape") {
      shut();
      box.focus();
    }
  });
  element.addEventListener("focusout", (event) => {
    if (!element.contains(event.relatedTarget)) shut();
  });
  pick.addEventListener("change", () => {
    state.files = [...pick.files];
    box.placeholder = "Add a caption";
    drawContext();
    box.focus();
  });

  return {
    element,
    update(chat) {
      state.commands = chat.commands ?? [];
      menuButton.hidden = !state.commands.length;
      const untouched = !chat.messages.length;
      form.hidden = untouched || chat.blocked;
      big.hidden = !form.hidden;
      big.textContent = chat.blocked ? "UNBLOCK BOT" : "START";
      big.onclick = () => (chat.blocked ? acts.unblock() : acts.start());
    },
    replyTo(message) {
      Object.assign(state, { reply: message, edit: null });
      drawContext();
      box.focus();
    },
    edit(message) {
      Object.assign(state, { edit: message, reply: null, files: [] });
      box.value = message.text;
      drawContext();
      grow();
      box.focus();
    },
    fill(text) {
      form.hidden = false;
      big.hidden = true;
      box.value = text;
      grow();
      box.focus();
    },
  };
}
