/** How Telegram shows the answer to a pressed button: a strip that passes, or an alert that waits. */

import { h } from "/page/dom.js";

const PASSING = 4000; // ms

export function toastStrip() {
  const element = h("div", { class: "toast", role: "status", "aria-live": "polite", hidden: true });
  let timer = 0;
  const show = (text) => {
    element.textContent = text;
    element.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => {
      element.hidden = true;
    }, PASSING);
  };
  return { element, show };
}

/** Covers one phone only; the other chats stay usable. */
export function alertBox(phone, text) {
  const rest = [...phone.children];
  const close = () => {
    layer.remove();
    rest.forEach((each) => each.removeAttribute("inert"));
  };
  const ok = h("button", { type: "button", onclick: close }, "OK");
  const box = h(
    "div",
    { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-label": text },
    h("p", {}, text),
    ok,
  );
  const layer = h("div", { class: "alert-layer", onkeydown: (event) => event.key === "Escape" && close() }, box);
  rest.forEach((each) => each.setAttribute("inert", ""));
  phone.append(layer);
  ok.focus();
}
