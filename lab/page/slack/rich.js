/** Slack's rich_text blocks and markdown blocks as DOM nodes. */

import { h, link } from "/page/dom.js";
import { emoji } from "/page/slack/text.js";
import { dayAndTime } from "/page/time.js";

export function richText(block, names) {
  return (block.elements ?? []).map((element) => richPart(element, names));
}

function richPart(element, names) {
  const children = () => (element.elements ?? []).map((each) => run(each, names));
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rich-line" }, children());
    case "rich_text_quote":
      return h("blockquote", {}, children());
    case "rich_text_preformatted":
      return h("pre", {}, h("code", {}, children()));
    case "rich_text_list": {
      const tag = element.style === "ordered" ? "ol" : "ul";
      return h(
        tag,
        { style: { marginLeft: `${(element.indent ?? 0) * 20}px` }, start: element.offset ? element.offset + 1 : null },
        (element.elements ?? []).map((each) => h("li", {}, richPart(each, names))),
      );
    }
    default:
      return run(element, names);
  }
}

function run(element, names) {
  const style = element.style ?? {};
  let node = bare(element, names);
  for (const [name, tag] of [
    ["code", "code"],
    ["strike", "s"],
    ["italic", "i"],
    ["bold", "b"],
    ["underline", "u"],
  ]) {
    if (style[name]) node = h(tag, {}, node);
  }
  return node;
}

function bare(element, names) {
  const mention = (words) => h("span", { class: "mention" }, words);
  switch (element.type) {
    case "text":
      return h("span", { class: "keep-lines" }, element.text);
    case "link":
      return link(element.url, element.text ?? element.url);
    case "emoji":
      return element.unicode
        ? String.fromCodePoint(...element.unicode.split("-").map((code) => parseInt(code, 16)))
        : emoji(element.name);
    case "user":
      return mention(`@${names(element.user_id)}`);
    case "channel":
      return mention(`#${element.channel_id}`);
    case "broadcast":
      return mention(`@${element.range}`);
    case "date":
      return h("time", {}, dayAndTime(element.timestamp) || element.fallback);
    case "color":
      return h("code", {}, element.value);
    default:
      return h("span", {}, element.text ?? "");
  }
}

const INLINE =
  /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|(?<!\w)_([^_]+)_(?!\w)|~~([^~]+)~~|<(https?:[^>]+)>|:([a-z0-9_+-]+):/g;

/** The markdown block's own dialect: headings, lists, quotes, fences, tables, rules, and marks inside lines. */
export function markdown(text = "") {
  const out = document.createDocumentFragment();
  const rows = text.replaceAll("\r", "").split("\n");
  for (let i = 0; i < rows.length;) {
    const kind = lineKind(rows[i]);
    const group = [];
    if (kind === "fence") {
      for (i += 1; i < rows.length && lineKind(rows[i]) !== "fence"; i += 1) group.push(rows[i]);
      i += 1;
    } else {
      do group.push(rows[i++]);
      while (i < rows.length && kind !== "heading" && lineKind(rows[i]) === kind);
    }
    const node = paragraph(kind, group);
    if (node) out.append(node);
  }
  return out;
}

function lineKind(line) {
  if (/^\s*```/.test(line)) return "fence";
  if (/^#{1,6}\s/.test(line)) return "heading";
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return "rule";
  if (/^\s*[-*+]\s/.test(line)) return "bullets";
  if (/^\s*\d+[.)]\s/.test(line)) return "numbers";
  if (/^>/.test(line)) return "quote";
  if (/^\s*\|.*\|\s*$/.test(line)) return "table";
  return line.trim() ? "words" : "blank";
}

function paragraph(kind, group) {
  const items = () => group.map((line) => h("li", {}, marked(line.replace(/^\s*([-*+]|\d+[.)])\s+/, ""))));
  switch (kind) {
    case "blank":
      return null;
    case "fence":
      return h("pre", {}, h("code", {}, group.join("\n")));
    case "heading":
      return h(`h${Math.min(group[0].match(/^#+/)[0].length + 2, 6)}`, {}, marked(group[0].replace(/^#+\s*/, "")));
    case "rule":
      return h("hr");
    case "bullets":
      return h("ul", {}, items());
    case "numbers":
      return h("ol", {}, items());
    case "quote":
      return h("blockquote", {}, joined(group.map((line) => line.replace(/^>\s?/, ""))));
    case "table":
      return grid(group);
    default:
      return h("p", {}, joined(group));
  }
}

const joined = (group) => group.flatMap((line, index) => (index ? [h("br"), marked(line)] : [marked(line)]));

function grid(group) {
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const rows = group.filter((line) => !/^[\s|:-]+$/.test(line));
  return h(
    "div",
    { class: "table-box" },
    h(
      "table",
      {},
      rows.map((line, index) =>
        h(
          "tr",
          {},
          cells(line).map((cell) => h(index ? "td" : "th", {}, marked(cell))),
        ),
      ),
    ),
  );
}

function marked(text) {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    out.append(text.slice(at, found.index), mark(found));
    at = found.index + found[0].length;
  }
  out.append(text.slice(at));
  return out;
}

function mark([, code, words, url, bold, bold2, italic, italic2, strike, bareUrl, name]) {
  if (code) return h("code", {}, code);
  if (url) return link(url, marked(words));
  if (bareUrl) return link(bareUrl, bareUrl);
  if (name) return emoji(name);
  if (strike) return h("s", {}, marked(strike));
  return (bold ?? bold2) ? h("b", {}, marked(bold ?? bold2)) : h("i", {}, marked(italic ?? italic2));
}
