/** Slack messages: rows by speaker, replies under their parent, files, and what only one person sees. */

import { h, icon, iconButton, link } from "/page/dom.js";
import { initials, personOn, tint } from "/page/people.js";
import { blocks } from "/page/slack/blocks.js";
import { emoji, mrkdwn } from "/page/slack/text.js";
import { day, hourMinute, moment } from "/page/time.js";

const SAME_BREATH = 5 * 60 * 1000; // messages of one speaker closer than this share a heading, as in the real client

/** Messages as rows: {key, message, replies, compact} or {key, day}. */
export function rowsOf(messages) {
  const roots = messages.filter((each) => !each.thread_ts || each.thread_ts === each.ts || inFront(each));
  const known = new Set(roots.map((each) => each.ts));
  const replies = Map.groupBy
    ? Map.groupBy(
        messages.filter((each) => !roots.includes(each)),
        (each) => each.thread_ts,
      )
    : groupBy(messages.filter((each) => !roots.includes(each)));
  const orphans = messages.filter((each) => !roots.includes(each) && !known.has(each.thread_ts));
  const rows = [];
  let before = null;
  for (const message of [...roots, ...orphans].sort((a, b) => Number(a.ts) - Number(b.ts))) {
    const name = day(message.ts);
    if (!before || day(before.ts) !== name) rows.push({ key: `day-${name}-${rows.length}`, day: name });
    const compact =
      Boolean(before) &&
      before.user === message.user &&
      !message.ephemeral &&
      !before.ephemeral &&
      day(before.ts) === name &&
      moment(message.ts) - moment(before.ts) < SAME_BREATH;
    const key = message.ephemeral ? `only-${message.ts}` : message.ts;
    rows.push({ key, message, replies: known.has(message.ts) ? (replies.get(message.ts) ?? []) : [], compact });
    before = message;
  }
  return rows;
}

/** A reply that was also sent to the channel: the real client shows it there, at its own time. */
const inFront = (message) => message.subtype === "thread_broadcast";

function groupBy(messages) {
  const groups = new Map();
  for (const each of messages) groups.set(each.thread_ts, [...(groups.get(each.thread_ts) ?? []), each]);
  return groups;
}

export const versionOf = (row) => row.day ?? JSON.stringify([row.message, row.replies, row.compact]);

/** `contextOf(message)` gives the blocks their way to act. */
export function drawRow(row, contextOf) {
  if (row.day) return h("div", { class: "day" }, h("span", {}, row.day));
  return h(
    "div",
    { class: "row-with-thread" },
    one(row.message, contextOf, row.compact),
    row.replies.length
      ? h(
          "div",
          { class: "thread", role: "group", "aria-label": "Replies" },
          row.replies.map((reply) => one(reply, contextOf, false)),
        )
      : null,
  );
}

function one(message, contextOf, compact) {
  const ctx = contextOf(message);
  const speaker = personOn("slack", message.user);
  const name = speaker ? ctx.names(message.user) : (message.username ?? "Parley");
  const face = speaker
    ? h(
        "span",
        { class: "avatar square", style: { background: tint(message.user) }, "aria-hidden": "true" },
        initials(name),
      )
    : h("span", { class: "app-face", "aria-hidden": "true" }, "P");
  const stamp = h("time", { class: "s-time" }, hourMinute(message.ts));
  return h(
    "article",
    { class: `s-message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`, "data-ts": message.ts },
    h("div", { class: "gutter" }, compact ? stamp : face),
    h(
      "div",
      { class: "s-content" },
      message.ephemeral ? h("div", { class: "only-you" }, icon("eye", 12), "Only visible to you") : null,
      inFront(message) ? h("div", { class: "only-you" }, icon("reply", 12), "Replied to a thread") : null,
      compact
        ? null
        : h(
            "div",
            { class: "s-speaker" },
            h("b", {}, name),
            speaker ? null : h("span", { class: "app-tag" }, "APP"),
            stamp,
          ),
      h("div", { class: "s-body" }, body(message, ctx)),
      (message.attachments ?? []).map((each) => attachment(each, ctx)),
      message.edited ? h("span", { class: "edited" }, "(edited)") : null,
      (message.files ?? []).map(fileCard),
      reactions(message, ctx),
    ),
    message.ephemeral ? null : tools(message, ctx),
  );
}

function tools(message, ctx) {
  return h(
    "div",
    { class: "tools" },
    iconButton("smile", "Put a reaction under this message", () => ctx.react("thumbsup", false)),
    iconButton("reply", "Reply in the thread", ctx.reply),
    (ctx.shortcuts ?? []).map((each) => iconButton("bolt", each.name, () => ctx.pull(each.callback_id))),
  );
}

function reactions(message, ctx) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "s-reactions", role: "group", "aria-label": "Reactions" },
    message.reactions.map((each) => {
      const own = (each.users ?? []).includes(ctx.me);
      const label = own ? `Take back ${each.name}` : `Add ${each.name}`;
      const look = { type: "button", "aria-pressed": String(own), "aria-label": label };
      return h("button", { ...look, onclick: () => ctx.react(each.name, own) }, emoji(each.name), ` ${each.count ?? 1}`);
    }),
  );
}

/** What hangs under a message: an app's own attachment, or what it tells of a link (an unfurl). */
function attachment(each, ctx) {
  const title = each.title ? h("b", {}, each.title_link ? link(each.title_link, each.title) : each.title) : null;
  const inside = each.blocks?.length
    ? blocks(each.blocks, ctx)
    : [title, each.text || (!title && each.fallback) ? h("div", {}, mrkdwn(each.text ?? each.fallback, ctx.names)) : null];
  const bar = /^#?[0-9a-f]{6}$/i.test(each.color ?? "") ? `#${each.color.replace("#", "")}` : "";
  const from = each.from_url ? h("small", {}, link(each.from_url, each.from_url)) : null;
  return h("div", { class: "s-attachment", style: { borderColor: bar } }, inside, from);
}

function body(message, ctx) {
  if (message.blocks?.length) return blocks(message.blocks, ctx);
  if (!message.text) return null;
  return h("div", { class: "b-text" }, mrkdwn(message.text, ctx.names));
}

function fileCard(file) {
  const url = file.id ? `/lab/slack/files/${file.id}` : file.url_private;
  const name = file.title || file.name || "File";
  if ((file.mimetype ?? "").startsWith("image/")) {
    return h(
      "a",
      { class: "s-image", href: url, target: "_blank", rel: "noopener" },
      h("small", {}, name),
      h("img", { src: url, alt: name, loading: "lazy" }),
    );
  }
  return h(
    "a",
    {
      class: "s-file",
      href: url,
      target: "_blank",
      rel: "noopener",
      download: /pdf|text/.test(file.mimetype ?? "") ? null : name,
    },
    h("span", { class: "badge" }, icon("file", 20)),
    h("span", {}, h("b", {}, name), h("small", {}, file.pretty_type ?? file.filetype ?? file.mimetype ?? "")),
  );
}
