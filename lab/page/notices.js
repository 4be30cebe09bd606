/** Short sentences at the foot of the page, for what the person should know and no chat would say. */

import { h } from "/page/dom.js";

const SECONDS = 5;

function show(text, kind) {
  const box = document.getElementById("notices");
  for (const old of box.children) if (old.textContent === text) old.remove();
  const note = h("div", { class: `notice ${kind}` }, text);
  box.append(note);
  setTimeout(() => note.remove(), SECONDS * 1000);
}

export const tell = (text) => show(text, "calm");
export const complain = (text) => show(text, "trouble");
