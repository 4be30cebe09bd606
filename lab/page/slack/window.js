/** One person's Slack: the app's Home and Messages, channels, modals. */

import { attempt, get, latest, post, upload } from "/page/api.js";
import { follow, h, icon, iconButton, keep } from "/page/dom.js";
import { deed, hear } from "/page/news.js";
import { nameOf, peopleOn, personOn } from "/page/people.js";
import { blocks } from "/page/slack/blocks.js";
import { asSent } from "/page/slack/elements.js";
import { drawRow, rowsOf, versionOf } from "/page/slack/messages.js";
import { askConfirm, Draft, openModals } from "/page/slack/modal.js";
import { followDeepLink } from "/page/telegram/phone.js";

export function openWindow(person, { openDeepLink }) {
  const at = `/lab/slack/people/${person}`;
  const state = { screen: null, tab: "messages", channel: null, homeDraft: new Draft(), open: true };
  const rooms = h("nav", { class: "rooms", "aria-label": "Channels" });
  const tabs = h("div", { class: "s-tabs", role: "tablist", onkeydown: (event) => {
    const step = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    document.activeElement[step]?.focus();
  } });
  const home = h("div", { class: "s-home", role: "tabpanel", "aria-label": "Home", tabindex: "0", hidden: true });
  const list = h("div", { class: "s-list" });
  const beginning = h("p", { class: "nothing", hidden: true }, "This is the beginning of your talk with Parley. Type ", h("b", {}, "/parley"), " to see what it can do.");
  const scroller = h("div", { class: "s-scroll", role: "log", "aria-label": "Messages", tabindex: "0" }, beginning, list);
  const latestButton = h("button", { type: "button", class: "to-end", "aria-label": "Go to the newest message", onclick: () => end.toEnd() }, icon("down"));
  const end = follow(scroller, list);
  const composer = openComposer();
  const talk = h("div", { class: "s-talk", role: "tabpanel", "aria-label": "Messages" }, h("div", { class: "chat-box" }, scroller, latestButton), composer.element);
  const front = h("div", { class: "s-front" }, rooms, h("div", { class: "s-main" }, tabs, home, talk));
  const modals = openModals(front, {
    context: (view, draft) => context({ view_id: view.id }, view, draft),
    submit: async (view, values) => {
      const answer = await attempt(() => post(`${at}/submit`, { view_id: view.id, values }));
      if (answer !== undefined && !answer?.errors) deed({ platform: "slack", person, kind: "submit", text: view.callback_id ?? "" });
      refresh();
      return answer;
    },
    close: async (view) => {
      await attempt(() => post(`${at}/close`, { view_id: view.id }));
      refresh();
    },
  });
  const element = h("div", { class: "window" }, front, modals.layer);

  const names = (id) => (personOn("slack", id) ? nameOf(personOn("slack", id)) : "Parley");

  /** How blocks act when they stand in `place`: a message ({channel, ts}) or a view ({view_id}). */
  function context(place, view, draft) {
    const target = (each, block) => ({ action_id: each.action_id, block_id: block.block_id, ...place });
    return {
      names,
      everyone: () => peopleOn("slack").map((each) => ({ id: each.id, name: nameOf(each) })),
      ask: (confirm) => askConfirm(element, confirm, names),
      async press(each, block, value) {
        await sendTyped(view, draft, block);
        const answer = await attempt(() => post(`${at}/press`, { ...target(each, block), value: value ?? null }));
        if (answer !== undefined) deed({ platform: "slack", person, kind: "press", text: `${each.text?.text ?? ""} ${value ?? ""} ${each.action_id}` });
        refresh();
      },
      async find(each, block, typed) {
        return (await attempt(() => post(`${at}/suggest`, { ...target(each, block), value: typed }))) ?? [];
      },
      upload: (files) => attempt(() => upload(`${at}/upload`, files)),
    };
  }

  /** An action takes along what was typed in the other inputs of its view, as Slack's `view.state` does. */
  async function sendTyped(view, draft, pressed) {
    for (const [id, action] of draft?.takeUnsent() ?? []) {
      const block = view.blocks.find((each) => each.block_id === id);
      if (block?.type !== "input" || block.dispatch_action || id === pressed.block_id) continue;
      const value = asSent(block.element, draft.get(id, action));
      await attempt(() => post(`${at}/press`, { action_id: action, block_id: id, view_id: view.id, value }));
    }
  }

  const refresh = latest(async () => {
    const screen = await attempt(() => get(`${at}/screen`));
    if (!screen || !state.open) return;
    state.screen = screen;
    if (!screen.channels.some((each) => each.id === state.channel)) state.channel = (ownRoom() ?? screen.channels[0])?.id ?? null;
    draw();
  });

  const ownRoom = () => state.screen?.channels.find((each) => each.is_im);
  const room = () => state.screen?.channels.find((each) => each.id === state.channel);

  function draw() {
    const { channels, home: view, modals: views } = state.screen;
    const here = room();
    const own = !here || here.is_im;
    drawRooms(channels);
    drawTabs(own, here);
    const atHome = own && state.tab === "home";
    home.hidden = !atHome;
    talk.hidden = atHome;
    if (atHome) drawHome(view);
    keep(list, rowsOf(here?.messages ?? []), {
      key: (row) => row.key,
      version: versionOf,
      make: (row) => drawRow(row, (message) => ({ ...context({ channel: here.id, ts: message.ts }), state: message.state, reply: () => composer.replyTo(message) })),
    });
    beginning.hidden = Boolean(here?.messages.length);
    composer.update(own ? "Message Parley, or type /parley" : `Message #${here?.name ?? ""}`);
    modals.update(views ?? []);
  }

  function drawRooms(channels) {
    const sorted = [...channels].sort((a, b) => Number(b.is_im) - Number(a.is_im));
    rooms.hidden = sorted.length < 2;
    keep(rooms, sorted, {
      key: (each) => each.id,
      version: (each) => `${each.name}${each.id === state.channel}${each.is_im}`,
      make: (each) => h("button", {
        type: "button", class: "room", title: each.is_im ? "Parley" : `#${each.name}`, "aria-current": each.id === state.channel ? "true" : null,
        onclick: () => {
          state.channel = each.id;
          draw();
          end.toEnd();
        },
      }, each.is_im ? h("span", { class: "app-face small", "aria-hidden": "true" }, "P") : icon("hash", 14), each.is_im ? "Parley" : each.name),
    });
  }

  function drawTabs(own, here) {
    const all = own ? [["home", "Home"], ["messages", "Messages"]] : [["messages", `#${here.name}`]];
    keep(tabs, all, {
      key: ([name, title]) => name + title,
      version: ([name]) => String(name === state.tab || !own),
      make: ([name, title]) => h("button", {
        type: "button", role: "tab", "aria-selected": String(name === state.tab || !own), onclick: () => turn(name),
      }, title),
    });
  }

  function turn(name) {
    state.tab = name;
    draw();
    opened(name);
    if (name === "messages") end.toEnd();
  }

  function drawHome(view) {
    const stamp = JSON.stringify(view ?? null);
    if (home.dataset.stamp === stamp) return;
    home.dataset.stamp = stamp;
    const top = home.scrollTop;
    home.replaceChildren(view
      ? h("div", { class: "s-home-inner" }, blocks(view.blocks, { ...context({ view_id: view.id }, view, state.homeDraft), draft: state.homeDraft, state: view.state, scope: view.id }))
      : h("p", { class: "nothing" }, "The app has not drawn its Home yet."));
    home.scrollTop = top;
  }

  /** Slack tells the app which of its tabs somebody looks at. */
  const opened = (tab) => attempt(() => post(`${at}/home`, { tab })).then(refresh);

  function openComposer() {
    const box = h("textarea", { rows: "1", "aria-label": "Message or /parley command", enterkeyhint: "send" });
    const pick = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
    const hint = h("button", { type: "button", class: "slash-hint", hidden: true, onclick: () => {
      box.value = "/parley ";
      typed();
      box.focus();
    } }, h("b", {}, "/parley"), h("span", {}, "find, sell, offers, deals, help …"));
    const form = h("form", { class: "s-composer" }, box,
      h("div", { class: "s-composer-foot" }, iconButton("clip", "Attach files", () => pick.click()),
        h("span", { class: "s-kind" }, ""), h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"))));
    const kind = form.querySelector(".s-kind");
    let thread = null;
    const context = h("div", { class: "context-strip", hidden: true });
    const replyTo = (message) => {
      thread = message?.thread_ts ?? message?.ts ?? null;
      context.hidden = !message;
      if (!message) return;
      context.replaceChildren(icon("reply"), h("span", {}, h("b", {}, "Reply in the thread"), h("span", {}, message.text ?? "")),
        iconButton("close", "Leave the thread", () => replyTo(null)));
      box.focus();
    };
    const typed = () => {
      box.style.height = "auto";
      box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
      kind.textContent = box.value.startsWith("/") ? "Command" : "";
      hint.hidden = !(box.value.startsWith("/") && "/parley ".startsWith(box.value) && box.value !== "/parley ");
    };
    const submit = async (event) => {
      event.preventDefault();
      const text = box.value.trim();
      if (!text) return;
      box.value = "";
      typed();
      end.toEnd();
      const slash = text.startsWith("/");
      const here = room();
      const place = here ? { channel: here.id } : {};
      const answer = await attempt(() => (slash ? post(`${at}/command`, { text, ...place }) : post(`${at}/say`, { text, ...place, ...(thread ? { thread_ts: thread } : {}) })));
      if (answer !== undefined) replyTo(null);
      if (answer === undefined && !box.value) box.value = text;
      else deed({ platform: "slack", person, kind: slash ? "command" : "say", text });
      refresh();
    };
    form.addEventListener("submit", submit);
    box.addEventListener("input", typed);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
      else if (event.key === "Tab" && !hint.hidden && !event.shiftKey) {
        event.preventDefault();
        hint.click();
      } else if (event.key === "Escape") {
        hint.hidden = true;
        replyTo(null);
      }
    });
    pick.addEventListener("change", async () => {
      const files = [...pick.files];
      pick.value = "";
      await attempt(() => upload(`${at}/upload`, files, { share: state.channel }));
      refresh();
    });
    return {
      element: h("div", { class: "s-foot" }, hint, context, form, pick),
      replyTo,
      update(placeholder) {
        box.placeholder = placeholder;
      },
      fill(text) {
        box.value = text;
        typed();
        box.focus();
      },
    };
  }

  element.addEventListener("click", (event) => {
    const deep = event.target.closest("a[href*='t.me/']");
    if (deep) followDeepLink(event, deep.href, openDeepLink);
  });
  opened("messages");
  const deaf = hear("people", () => state.screen && draw());

  return {
    element,
    refresh,
    fill(text) {
      state.tab = "messages";
      const own = ownRoom();
      if (own) state.channel = own.id;
      if (state.screen) draw();
      composer.fill(text);
    },
    close() {
      state.open = false;
      deaf();
      end.stop();
    },
  };
}
