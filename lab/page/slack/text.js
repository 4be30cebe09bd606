/** Slack's text objects as DOM nodes: mrkdwn, plain text, mentions, dates, the emoji that products use. */

import { h, link } from "/page/dom.js";
import { dayAndTime } from "/page/time.js";

const EMOJI = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  ballot_box_with_check: "☑️",
  x: "❌",
  no_entry: "⛔",
  warning: "⚠️",
  truck: "🚚",
  articulated_lorry: "🚛",
  ship: "🚢",
  package: "📦",
  seedling: "🌱",
  evergreen_tree: "🌲",
  deciduous_tree: "🌳",
  wood: "🪵",
  leaves: "🍃",
  recycle: "♻️",
  fire: "🔥",
  zap: "⚡",
  factory: "🏭",
  scales: "⚖️",
  balance_scale: "⚖️",
  moneybag: "💰",
  euro: "💶",
  credit_card: "💳",
  receipt: "🧾",
  bank: "🏦",
  lock: "🔒",
  unlock: "🔓",
  key: "🔑",
  star: "⭐",
  star2: "🌟",
  sparkles: "✨",
  tada: "🎉",
  wave: "👋",
  handshake: "🤝",
  raised_hands: "🙌",
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  pray: "🙏",
  eyes: "👀",
  bell: "🔔",
  no_bell: "🔕",
  mega: "📣",
  loudspeaker: "📢",
  mag: "🔍",
  bulb: "💡",
  calendar: "📅",
  date: "📅",
  spiral_calendar_pad: "🗓️",
  clock1: "🕐",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  alarm_clock: "⏰",
  memo: "📝",
  pencil: "✏️",
  pencil2: "✏️",
  page_facing_up: "📄",
  paperclip: "📎",
  clipboard: "📋",
  bookmark: "🔖",
  label: "🏷️",
  chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉",
  bar_chart: "📊",
  question: "❓",
  grey_question: "❔",
  exclamation: "❗",
  information_source: "ℹ️",
  arrow_right: "➡️",
  arrow_left: "⬅️",
  arrow_up: "⬆️",
  arrow_down: "⬇️",
  large_green_circle: "🟢",
  red_circle: "🔴",
  large_yellow_circle: "🟡",
  large_blue_circle: "🔵",
  white_circle: "⚪",
  speech_balloon: "💬",
  busts_in_silhouette: "👥",
  bust_in_silhouette: "👤",
  round_pushpin: "📍",
  pushpin: "📌",
  globe_with_meridians: "🌐",
  slightly_smiling_face: "🙂",
  smile: "😄",
  heart: "❤️",
  rocket: "🚀",
  gear: "⚙️",
  wrench: "🔧",
  shield: "🛡️",
  camera: "📷",
  telephone: "📞",
};

export const emoji = (name) => EMOJI[name] ?? `:${name}:`;
const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);

/** Slack's formatting letters count only at the edges of words. */
const around = (letter) =>
  `(?<![\\p{L}\\p{N}])[${letter}](?=\\S)([^${letter}\\n]+?)(?<=\\S)[${letter}](?![\\p{L}\\p{N}])`;
const INLINE = new RegExp(`\`([^\`\\n]+)\`|<([^<>\\n]+)>|${around("*")}|${around("_")}|${around("~")}`, "gu");

/** mrkdwn -> nodes. `names` turns a user id into a name. */
export function mrkdwn(text = "", names = String) {
  const out = document.createDocumentFragment();
  String(text)
    .split("```")
    .forEach((part, index, all) => {
      const fenced = index % 2 === 1 && index < all.length - 1;
      if (fenced) out.append(h("pre", {}, h("code", {}, unescaped(part.replace(/^\n|\n$/g, "")))));
      else out.append(lines(index % 2 === 1 ? `\`\`\`${part}` : part, names));
    });
  return out;
}

function lines(text, names) {
  const out = document.createDocumentFragment();
  let quote = null;
  text.split("\n").forEach((line, index) => {
    const quoted = /^(&gt;|>)\s?/.exec(line);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else out.append((quote = h("blockquote")));
      quote.append(inline(line.slice(quoted[0].length), names));
      return;
    }
    if (index && !quote) out.append(h("br"));
    quote = null;
    out.append(inline(line, names));
  });
  return out;
}

function inline(text, names) {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, code, special, bold, italic, strike] = found;
    out.append(withEmoji(unescaped(text.slice(at, found.index))));
    if (code) out.append(h("code", {}, unescaped(code)));
    else if (special) out.append(angled(special, names));
    else out.append(h(bold ? "b" : italic ? "i" : "s", {}, inline(bold ?? italic ?? strike, names)));
    at = found.index + whole.length;
  }
  out.append(withEmoji(unescaped(text.slice(at))));
  return out;
}

function angled(inside, names) {
  const [target, label] = split(inside);
  const mention = (words) => h("span", { class: "mention" }, words);
  if (target.startsWith("@")) return mention(`@${label || names(target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${label || target.slice(1)}`);
  if (target.startsWith("!date^")) return h("time", {}, dayAndTime(Number(target.split("^")[1])) || label);
  if (target.startsWith("!")) return mention(`@${label || target.slice(1).split("^")[0]}`);
  return link(unescaped(target), withEmoji(unescaped(label || target.replace(/^mailto:/, ""))));
}

function split(inside) {
  const bar = inside.indexOf("|");
  return bar < 0 ? [inside, ""] : [inside.slice(0, bar), inside.slice(bar + 1)];
}

/** A text object ({type: mrkdwn|plain_text, text}) or a bare string. */
export function textObject(object, names) {
  if (object === null || object === undefined) return "";
  if (typeof object === "string") return withEmoji(object);
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return object.emoji === false ? object.text : withEmoji(object.text ?? "");
}

export const plain = (object) => (typeof object === "string" ? object : withEmoji(object?.text ?? ""));
