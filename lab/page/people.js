/** Everybody on both platforms, as far as the lab knows them. */

import { get, latest, post } from "/page/api.js";
import { announce } from "/page/news.js";

let everybody = [];

export const refreshPeople = latest(async () => {
  const before = JSON.stringify(everybody);
  everybody = await get("/lab/people");
  if (JSON.stringify(everybody) !== before) announce("people");
});

export const peopleOn = (platform) => everybody.filter((person) => person.platform === platform && !person.is_bot);
export const personOn = (platform, id) => peopleOn(platform).find((person) => String(person.id) === String(id));

export function nameOf(person) {
  return person?.name || person?.real_name || person?.username || String(person?.id ?? "");
}

export async function addPerson(platform, name) {
  const person = await post(`/lab/${platform}/people`, { name });
  await refreshPeople();
  return person;
}

const TINTS = ["#c0673f", "#2f7f86", "#7b5aa6", "#4c7f3a", "#b04a6f", "#3f6fb0", "#9a7423", "#5d6b7a"];

/** A colour that stays with a person, for their initials. */
export function tint(id) {
  let sum = 0;
  for (const letter of String(id)) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return TINTS[sum % TINTS.length];
}

export function initials(name) {
  const words = name
    .replace(/\(.*?\)/g, "")
    .trim()
    .split(/\s+/u);
  return (words[0]?.[0] ?? "?").toUpperCase() + (words.length > 1 ? words.at(-1)[0].toUpperCase() : "");
}
