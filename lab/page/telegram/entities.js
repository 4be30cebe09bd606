/** Telegram's text with entities, as DOM nodes. Offsets are UTF-16 units, as JavaScript's own strings count. */

import { h, link } from "/page/dom.js";

const SELF_MADE = /(https?:\/\/[^\s<>()]+[^\s<>().,;:'"])|((?<![^\s(])\/[a-z0-9_]{1,32}\b)/giu;

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const PLAIN_TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  blockquote: "blockquote",
};

/** The text with its entities (and the links and commands that every client finds by itself). */
export function formatted(text = "", entities = []) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, 0, text.length, sorted);
}

function span(text, from, to, entities) {
  const out = document.createDocumentFragment();
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const stop = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || stop <= entity.offset) continue;
    const inner = entities.slice(i + 1).filter((each) => each.offset < stop);
    if (entity.offset > at) out.append(loose(text, at, entity.offset));
    out.append(wrapped(entity, text.slice(entity.offset, stop), span(text, entity.offset, stop, inner)));
    at = BLOCKS.has(entity.type) && text[stop] === "\n" ? stop + 1 : stop; // a block ends its own line
  }
  if (at < to) out.append(loose(text, at, to));
  return out;
}

function wrapped(entity, words, children) {
  const plain = PLAIN_TAGS[entity.type];
  if (plain) return h(plain, {}, entity.type === "code" ? words : children);
  switch (entity.type) {
    case "pre":
      return h("pre", { "data-language": entity.language }, h("code", {}, words));
    case "text_link":
      return link(entity.url, bare(children));
    case "url":
      return link(/^[a-z]+:/i.test(words) ? words : `https://${words}`, words);
    case "email":
      return link(`mailto:${words}`, words);
    case "phone_number":
      return link(`tel:${words.replace(/[^\d+]/g, "")}`, words);
    case "bot_command":
      return command(words);
    case "spoiler":
      return spoiler(children);
    case "expandable_blockquote":
      return h("details", { class: "quote" }, h("summary", {}, "Read more"), h("blockquote", {}, children));
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return h("span", { class: "mention" }, children);
    default:
      return h("span", {}, children);
  }
}

/** Text from `from` to `to` outside all entities; what stands before it decides where a command may begin. */
function loose(text, from, to) {
  const out = document.createDocumentFragment();
  let at = from;
  for (const found of text.slice(0, to).matchAll(SELF_MADE)) {
    if (found.index < at) continue;
    out.append(text.slice(at, found.index), found[1] ? link(found[1], found[1]) : command(found[2]));
    at = found.index + found[0].length;
  }
  out.append(text.slice(at, to));
  return out;
}

/** A link holds no second link. */
function bare(children) {
  for (const inner of children.querySelectorAll("a")) inner.replaceWith(...inner.childNodes);
  return children;
}

const command = (words) => h("a", { href: "#", role: "button", class: "command", "data-command": words }, words);

function spoiler(children) {
  const hidden = h(
    "button",
    { type: "button", class: "spoiler", "aria-label": "Show the hidden words" },
    h("span", {}, children),
  );
  hidden.addEventListener("click", () => {
    hidden.classList.add("open");
    hidden.removeAttribute("aria-label");
  });
  return hidden;
}
