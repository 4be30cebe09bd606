/** The lab's time, and how times are written. */

import { get, post } from "/page/api.js";
import { announce } from "/page/news.js";
import { tell } from "/page/notices.js";
import { recall, remember } from "/page/store.js";

let ahead = 0;

export const now = () => new Date(Date.now() + ahead);

export async function refreshClock() {
  const answer = await get("/lab/clock");
  ahead = moment(answer.now).getTime() - Date.now();
  noticeWorld(answer.began);
  announce("clock-read");
}

/** The market was started anew since this page looked last: what it remembers is of people who are not there. */
function noticeWorld(began) {
  const known = recall("world", null);
  remember("world", began);
  if (known === null || known === began) return;
  remember("mail-read", 0);
  if (!document.body.classList.contains("starting-over"))
    tell("This is a new market: the one you played has ended with its program.");
  announce("over");
}

export async function moveClock(seconds) {
  await post("/lab/clock", { seconds });
  await refreshClock();
}

/** Seconds of the lab's time from now until then. */
export const secondsUntil = (value) => (moment(value).getTime() - now().getTime()) / 1000;

/** "in 3 h", "in 2 days": how far away a moment is. */
export function farAway(value) {
  const seconds = Math.max(0, secondsUntil(value));
  const [amount, unit] =
    seconds < 3600 ? [seconds / 60, "minute"] : seconds < 172_800 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  return relative.format(Math.max(1, Math.round(amount)), unit);
}

/** A Date from what the services send: seconds (Telegram), "seconds.micro" (Slack) or an ISO text. */
export function moment(value) {
  if (value instanceof Date) return value;
  if (typeof value === "number") return new Date(value < 1e12 ? value * 1000 : value);
  if (/^\d+(\.\d+)?$/.test(String(value))) return new Date(Number(value) * 1000);
  return new Date(value);
}

const relative = new Intl.RelativeTimeFormat("en-GB", { style: "long" });
const clockTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const precise = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayName = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const short = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

const written = (format, value) => {
  const date = moment(value);
  return Number.isNaN(date.getTime()) ? "" : format.format(date);
};
export const hourMinute = (value) => written(clockTime, value);
export const toTheSecond = (value) => written(precise, value);
export const dayAndTime = (value) => written(short, value);

export function day(value) {
  const text = written(dayName, value);
  return text === written(dayName, now()) ? "Today" : text;
}
