/** A Slack modal over its own window: typed input kept across redraws, errors beside their fields. */

import { h, icon } from "/page/dom.js";
import { blocks } from "/page/slack/blocks.js";
import { asSent, current } from "/page/slack/elements.js";
import { mrkdwn, plain, textObject } from "/page/slack/text.js";

/** What a person typed into one view: survives every redraw, as Slack keeps it by block and action id. */
export class Draft {
  #values = new Map();
  #unsent = new Map();

  get(block, action) {
    return this.#values.get(`${block}\n${action}`);
  }

  set(block, action, value) {
    this.#values.set(`${block}\n${action}`, value);
    this.#unsent.set(`${block}\n${action}`, [block, action]);
    this.onchange?.(block);
  }

  /** Block and action ids of what was typed since the last call. */
  takeUnsent() {
    const ids = [...this.#unsent.values()];
    this.#unsent.clear();
    return ids;
  }
}

/**
 * The modal layer of one window. `acts`: {context(view, draft, errors), submit(view, values), close(view)}.
 */
export function openModals(behind, acts) {
  const layer = h("div", { class: "modal-layer", hidden: true });
  const drafts = new Map();
  const mended = new Map();
  let shown = null;
  let before = null;

  function update(views) {
    const view = views.at(-1);
    for (const id of drafts.keys()) if (!views.some((each) => each.id === id)) drafts.delete(id);
    if (!view) return shut();
    const stamp = JSON.stringify([view, views.length]);
    if (shown?.stamp === stamp) return undefined;
    if (!shown) before = document.activeElement;
    draw(view, views.length, stamp);
    return undefined;
  }

  function shut() {
    if (!shown) return;
    shown = null;
    layer.hidden = true;
    layer.replaceChildren();
    behind.removeAttribute("inert");
    if (before?.isConnected) before.focus();
  }

  function draw(view, depth, stamp) {
    const same = shown?.view.id === view.id;
    const place = same ? rememberPlace(layer) : null;
    const draft = drafts.get(view.id) ?? drafts.set(view.id, new Draft()).get(view.id);
    draft.onchange = (block) => clearError(view, block);
    const dialog = drawDialog(view, depth, draft);
    shown = { view, stamp };
    layer.replaceChildren(dialog);
    layer.hidden = false;
    behind.setAttribute("inert", "");
    if (place) restorePlace(layer, place);
    else
      (dialog.querySelector(".modal-body :is(input, textarea, select)") ?? dialog.querySelector(".modal-close")).focus({
        preventScroll: true,
      });
  }

  function drawDialog(view, depth, draft) {
    const errors = Object.fromEntries(
      Object.entries(view.errors ?? {}).filter(([block]) => !mended.get(view.id)?.has(block)),
    );
    const ctx = { ...acts.context(view, draft), draft, errors, state: view.state, scope: view.id };
    const close = () => acts.close(view);
    const send = view.submit ? h("button", { type: "submit", class: "s-button primary", "data-deed": `submit ${view.callback_id ?? ""}` }, plain(view.submit)) : null;
    const form = h(
      "form",
      { novalidate: true, class: "modal", role: "dialog", "aria-modal": "true", "aria-label": plain(view.title) },
      h(
        "header",
        { class: "modal-head" },
        depth > 1
          ? h("button", { type: "button", class: "icon-button", "aria-label": "Back", onclick: close }, icon("back"))
          : h("span", { class: "app-face small", "aria-hidden": "true" }, "P"),
        h("h2", {}, plain(view.title)),
        h(
          "button",
          { type: "button", class: "icon-button modal-close", "aria-label": "Close", onclick: close },
          icon("close"),
        ),
      ),
      h(
        "div",
        { class: "modal-body" },
        h("p", { class: "modal-trouble", role: "alert" }, errors[""] ?? ""),
        blocks(view.blocks, ctx),
      ),
      h(
        "footer",
        { class: "modal-foot" },
        h("button", { type: "button", class: "s-button", onclick: close }, plain(view.close) || "Close"),
        send,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(view, draft, send);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    });
    return form;
  }

  async function submit(view, draft, send) {
    send.classList.add("waiting");
    send.disabled = true;
    mended.delete(view.id);
    draft.takeUnsent();
    const answer = await acts.submit(view, gather(view, draft));
    send.classList.remove("waiting");
    send.disabled = false;
    if (answer?.errors) showErrors(answer.errors);
  }

  function showErrors(errors) {
    for (const box of layer.querySelectorAll("[data-block]")) markError(box, errors[box.dataset.block] ?? "");
    layer.querySelector(".modal-trouble").textContent = errors[""] ?? "";
    layer.querySelector(".b-input.wrong :is(input, textarea, select)")?.focus();
  }

  /** A field that is being mended no longer shows its error, until the next submit. */
  function clearError(view, block) {
    mended.set(view.id, (mended.get(view.id) ?? new Set()).add(block));
    const box = layer.querySelector(`[data-block="${CSS.escape(block)}"]`);
    if (box) markError(box, "");
  }

  return { layer, update };
}

function markError(box, words) {
  box.classList.toggle("wrong", Boolean(words));
  box.querySelector(".b-error").textContent = words;
  for (const control of box.querySelectorAll("input, textarea, select"))
    control.setAttribute("aria-invalid", String(Boolean(words)));
}

/** {block: {action: value}} of all inputs, the empty ones too: what was emptied must not stay. */
function gather(view, draft) {
  const values = {};
  for (const block of view.blocks ?? []) {
    if (block.type !== "input") continue;
    const value = current(block.element, block, { draft, state: view.state });
    values[block.block_id] = { [block.element.action_id]: asSent(block.element, value) };
  }
  return values;
}

function rememberPlace(layer) {
  const active = document.activeElement;
  const inside = layer.contains(active) && active.id ? active : null;
  return {
    top: layer.querySelector(".modal-body")?.scrollTop ?? 0,
    id: inside?.id,
    range: inside && "selectionStart" in inside ? [inside.selectionStart, inside.selectionEnd] : null,
  };
}

function restorePlace(layer, place) {
  layer.querySelector(".modal-body").scrollTop = place.top;
  const target = place.id && document.getElementById(place.id);
  if (!target) return;
  target.focus({ preventScroll: true });
  try {
    if (place.range?.[0] !== null && place.range) target.setSelectionRange(...place.range);
  } catch {
    // Dates and numbers have no selection.
  }
}

/** Slack's "Are you sure?": resolves to whether the person agreed. */
export function askConfirm(window, confirm, names) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const others = [...window.children];
    const held = others.map((each) => each.hasAttribute("inert"));
    const done = (agreed) => {
      layer.remove();
      others.forEach((each, index) => each.toggleAttribute("inert", held[index]));
      before?.focus?.();
      resolve(agreed);
    };
    const yes = h(
      "button",
      {
        type: "button",
        class: `s-button ${confirm.style === "danger" ? "danger" : "primary"}`,
        onclick: () => done(true),
      },
      plain(confirm.confirm) || "Yes",
    );
    const no = h(
      "button",
      { type: "button", class: "s-button", onclick: () => done(false) },
      plain(confirm.deny) || "Cancel",
    );
    const layer = h(
      "div",
      {
        class: "modal-layer confirm",
        onkeydown: (event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          done(false);
        },
      },
      h(
        "div",
        { class: "modal small", role: "alertdialog", "aria-modal": "true", "aria-label": plain(confirm.title) },
        h("header", { class: "modal-head" }, h("h2", {}, plain(confirm.title) || "Are you sure?")),
        h("div", { class: "modal-body" }, confirm.text ? h("p", {}, textObject(confirm.text, names)) : mrkdwn("")),
        h("footer", { class: "modal-foot" }, no, yes),
      ),
    );
    others.forEach((each) => each.setAttribute("inert", ""));
    window.append(layer);
    yes.focus();
  });
}
