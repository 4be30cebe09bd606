/** Block Kit: every block that the product may send, as DOM nodes. */

import { h, icon } from "/page/dom.js";
import { element } from "/page/slack/elements.js";
import { markdown, richText } from "/page/slack/rich.js";
import { plain, textObject } from "/page/slack/text.js";

/**
 * `ctx`: {names(id), press(element, block, value), ask(confirm), draft?, upload(files), errors?, find(element, block, typed)}.
 */
export function blocks(list, ctx) {
  return (list ?? []).map((block, index) => drawBlock({ block_id: `block-${index}`, ...block }, ctx));
}

const DRAW = {
  header: (block) => h("h3", { class: "b-header" }, plain(block.text)),
  section,
  divider: () => h("hr", { class: "b-divider" }),
  actions: (block, ctx) =>
    h(
      "div",
      { class: "b-actions" },
      (block.elements ?? []).map((each) => element(each, block, ctx)),
    ),
  context: (block, ctx) =>
    h(
      "div",
      { class: "b-context" },
      (block.elements ?? []).map((each) =>
        each.type === "image" ? picture(each, "tiny") : h("span", {}, textObject(each, ctx.names)),
      ),
    ),
  context_actions: (block, ctx) =>
    h(
      "div",
      { class: "b-actions quiet" },
      (block.elements ?? []).map((each) => element(each, block, ctx)),
    ),
  image: (block) =>
    h(
      "figure",
      { class: "b-image" },
      block.title ? h("figcaption", {}, plain(block.title)) : null,
      picture(block, "large"),
    ),
  input,
  rich_text: (block, ctx) => h("div", { class: "b-rich" }, richText(block, ctx.names)),
  markdown: (block) => h("div", { class: "b-markdown" }, markdown(block.text)),
  file: (block) => h("div", { class: "b-file" }, icon("file", 20), h("span", {}, block.external_id ?? "File")),
  table,
  carousel: (block, ctx) =>
    h(
      "div",
      { class: "b-carousel", tabindex: "0", role: "group", "aria-label": "Cards, scroll sideways" },
      (block.elements ?? []).map((each, index) => card({ block_id: `${block.block_id}-${index}`, ...each }, ctx)),
    ),
  card,
  alert: (block, ctx) =>
    h("div", { class: `b-alert ${block.level ?? "default"}` }, h("span", {}, textObject(block.text, ctx.names))),
  container,
};

function drawBlock(block, ctx) {
  const draw = DRAW[block.type];
  return draw
    ? draw(block, ctx)
    : h("p", { class: "b-unknown" }, `A block of the type “${block.type}” stands here; this page does not draw it.`);
}

function section(block, ctx) {
  const fields = block.fields?.length
    ? h(
        "div",
        { class: "b-fields" },
        block.fields.map((field) => h("div", {}, textObject(field, ctx.names))),
      )
    : null;
  const words = block.text ? h("div", { class: "b-text" }, textObject(block.text, ctx.names)) : null;
  const aside = block.accessory
    ? h(
        "div",
        { class: "b-accessory" },
        block.accessory.type === "image" ? picture(block.accessory, "small") : element(block.accessory, block, ctx),
      )
    : null;
  return h("div", { class: "b-section" }, h("div", { class: "b-main" }, words, fields), aside);
}

function input(block, ctx) {
  const inner = block.element ?? {};
  const id = `${ctx.scope ?? "v"}-${block.block_id}-${inner.action_id}`.replace(/[^\w-]/g, "_");
  const error = ctx.errors?.[block.block_id];
  const many = ["radio_buttons", "checkboxes", "file_input"].includes(inner.type);
  const label = [plain(block.label), block.optional ? h("span", { class: "optional" }, " (optional)") : null];
  const control = element(inner, block, ctx, {
    id,
    describedBy: `${id}-note`,
    invalid: Boolean(error),
    label: plain(block.label),
  });
  return h(
    "div",
    {
      class: `b-input${error ? " wrong" : ""}`,
      "data-block": block.block_id,
      role: many ? "group" : null,
      "aria-label": many ? plain(block.label) : null,
    },
    h(many ? "div" : "label", { class: "b-label", for: many ? null : id }, label),
    control,
    h(
      "div",
      { class: "b-note", id: `${id}-note` },
      h("span", { class: "b-error", role: "alert" }, error ?? ""),
      block.hint ? h("span", { class: "b-hint" }, plain(block.hint)) : null,
    ),
  );
}

function table(block, ctx) {
  const settings = block.column_settings ?? [];
  const cell = (content, column, tag) =>
    h(
      tag,
      { style: { textAlign: settings[column]?.align ?? "" }, class: settings[column]?.is_wrapped ? "wrap" : null },
      content?.type === "rich_text" ? richText(content, ctx.names) : String(content?.text ?? content?.value ?? ""),
    );
  return h(
    "div",
    { class: "table-box", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      {},
      (block.rows ?? []).map((row, index) =>
        h(
          "tr",
          {},
          row.map((each, column) => cell(each, column, index ? "td" : "th")),
        ),
      ),
    ),
  );
}

function card(block, ctx) {
  return h(
    "article",
    { class: "b-card" },
    block.hero_image ? picture(block.hero_image, "hero") : null,
    h(
      "div",
      { class: "b-card-head" },
      block.icon ? picture(block.icon, "tiny") : null,
      h(
        "div",
        {},
        block.title ? h("b", {}, textObject(block.title, ctx.names)) : null,
        block.subtitle ? h("div", { class: "b-subtitle" }, textObject(block.subtitle, ctx.names)) : null,
      ),
    ),
    block.body ? h("div", { class: "b-card-body" }, textObject(block.body, ctx.names)) : null,
    block.actions?.length
      ? h(
          "div",
          { class: "b-actions" },
          block.actions.map((each) => element(each, block, ctx)),
        )
      : null,
  );
}

function container(block, ctx) {
  const title = [
    h("b", {}, block.rich_text_title ? richText(block.rich_text_title, ctx.names) : plain(block.title)),
    block.subtitle ? h("span", { class: "b-subtitle" }, textObject(block.subtitle, ctx.names)) : null,
  ];
  const inside = blocks(block.child_blocks, ctx);
  if (!block.is_collapsible)
    return h("div", { class: "b-container" }, h("div", { class: "b-container-head" }, title), inside);
  return h("details", { class: "b-container", open: !block.default_collapsed }, h("summary", {}, title), inside);
}

function picture(image, size) {
  const file = image.slack_file;
  const source = image.image_url ?? (file?.id ? `/lab/slack/files/${file.id}` : file?.url);
  return h("img", {
    class: `picture ${size}`,
    src: source,
    alt: image.alt_text ?? plain(image.title) ?? "",
    loading: "lazy",
  });
}
