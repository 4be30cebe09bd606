/** One Telegram message (or album) as a bubble with its keyboard. */

import { h, icon, iconButton, link, safeAddress } from "/page/dom.js";
import { hourMinute } from "/page/time.js";
import { formatted } from "/page/telegram/entities.js";

/** Consecutive messages of one album become one row; every other message is a row of its own. */
export function rowsOf(messages) {
  const rows = [];
  for (const message of messages) {
    const last = rows.at(-1);
    if (message.album && last?.album === message.album && last.from === message.from) last.parts.push(message);
    else rows.push({ id: message.id, from: message.from, album: message.album, parts: [message] });
  }
  return rows;
}

/** `acts`: {press(message, button), reply(message), edit(message), find(id)}. */
export function bubble(row, acts) {
  const first = row.parts[0];
  const words = row.parts.find((part) => part.caption) ?? first;
  const edited = row.parts.some((part) => part.edited);
  const pictures = row.parts.filter((part) => part.photo);
  const body = h(
    "div",
    { class: "bubble" },
    quoted(first, acts),
    pictures.length ? h("div", { class: `photos many-${Math.min(pictures.length, 4)}` }, pictures.map(photo)) : null,
    row.parts.filter((part) => part.document).map((part) => documentRow(part.document)),
    first.location ? place(first.location) : null,
    text(words),
    reactions(first),
    h("span", { class: `stamp${edited ? " edited-mark" : ""}` }, edited ? "edited " : "", hourMinute(first.date)),
  );
  if (!pictures.length && !first.document && isOnlyEmoji(first.text)) body.classList.add("emoji-only");
  return h(
    "article",
    {
      class: `message ${row.from === "person" ? "mine" : "theirs"}${pictures.length ? " has-photo" : ""}`,
      "data-id": first.id,
      "aria-label": `${row.from === "person" ? "You" : "Bot"}, ${hourMinute(first.date)}`,
    },
    h("div", { class: "bubble-row" }, body, tools(row, first, acts)),
    keyboard(row, acts),
  );
}

function tools(row, first, acts) {
  return h(
    "div",
    { class: "tools" },
    iconButton("reply", "Reply to this message", () => acts.reply(first)),
    row.from === "person" && first.text ? iconButton("edit", "Change this message", () => acts.edit(first)) : null,
  );
}

function text(message) {
  const said = message.text ?? message.caption;
  if (!said) return null;
  return h("div", { class: "words", dir: "auto" }, formatted(said, message.entities ?? message.caption_entities ?? []));
}

function reactions(message) {
  const given = (message.reactions ?? [])
    .map((each) => each.emoji ?? each.type?.emoji ?? each)
    .filter((each) => typeof each === "string");
  return given.length
    ? h(
        "span",
        { class: "reactions", "aria-label": "Reactions" },
        given.map((each) => h("span", {}, each)),
      )
    : null;
}

const isOnlyEmoji = (said) => Boolean(said) && /^(\p{Extended_Pictographic}\uFE0F?){1,3}$/u.test(said);

function quoted(message, acts) {
  if (!message.reply_to) return null;
  const id = message.reply_to?.id ?? message.reply_to;
  const target = acts.find(id);
  return h(
    "button",
    { type: "button", class: "quoted", "aria-label": "Go to the message this answers", onclick: () => acts.goTo(id) },
    h("b", {}, target?.from === "person" ? "You" : "Parley"),
    h("span", {}, (target?.text ?? target?.caption ?? "A message").slice(0, 90)),
  );
}

function photo({ photo: picture, caption }) {
  const image = h("img", {
    src: picture.url,
    alt: caption || "Photo",
    loading: "lazy",
    width: picture.width,
    height: picture.height,
  });
  return h("a", { href: picture.url, target: "_blank", rel: "noopener" }, image);
}

function documentRow(file) {
  return h(
    "a",
    {
      class: "document",
      href: file.url,
      target: "_blank",
      rel: "noopener",
      download: /^(image|text)|pdf/.test(file.mime ?? "") ? null : file.name,
    },
    h("span", { class: "badge" }, icon("file", 20)),
    h("span", {}, h("b", {}, file.name), h("small", {}, sizeOf(file.size))),
  );
}

export function sizeOf(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function place({ latitude, longitude }) {
  return h(
    "div",
    { class: "place" },
    icon("place", 20),
    h(
      "span",
      {},
      h("b", {}, "Location"),
      h("small", {}, `${Number(latitude).toFixed(4)}, ${Number(longitude).toFixed(4)}`),
    ),
  );
}

function keyboard(row, acts) {
  const owner = row.parts.find((part) => part.keyboard?.length);
  if (!owner) return null;
  return h(
    "div",
    { class: "keyboard", role: "group", "aria-label": "Buttons of this message" },
    owner.keyboard.map((line) =>
      h(
        "div",
        { class: "keys" },
        line.map((button) => key(owner, button, acts)),
      ),
    ),
  );
}

function key(message, button, acts) {
  const look = `key ${["primary", "success", "danger"].includes(button.style) ? button.style : ""}`;
  if (button.url && safeAddress(button.url)) {
    const anchor = link(button.url, h("span", {}, button.text), icon("out", 11));
    anchor.className = look;
    return anchor;
  }
  const made = h("button", { type: "button", class: look }, h("span", {}, button.text));
  made.addEventListener("click", () => acts.press(message, button, made));
  return made;
}
