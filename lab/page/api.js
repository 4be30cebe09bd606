/** The lab's HTTP face (lab/FACE.md), as the page calls it. */

import { complain } from "/page/notices.js";

/** What went wrong, in words for the person at the page. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { method, cache: "no-store", ...options });
  } catch {
    throw new Refused(0, "The lab does not answer. Is it still running?");
  }
  const text = await answer.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = text;
  }
  if (!answer.ok) throw new Refused(answer.status, reason(body) || `The lab answered ${answer.status} to ${path}.`);
  return body;
}

function reason(body) {
  if (typeof body === "string") return body.slice(0, 200);
  const said = body?.detail ?? body?.error ?? body?.description;
  if (typeof said === "string") return sentence(said);
  if (Array.isArray(said)) return sentence(said.map((each) => each.msg).join(", "));
  return said ? JSON.stringify(said).slice(0, 200) : "";
}

const sentence = (words) => words[0].toUpperCase() + words.slice(1) + (/[.?)]$/.test(words) ? "" : ".");

const asJson = (body) => ({ body: JSON.stringify(body ?? {}), headers: { "content-type": "application/json" } });

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, asJson(body));
export const clear = (path) => call("DELETE", path);

export function upload(path, files, fields = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  for (const file of files) form.append("files", file, file.name);
  return call("POST", path, { body: form });
}

/** Run something a person asked for; when the lab refuses, say so instead of failing in silence. */
export async function attempt(work) {
  try {
    return await work();
  } catch (trouble) {
    if (!(trouble instanceof Refused)) throw trouble;
    complain(trouble.message);
    return undefined;
  }
}

/**
 * A fetch that many events may ask for: runs at most once at a time, and once more when something
 * changed meanwhile.
 */
export function latest(work) {
  let running = null;
  let again = false;
  return function ask() {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await work();
      } while (again);
    })().finally(() => {
      running = null;
    });
    return running;
  };
}
