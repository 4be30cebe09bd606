/** One Telegram message (or album) as a bubble with its keyboard. */

import { h, icon, iconButton, link, safeAddress } from "/page/dom.js";
import { hourMinute } from "/page/time.js";
import { tint } from "/page/people.js";
import { formatted } from "/page/telegram/entities.js";

/** Consecutive messages of one album become one row; every other message is a row of its own. */
export function rowsOf(messages) {
  const rows = [];
  for (const message of messages) {
    const last = rows.at(-1);
    if (message.album && last?.album === message.album && last.own === message.own) last.parts.push(message);
    else rows.push({ id: message.id, own: message.own, album: message.album, parts: [message] });
  }
  return rows;
}

/** `acts`: {press(message, button), reply(message), edit(message), find(id)}. */
export function bubble(row, acts) {
  const first = row.parts[0];
  const words = row.parts.find((part) => part.caption) ?? first;
  if (first.service || first.successful_payment) return notice(row, first);
  const edited = row.parts.some((part) => part.edited);
  const pictures = row.parts.filter((part) => part.photo);
  const body = h(
    "div",
    { class: "bubble" },
    authorOf(first),
    first.forwarded_from ? h("span", { class: "origin" }, `Forwarded from ${first.forwarded_from}`) : null,
    first.via_bot ? h("span", { class: "origin" }, `via @${first.via_bot}`) : null,
    quoted(first, acts),
    pictures.length ? h("div", { class: `photos many-${Math.min(pictures.length, 4)}` }, pictures.map(photo)) : null,
    row.parts.filter((part) => part.document).map((part) => documentRow(part.document)),
    first.location ? place(first.location, first.venue) : null,
    first.contact ? card("reply", first.contact.name, `+${String(first.contact.phone).replace(/^\+/, "")}`) : null,
    first.other ? h("p", { class: "other" }, `A ${first.other.replaceAll("_", " ")}`) : null,
    first.invoice ? invoice(first, acts) : null,
    text(words),
    reactions(first, acts),
    h("span", { class: `stamp${edited ? " edited-mark" : ""}` }, edited ? "edited " : "", hourMinute(first.date)),
  );
  if (!pictures.length && !first.document && isOnlyEmoji(first.text)) body.classList.add("emoji-only");
  return h(
    "article",
    {
      class: `message ${row.own ? "mine" : "theirs"}${pictures.length ? " has-photo" : ""}`,
      "data-id": first.id,
      "aria-label": `${row.own ? "You" : first.from === "bot" ? "Bot" : first.sender.name}, ${hourMinute(first.date)}`,
    },
    h("div", { class: "bubble-row" }, body, tools(row, first, acts)),
    keyboard(row, acts),
  );
}

/** In a group: who of the others says it. */
function authorOf({ own, from, sender }) {
  if (own || from === "bot") return null;
  return h("b", { class: "author", style: { color: tint(sender.id) } }, sender.name);
}

function tools(row, first, acts) {
  return h(
    "div",
    { class: "tools" },
    iconButton("smile", "Put a reaction under this message", () => acts.react(first)),
    iconButton("reply", "Reply to this message", () => acts.reply(first)),
    row.own && first.text ? iconButton("edit", "Change this message", () => acts.edit(first)) : null,
  );
}

function text(message) {
  const said = message.text ?? message.caption;
  if (!said) return null;
  return h("div", { class: "words", dir: "auto" }, formatted(said, message.entities ?? message.caption_entities ?? []));
}

function reactions(message, acts) {
  const given = message.reactions ?? [];
  if (!given.length) return null;
  return h(
    "span",
    { class: "reactions", "aria-label": "Reactions" },
    given.map((each) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(Boolean(each.own)),
          "aria-label": each.own ? `Take back ${each.emoji}` : `Add ${each.emoji}`,
          onclick: () => acts.react(message, each.own ? null : each.emoji),
        },
        each.emoji,
        each.count > 1 ? h("small", {}, String(each.count)) : null,
      ),
    ),
  );
}

const SERVICE = {
  pinned: () => "A message was pinned",
  topic_created: ({ name }) => `The topic “${name}” was opened`,
  topic_edited: ({ name }) => `The topic is now “${name}”`,
  topic_closed: () => "The topic was closed",
  topic_reopened: () => "The topic was opened again",
  joined: ({ names }) => `${(names ?? []).join(", ")} joined`,
  left: ({ name }) => `${name} left`,
  migrated: () => "The group became a supergroup",
  group_created: () => "The group was made",
  refunded: ({ amount }) => `⭐ ${amount} came back to you`,
};

/** What Telegram itself says, in the middle of the chat. */
function notice(row, message) {
  const paid = message.successful_payment;
  const words = paid
    ? `You paid ⭐ ${paid.total_amount}`
    : (SERVICE[message.service.kind]?.(message.service) ?? message.service.kind.replaceAll("_", " "));
  return h("div", { class: "t-notice", "data-id": row.id }, h("span", {}, words));
}

function invoice(message, acts) {
  const { title, description, total_amount: amount } = message.invoice;
  const hasButton = (message.keyboard ?? []).some((line) => line.some((button) => button.pay));
  return h(
    "div",
    { class: "invoice" },
    h("b", {}, title),
    description ? h("p", {}, description) : null,
    h("span", { class: "stars" }, `⭐ ${amount}`),
    hasButton
      ? null
      : h("button", { type: "button", class: "key primary", onclick: () => acts.pay(message) }, `Pay ⭐ ${amount}`),
  );
}

const isOnlyEmoji = (said) => Boolean(said) && /^(\p{Extended_Pictographic}\uFE0F?){1,3}$/u.test(said);

function quoted(message, acts) {
  if (!message.reply_to) return null;
  const id = message.reply_to?.id ?? message.reply_to;
  const target = acts.find(id);
  return h(
    "button",
    { type: "button", class: "quoted", "aria-label": "Go to the message this answers", onclick: () => acts.goTo(id) },
    h("b", {}, target?.own ? "You" : target?.from === "person" ? target.sender.name : "Parley"),
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

function place({ latitude, longitude }, venue) {
  const where = `${Number(latitude).toFixed(4)}, ${Number(longitude).toFixed(4)}`;
  return card("place", venue?.title ?? "Location", venue ? `${venue.address} · ${where}` : where);
}

const card = (shape, title, words) =>
  h("div", { class: "place" }, icon(shape, 20), h("span", {}, h("b", {}, title), h("small", {}, words)));

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
    anchor.dataset.deed = button.url;
    return anchor;
  }
  const does = wayOf(message, button, acts);
  const shape = { type: "button", class: look, "data-deed": button.callback_data ?? "" };
  const made = h("button", shape, h("span", {}, button.text), does.mark ? icon(does.mark, 11) : null);
  made.addEventListener("click", () => does.act(made));
  return made;
}

/** What a press of this button sets off, and the small mark that tells of it. */
function wayOf(message, button, acts) {
  if (button.pay) return { act: () => acts.pay(message) };
  if (button.copy_text) return { mark: "copy", act: () => acts.copy(button.copy_text.text ?? button.copy_text) };
  const query = button.switch_inline_query_current_chat ?? button.switch_inline_query;
  if (query !== undefined) return { mark: "out", act: () => acts.inline(query) };
  return { act: (made) => acts.press(message, button, made) };
}
