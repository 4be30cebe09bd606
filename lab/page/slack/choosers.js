/** Slack's inputs that hold choices: radio buttons, checkboxes, many-of-a-list, search lists, files. */

import { h, icon } from "/page/dom.js";
import { plain, textObject } from "/page/slack/text.js";

let groups = 0;

export function choices(kind, each, now, more, names, changed) {
  const name = `choice-${(groups += 1)}`;
  const on = (value) => (kind === "radio" ? now === value : now.includes(value));
  const box = h("div", { class: "s-choices" });
  for (const option of each.options ?? []) {
    const input = h("input", { type: kind, name, value: option.value });
    input.setAttribute("value", option.value);
    input.checked = on(option.value);
    input.addEventListener("change", () => {
      const picked = [...box.querySelectorAll("input:checked")].map((one) => one.value);
      changed(kind === "radio" ? picked[0] : picked);
    });
    box.append(
      h(
        "label",
        { class: "s-choice" },
        input,
        h(
          "span",
          {},
          textObject(option.text, names),
          option.description ? h("small", {}, textObject(option.description, names)) : null,
        ),
      ),
    );
  }
  return box;
}

/** Several of a list: chips for what is chosen, a native select for what can be added. */
export function manySelect(each, now, more, changed) {
  const options = [...(each.options ?? []), ...(each.option_groups ?? []).flatMap((group) => group.options)];
  const limit = each.max_selected_items ?? Infinity;
  let chosen = [...now];
  const chips = h("span", { class: "chips" });
  const adder = h("select", {
    id: more.id,
    class: "s-select",
    "aria-label": more.id ? null : plain(each.placeholder) || "Choose",
    "aria-describedby": more.describedBy,
    "aria-invalid": more.invalid ? "true" : null,
  });
  const draw = () => {
    chips.replaceChildren(
      ...chosen.map((value) =>
        chip(plain(options.find((option) => option.value === value)?.text) || value, () =>
          turn(chosen.filter((one) => one !== value)),
        ),
      ),
    );
    adder.replaceChildren(
      h("option", { value: "" }, plain(each.placeholder) || "Choose"),
      ...options
        .filter((option) => !chosen.includes(option.value))
        .map((option) => h("option", { value: option.value }, plain(option.text))),
    );
    adder.value = "";
    adder.disabled = chosen.length >= limit;
  };
  const turn = (values) => {
    chosen = values;
    draw();
    changed(chosen);
  };
  adder.addEventListener("change", () => adder.value && turn([...chosen, adder.value]));
  draw();
  return h("div", { class: "s-many" }, chips, adder);
}

function chip(words, remove) {
  return h(
    "span",
    { class: "chip" },
    words,
    h("button", { type: "button", "aria-label": `Remove ${words}`, onclick: remove }, icon("close", 10)),
  );
}

/** A list that the app fills as the person types. */
export function searchSelect(each, now, more, find, changed) {
  let timer = 0;
  const known = new Map();
  if (each.initial_option) known.set(each.initial_option.value, plain(each.initial_option.text));
  const list = h("div", { class: "s-menu below", role: "listbox", hidden: true });
  const input = h("input", {
    type: "text",
    id: more.id,
    class: "s-field",
    autocomplete: "off",
    role: "combobox",
    "aria-expanded": "false",
    placeholder: plain(each.placeholder) || "Type to search",
    "aria-describedby": more.describedBy,
    "aria-invalid": more.invalid ? "true" : null,
    "aria-label": more.id ? null : plain(each.placeholder) || "Type to search",
  });
  input.value = now ? (known.get(now) ?? searchSelect.names.get(now) ?? now) : "";
  const shut = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const pick = (option) => {
    searchSelect.names.set(option.value, plain(option.text));
    input.value = plain(option.text);
    shut();
    changed(option.value);
  };
  const search = async () => {
    const found = await find(input.value);
    list.replaceChildren(
      ...found.map((option) =>
        h("button", { type: "button", role: "option", onclick: () => pick(option) }, plain(option.text)),
      ),
    );
    if (!found.length) list.replaceChildren(h("p", { class: "nothing" }, "Nothing fits these letters."));
    list.hidden = document.activeElement !== input;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };
  const soon = () => {
    clearTimeout(timer);
    if (input.value.length >= (each.min_query_length ?? 3)) timer = setTimeout(search, 200);
    else shut();
  };
  input.addEventListener("input", soon);
  input.addEventListener("focus", soon);
  const box = h(
    "div",
    {
      class: "s-search",
      onkeydown: (event) => {
        if (event.key === "Escape" && !list.hidden) {
          event.stopPropagation();
          shut();
        } else if (event.key === "ArrowDown" && !list.hidden) {
          event.preventDefault();
          (document.activeElement === input
            ? list.firstElementChild
            : document.activeElement.nextElementSibling
          )?.focus();
        }
      },
    },
    input,
    list,
  );
  box.addEventListener("focusout", (event) => !box.contains(event.relatedTarget) && shut());
  return box;
}
/** Names of values that were chosen, so that a redrawn list shows words, not a value. */
searchSelect.names = new Map();

export function fileInput(each, now, more, upload, changed) {
  const kinds = (each.filetypes ?? []).map((kind) => `.${kind}`).join(",");
  let chosen = [...now];
  const chips = h("span", { class: "chips" });
  const pick = h("input", {
    type: "file",
    id: more.id,
    multiple: (each.max_files ?? 10) > 1,
    accept: kinds || null,
    "aria-label": more.label,
    "aria-describedby": more.describedBy,
  });
  const draw = () =>
    chips.replaceChildren(
      ...chosen.map((file) =>
        chip(file.name, () => {
          chosen = chosen.filter((one) => one.id !== file.id);
          draw();
          changed(chosen);
        }),
      ),
    );
  pick.addEventListener("change", async () => {
    const files = [...pick.files];
    const made = await upload(files);
    pick.value = "";
    if (!made) return;
    chosen = [...chosen, ...made.map((file, index) => ({ id: file.id, name: files[index].name }))].slice(
      0,
      each.max_files ?? 10,
    );
    draw();
    changed(chosen);
  });
  draw();
  return h("div", { class: "s-files" }, chips, pick);
}
