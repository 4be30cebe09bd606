/** Block Kit's interactive elements: buttons, menus, pickers and inputs. Each reports through `ctx`. */

import { h, icon, link, safeAddress } from "/page/dom.js";
import { plain } from "/page/slack/text.js";
import { choices, fileInput, manySelect, searchSelect } from "/page/slack/choosers.js";

const optionText = (option) => plain(option?.text);

/** Where an element's definition says what it starts with. */
const START = {
  static_select: (each) => each.initial_option?.value,
  external_select: (each) => each.initial_option?.value,
  radio_buttons: (each) => each.initial_option?.value,
  multi_static_select: (each) => each.initial_options?.map((option) => option.value),
  multi_external_select: (each) => each.initial_options?.map((option) => option.value),
  checkboxes: (each) => each.initial_options?.map((option) => option.value),
  datepicker: (each) => each.initial_date,
  timepicker: (each) => each.initial_time,
  datetimepicker: (each) => each.initial_date_time,
  users_select: (each) => each.initial_user,
};

function startValue(each) {
  return START[each.type] ? START[each.type](each) : each.initial_value;
}

/** An entry of `state.values` as the plain value that this page works with. */
function stateValue(entry) {
  if (!entry) return undefined;
  const { selected_option: one, selected_options: many, files } = entry;
  if (many) return many.map((option) => option.value);
  if (files) return files.map((file) => ({ id: file.id, name: file.name }));
  return (
    one?.value ??
    entry.value ??
    entry.selected_date ??
    entry.selected_time ??
    entry.selected_date_time ??
    entry.selected_user
  );
}

/** What stands in the element now: what was typed here, else what Slack keeps, else what the view starts with. */
export function current(each, block, ctx) {
  const typed = ctx.draft?.get(block.block_id, each.action_id);
  return typed !== undefined
    ? typed
    : (stateValue(ctx.state?.values?.[block.block_id]?.[each.action_id]) ?? startValue(each));
}

/** A change: kept in the draft; sent as an action unless it is an input that waits for the submit. */
function changed(each, block, ctx, value) {
  ctx.draft?.set(block.block_id, each.action_id, value);
  if (block.type !== "input") press(each, block, ctx, value);
  else if (block.dispatch_action) ctx.press(each, block, asSent(each, value));
}

/** A value as the lab's face takes it: texts and lists of texts. */
export const asSent = (each, value) =>
  each.type === "file_input" ? (value ?? []).map((file) => file.id) : (value ?? null);

async function press(each, block, ctx, value) {
  if (each.confirm && !(await ctx.ask(each.confirm))) return;
  ctx.press(each, block, value);
}

const DRAW = {
  button,
  workflow_button: button,
  icon_button: (each, block, ctx) => button({ ...each, text: each.text ?? { text: each.icon } }, block, ctx),
  feedback_buttons: (each, block, ctx) =>
    h(
      "span",
      { class: "pair" },
      [each.positive_button, each.negative_button]
        .filter(Boolean)
        .map((option) =>
          h(
            "button",
            { type: "button", class: "s-button", onclick: () => press(each, block, ctx, option.value) },
            plain(option.text),
          ),
        ),
    ),
  overflow,
  static_select: nativeSelect,
  users_select: (each, block, ctx, more) =>
    nativeSelect(
      { ...each, options: ctx.everyone().map(({ id, name }) => ({ value: id, text: name })) },
      block,
      ctx,
      more,
    ),
  external_select: (each, block, ctx, more) =>
    searchSelect(
      each,
      current(each, block, ctx),
      more,
      (typed) => ctx.find(each, block, typed),
      (value) => changed(each, block, ctx, value),
    ),
  multi_static_select: (each, block, ctx, more) =>
    manySelect(each, current(each, block, ctx) ?? [], more, (value) => changed(each, block, ctx, value)),
  multi_external_select: (each, block, ctx, more) =>
    searchSelect(
      each,
      current(each, block, ctx),
      more,
      (typed) => ctx.find(each, block, typed),
      (value) => changed(each, block, ctx, [value]),
    ),
  radio_buttons: (each, block, ctx, more) =>
    choices("radio", each, current(each, block, ctx), more, ctx.names, (value) => changed(each, block, ctx, value)),
  checkboxes: (each, block, ctx, more) =>
    choices("checkbox", each, current(each, block, ctx) ?? [], more, ctx.names, (value) =>
      changed(each, block, ctx, value),
    ),
  datepicker: (each, block, ctx, more) => field("date", each, block, ctx, more),
  timepicker: (each, block, ctx, more) => field("time", each, block, ctx, more),
  datetimepicker: dateTime,
  plain_text_input: (each, block, ctx, more) => field(each.multiline ? "multiline" : "text", each, block, ctx, more),
  rich_text_input: (each, block, ctx, more) => field("multiline", { ...each, initial_value: "" }, block, ctx, more),
  number_input: (each, block, ctx, more) => field("number", each, block, ctx, more),
  email_text_input: (each, block, ctx, more) => field("email", each, block, ctx, more),
  url_text_input: (each, block, ctx, more) => field("url", each, block, ctx, more),
  file_input: (each, block, ctx, more) =>
    fileInput(each, current(each, block, ctx) ?? [], more, ctx.upload, (value) => changed(each, block, ctx, value)),
};

export function element(each, block, ctx, more = {}) {
  const draw = DRAW[each?.type];
  return draw
    ? draw(each, block, ctx, more)
    : h("span", { class: "b-unknown" }, `An element of the type “${each?.type}”.`);
}

function button(each, block, ctx) {
  const look = `s-button ${each.style ?? ""}`;
  const href = each.url ? safeAddress(each.url) : null;
  const label = each.accessibility_label ?? null;
  if (href) {
    const anchor = link(href, plain(each.text), icon("out", 12));
    anchor.className = look;
    anchor.dataset.deed = `${each.action_id} ${each.value ?? ""} ${each.url}`;
    anchor.addEventListener("click", () => ctx.press(each, block, each.value));
    return anchor;
  }
  const deed = `${each.action_id} ${each.value ?? ""}`;
  const made = h("button", { type: "button", class: look, "aria-label": label, "data-deed": deed }, plain(each.text));
  made.addEventListener("click", async () => {
    if (each.confirm && !(await ctx.ask(each.confirm))) return;
    made.classList.add("waiting");
    made.setAttribute("aria-busy", "true");
    await ctx.press(each, block, each.value);
    made.classList.remove("waiting");
    made.removeAttribute("aria-busy");
  });
  return made;
}

function overflow(each, block, ctx) {
  const menu = h("div", { class: "s-menu", role: "menu", hidden: true });
  const opener = h(
    "button",
    {
      type: "button",
      class: "s-button",
      "aria-label": "More choices",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    },
    icon("more"),
  );
  const turn = (open) => {
    menu.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) menu.firstElementChild?.focus();
  };
  for (const option of each.options ?? []) {
    const pick = () => {
      turn(false);
      press(each, block, ctx, option.value);
    };
    const href = option.url ? safeAddress(option.url) : null;
    const row = href ? link(href, plain(option.text)) : h("button", { type: "button" }, plain(option.text));
    row.setAttribute("role", "menuitem");
    row.addEventListener("click", pick);
    menu.append(row);
  }
  opener.addEventListener("click", () => turn(menu.hidden));
  const box = h(
    "span",
    {
      class: "s-overflow",
      onkeydown: (event) => {
        if (event.key !== "Escape" || menu.hidden) return;
        event.stopPropagation();
        turn(false);
        opener.focus();
      },
    },
    opener,
    menu,
  );
  box.addEventListener("focusout", (event) => !box.contains(event.relatedTarget) && turn(false));
  return box;
}

function nativeSelect(each, block, ctx, more) {
  const now = current(each, block, ctx) ?? "";
  const node = h("select", {
    id: more.id,
    class: "s-select",
    "aria-label": more.id ? null : plain(each.placeholder) || "Choose",
    "aria-describedby": more.describedBy,
    "aria-invalid": more.invalid ? "true" : null,
  });
  node.append(h("option", { value: "" }, plain(each.placeholder) || "Choose"));
  const add = (parent, option) => parent.append(h("option", { value: option.value }, optionText(option)));
  for (const option of each.options ?? []) add(node, option);
  for (const group of each.option_groups ?? []) {
    const box = h("optgroup", { label: plain(group.label) });
    group.options.forEach((option) => add(box, option));
    node.append(box);
  }
  node.value = now;
  node.addEventListener("change", () => changed(each, block, ctx, node.value || null));
  return node;
}

function field(kind, each, block, ctx, more) {
  const tag = kind === "multiline" ? "textarea" : "input";
  const label = more.id ? null : plain(each.placeholder) || "Choose";
  const node = h(tag, {
    id: more.id,
    class: "s-field",
    "aria-label": label,
    "aria-describedby": more.describedBy,
    "aria-invalid": more.invalid ? "true" : null,
    placeholder: plain(each.placeholder) || null,
    minlength: null,
    maxlength: each.max_length,
    autocomplete: "off",
    ...(tag === "input"
      ? { type: kind === "number" ? "text" : kind === "email" || kind === "url" ? "text" : kind }
      : { rows: "4" }),
    inputmode: kind === "number" ? "decimal" : kind === "email" || kind === "url" ? kind : null,
  });
  node.value = current(each, block, ctx) ?? "";
  const instant = kind === "date" || kind === "time";
  const when = each.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  node.addEventListener("input", () => {
    ctx.draft?.set(block.block_id, each.action_id, node.value);
    if (instant) return;
    if (block.dispatch_action && when.includes("on_character_entered")) ctx.press(each, block, node.value);
  });
  node.addEventListener("change", () => instant && changed(each, block, ctx, node.value || null));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || tag === "textarea" || instant || !block.dispatch_action) return;
    event.preventDefault();
    if (when.includes("on_enter_pressed")) ctx.press(each, block, node.value);
  });
  return node;
}

function dateTime(each, block, ctx, more) {
  const two = (number) => String(number).padStart(2, "0");
  const seconds = current(each, block, ctx);
  const node = h("input", {
    type: "datetime-local",
    id: more.id,
    class: "s-field",
    "aria-describedby": more.describedBy,
    "aria-invalid": more.invalid ? "true" : null,
  });
  if (seconds) {
    const at = new Date(Number(seconds) * 1000);
    node.value = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
  }
  node.addEventListener("change", () =>
    changed(each, block, ctx, node.value ? String(Math.floor(new Date(node.value).getTime() / 1000)) : null),
  );
  return node;
}
