/** The chats side by side (or as tabs on a narrow screen): who sits at which, adding and removing. */

import { attempt } from "/page/api.js";
import { h, icon, iconButton, keep } from "/page/dom.js";
import { hear } from "/page/news.js";
import { tell } from "/page/notices.js";
import { addPerson, initials, nameOf, peopleOn, personOn, refreshPeople, tint } from "/page/people.js";
import { recall, remember } from "/page/store.js";
import { TelegramPhone } from "/page/telegram/phone.js";
import { SlackWindow } from "/page/slack/window.js";

const PLATFORMS = {
  telegram: {
    title: "Telegram",
    Chat: TelegramPhone,
    names: ["Rasa Miškinė", "Andrius Vaitkus", "Liene Kalniņa", "Marek Wolski", "Kristjan Mägi", "Olha Bondarenko"],
  },
  slack: {
    title: "Slack",
    Chat: SlackWindow,
    names: ["Jonas Petraitis", "Eglė Stankutė", "Laura Ozoliņa", "Paweł Górski", "Maarja Lepik", "Taras Melnyk"],
  },
};

/** A name that nobody on that platform has yet: whoever sits down from another browser is somebody else. */
function freeName(platform) {
  const { names } = PLATFORMS[platform];
  const taken = new Set(peopleOn(platform).map(nameOf));
  let round = 1;
  const called = (name) => (round === 1 ? name : `${name} ${round}`);
  while (names.every((name) => taken.has(called(name)))) round += 1;
  return called(names.find((name) => !taken.has(called(name))));
}

const NEW = "new";

/** One open chat: {key, platform, person}, plus its live parts once it is on the page. */
let panes = [];
let front = null;
let count = 0;

const box = () => document.getElementById("panes");
const save = () =>
  remember(
    "panes",
    panes.map(({ platform, person }) => ({ platform, person })),
  );

export function openPanes() {
  const kept = recall("panes", null);
  const wanted = Array.isArray(kept) && kept.length ? kept : [{ platform: "telegram" }, { platform: "slack" }];
  for (const { platform, person } of wanted) if (PLATFORMS[platform]) addPane(platform, person);
  front = panes[0]?.key ?? null;
  drawTabs();
  hear("people", () => panes.forEach((pane) => (gone(pane) ? sit(pane, null) : drawHead(pane))));
  hear("telegram", (news) => noticed("telegram", news.person));
  hear("slack", (news) => noticed("slack", news.person));
  hear("over", async () => {
    await attempt(refreshPeople);
    panes.slice().forEach(removePane);
    ["telegram", "slack"].forEach((platform) => addPane(platform));
    show(panes[0]);
  });
  hear("back", async () => {
    await attempt(refreshPeople);
    panes.forEach((pane) => pane.chat?.refresh());
  });
}

export function addPane(platform, person = null) {
  const taken = panes.filter((pane) => pane.platform === platform).map((pane) => String(pane.person));
  const known = Boolean(personOn(platform, person));
  const free = peopleOn(platform).find((each) => !each.resident && !taken.includes(String(each.id)));
  const pane = { key: `pane-${(count += 1)}`, platform, person: known ? person : (free?.id ?? null), fresh: false };
  pane.untouched = !known; // nobody chose this seat
  pane.head = h("header", { class: "pane-head" });
  pane.body = h("div", { class: "pane-body" });
  pane.element = h("section", { class: `pane ${platform}`, id: pane.key }, pane.head, pane.body);
  panes.push(pane);
  box().append(pane.element);
  drawHead(pane);
  seat(pane);
  return pane;
}

/** Bring a chat to the front: on a phone the tab, on a desk the scroll position. */
export function show(pane) {
  front = pane.key;
  pane.fresh = false;
  drawTabs();
  pane.element.scrollIntoView({ inline: "nearest", block: "nearest" });
}

export function paneOn(platform) {
  const at = panes.find((pane) => pane.key === front && pane.platform === platform);
  return at ?? panes.find((pane) => pane.platform === platform) ?? addPane(platform);
}

/**
 * Somebody new on each platform, side by side: [seller on Telegram, buyer on Slack]; undefined for whoever could not
 * come. Chats that were open stay, unless nobody sits there.
 */
export async function seatBoth() {
  const seated = [];
  await attempt(refreshPeople);
  for (const platform of Object.keys(PLATFORMS)) {
    const person = await attempt(() => addPerson(platform, freeName(platform)));
    const free = panes.find((pane) => pane.platform === platform && (pane.person === null || pane.untouched));
    if (person && free) sit(free, person.id);
    else if (person) addPane(platform, person.id);
    seated.push(person);
  }
  const first = panes.find((pane) => pane.platform === "telegram" && pane.person === seated[0]?.id);
  if (first) show(first);
  return seated;
}

/** Put words in a composer, for the person to read and send. */
export function suggest(platform, text) {
  const pane = paneOn(platform);
  show(pane);
  if (pane.chat) return pane.chat.fill(text);
  tell("First say who sits here, then ask again.");
  return pane.body.querySelector("input")?.focus();
}

/** A Telegram deep link (t.me/bot?start=…) pressed anywhere opens in a Telegram pane. */
export function openDeepLink(payload) {
  const pane = paneOn("telegram");
  show(pane);
  pane.chat?.start?.(payload);
}

/** The lab was started anew and this person is not in the new world. */
const gone = (pane) => pane.person !== null && !personOn(pane.platform, pane.person);

function noticed(platform, person) {
  for (const pane of panes) {
    if (pane.platform !== platform || (person !== undefined && String(person) !== String(pane.person))) continue;
    pane.chat?.refresh();
    if (pane.key !== front && !pane.fresh) {
      pane.fresh = true;
      drawTabs();
    }
  }
  if (person !== undefined && !personOn(platform, person)) attempt(refreshPeople);
}

function seat(pane) {
  pane.chat?.close();
  pane.chat = null;
  pane.body.replaceChildren();
  if (pane.person === null || pane.person === undefined) pane.body.append(invitation(pane));
  else {
    pane.chat = new PLATFORMS[pane.platform].Chat(pane.person, { openDeepLink });
    pane.body.append(pane.chat.element);
    pane.chat.refresh();
  }
  save();
  drawTabs();
}

function sit(pane, person) {
  pane.person = person;
  pane.untouched = person === null;
  drawHead(pane);
  seat(pane);
}

function drawHead(pane) {
  const { title } = PLATFORMS[pane.platform];
  const person = personOn(pane.platform, pane.person);
  const name = person ? nameOf(person) : pane.person ? String(pane.person) : "Nobody yet";
  const choose = h("select", {
    class: "who",
    "aria-label": `${title}: whose screen is this`,
    onchange: () => {
      if (choose.value !== NEW) return sit(pane, pane.platform === "telegram" ? Number(choose.value) : choose.value);
      choose.value = String(pane.person ?? "");
      return askName(pane);
    },
  });
  if (!person) choose.append(h("option", { value: String(pane.person ?? "") }, name));
  for (const each of peopleOn(pane.platform)) choose.append(h("option", { value: String(each.id) }, nameOf(each)));
  choose.append(h("option", { value: NEW }, "Someone new …"));
  choose.value = String(pane.person ?? "");
  pane.element.setAttribute("aria-label", `${title}, ${name}`);
  pane.head.replaceChildren(
    h(
      "span",
      { class: "avatar", style: { background: tint(pane.person ?? "") }, "aria-hidden": "true" },
      pane.person ? initials(name) : "?",
    ),
    h(
      "label",
      { class: "seat" },
      h("span", { class: "platform" }, title),
      h("span", { class: "who-box" }, choose, icon("down", 12)),
    ),
    ...(person ? [mover(pane, name)] : []), // replaceChildren would write "null"
    iconButton("close", `Remove the ${title} screen of ${name}`, () => removePane(pane)),
  );
  drawTabs();
}

/** The same name on the other platform, in the same place on the page. */
function mover(pane, name) {
  const other = pane.platform === "telegram" ? "slack" : "telegram";
  const words = `Show ${name} on ${PLATFORMS[other].title} instead`;
  return iconButton("swap", words, async () => {
    const known = peopleOn(other).find((each) => nameOf(each) === name);
    const person = known ?? (await attempt(() => addPerson(other, name)));
    if (!person) return;
    const fresh = addPane(other, person.id);
    pane.element.before(fresh.element);
    panes.splice(panes.indexOf(fresh), 1);
    panes.splice(panes.indexOf(pane), 0, fresh);
    removePane(pane);
    show(fresh);
  });
}

function removePane(pane) {
  pane.chat?.close();
  pane.element.remove();
  panes = panes.filter((each) => each !== pane);
  if (front === pane.key) front = panes[0]?.key ?? null;
  save();
  drawTabs();
}

function nameForm(pane, then) {
  const { title } = PLATFORMS[pane.platform];
  const suggestion = freeName(pane.platform);
  const name = h("input", {
    type: "text",
    required: true,
    maxlength: "64",
    placeholder: suggestion,
    autocomplete: "off",
    "aria-label": "Name",
  });
  const submit = async (event) => {
    event.preventDefault();
    const person = await attempt(() => addPerson(pane.platform, name.value.trim() || suggestion));
    if (person) then(person);
  };
  name.required = false;
  return h(
    "form",
    { class: "name-form", onsubmit: submit },
    name,
    h("button", { type: "submit", class: "primary" }, `Join on ${title}`),
  );
}

function invitation(pane) {
  const { title } = PLATFORMS[pane.platform];
  const others = peopleOn(pane.platform).slice(0, 6);
  return h(
    "div",
    { class: "invitation" },
    h("h2", {}, `Who uses this ${title}?`),
    h("p", {}, "Give the person a name. Nobody else sees what happens here; the whole world lives on this computer."),
    nameForm(pane, (person) => sit(pane, person.id)),
    others.length ? h("p", {}, "Or take the seat of somebody who is here already:") : null,
    h(
      "div",
      { class: "choices" },
      others.map((each) => h("button", { type: "button", onclick: () => sit(pane, each.id) }, nameOf(each))),
    ),
  );
}

function askName(pane) {
  const dialog = h("dialog", { class: "ask", "aria-label": "Someone new" });
  const form = nameForm(pane, (person) => {
    dialog.close();
    sit(pane, person.id);
  });
  form.append(h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"));
  dialog.append(h("h2", {}, "Someone new"), form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function drawTabs() {
  for (const pane of panes) pane.element.classList.toggle("front", pane.key === front);
  const nav = document.getElementById("tabs");
  keep(nav, [...panes, { key: "more" }], {
    key: (pane) => pane.key,
    version: (pane) =>
      `${pane.key === front}${pane.fresh}${pane.platform}${nameOf(personOn(pane.platform, pane.person))}`,
    make: (pane) => (pane.key === "more" ? adders() : tab(pane)),
  });
}

function tab(pane) {
  const name = nameOf(personOn(pane.platform, pane.person)) || "Nobody yet";
  return h(
    "button",
    {
      type: "button",
      class: `tab ${pane.platform}`,
      "data-pane": pane.key,
      "aria-current": pane.key === front ? "true" : null,
      onclick: () => show(pane),
    },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "tab-name" }, name.split(/[\s,]/)[0]),
    pane.fresh
      ? h("span", { class: "fresh", title: "Something new" }, h("span", { class: "hidden-words" }, "something new"))
      : null,
  );
}

function adders() {
  const adder = (platform) =>
    h(
      "button",
      {
        type: "button",
        class: "add",
        onclick: () => show(addPane(platform)),
        "aria-label": `Add a person on ${PLATFORMS[platform].title}`,
      },
      "+ ",
      PLATFORMS[platform].title,
      h("span", { class: "widest-only" }, " person"),
    );
  return h("span", { class: "adders" }, adder("telegram"), adder("slack"));
}
