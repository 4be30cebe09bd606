/** Making and keeping DOM nodes. Text always becomes a text node; nothing here parses HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** h("button", {class: "x", onclick: f, "aria-label": "Close"}, "text", node, …). Null children are left out. */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(node.style, value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value" && tag !== "option") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  put(node, children);
  return node;
}

function put(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) put(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

const SHAPES = {
  add: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  send: "M2.5 8L13.5 3l-4 10.5-2.3-4.7z M7.2 8.8l2.6-2.6",
  clip: "M11.5 6.5l-4.6 4.6a1.6 1.6 0 0 1-2.3-2.3l5-5a2.6 2.6 0 0 1 3.7 3.7l-5.2 5.2a3.7 3.7 0 0 1-5.2-5.2l4-4",
  reply: "M6.5 4L3 7.5 6.5 11M3 7.5h6A4 4 0 0 1 13 11.5V13",
  edit: "M3 13l.7-2.8 7-7 2.1 2.1-7 7zM9.5 4.4l2.1 2.1",
  mail: "M2.5 4h11v8.5h-11zM2.5 4.5L8 9l5.5-4.5",
  swap: "M4.5 2.5L2.5 4.5l2 2M2.5 4.5h9M11.5 9.5l2 2-2 2M13.5 11.5h-9",
  world: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c2 2 2.4 4 2.4 6s-.4 4-2.4 6c-2-2-2.4-4-2.4-6S6 4 8 2z",
  over: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
  next: "M3 3.5l5 4.5-5 4.5zM8 3.5l5 4.5-5 4.5z",
  smile: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.8 6.4h.1M10.1 6.4h.1M5.5 9.5c1.3 1.6 3.7 1.6 5 0",
  bolt: "M8.7 2L4 9h3.5l-.6 5L12 7H8.5z",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  wire: "M2 5.5h10M9.5 3L12 5.5 9.5 8M14 10.5H4M6.5 8L4 10.5 6.5 13",
  faults: "M8.7 2L4 9h3.5l-.6 5L12 7H8.5z",
  books: "M3 3h4.2a.8.8 0 0 1 .8.8V13a1 1 0 0 0-1-1H3zM13 3H8.8a.8.8 0 0 0-.8.8V13a1 1 0 0 1 1-1h4z",
  guide: "M3 8.5l3.2 3.2L13 4.5",
  clock: "M8 4.5V8l2.3 1.6M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  down: "M3.5 6L8 10.5 12.5 6",
  back: "M9.5 3L4.5 8l5 5",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
  place: "M8 14s4.5-4.2 4.5-7.5a4.5 4.5 0 0 0-9 0C3.5 9.8 8 14 8 14zM8 5a1.6 1.6 0 1 0 0 3.2A1.6 1.6 0 0 0 8 5z",
  photo: "M2.5 3.5h11v9h-11zM2.5 10.5l3-3 3 3 2-2 3 3M10.7 6h.1",
  pin: "M6 2.5h4M7 2.5V7L5 9h6L9 7V2.5M8 9v4.5",
  hash: "M6.5 3L5 13M11 3L9.5 13M3 6.3h10.5M2.5 9.7H13",
  home: "M2.5 7.5L8 3l5.5 4.5V13h-4V9.5h-3V13h-4z",
  menu: "M3 4.5h10M3 8h10M3 11.5h7",
  out: "M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5",
};

export function icon(name, size = 16) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const look = { viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true", class: "icon" };
  for (const [key, value] of Object.entries(look)) svg.setAttribute(key, value);
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, more = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...more },
    icon(name),
  );
}

export function empty(node) {
  node.replaceChildren();
  return node;
}

const keys = new WeakMap();
const REACHABLE = "button, input, select, textarea, a[href], summary";

/**
 * Make `parent` hold one child per item, touching only what changed: a child is made anew when its
 * version differs, moved when its place differs, and left alone otherwise.
 */
export function keep(parent, items, { key, version, make }) {
  const had = new Map();
  for (const child of parent.children) had.set(keys.get(child)?.key, child);
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const stamp = version(item);
    let node = had.get(name);
    had.delete(name);
    if (!node || keys.get(node).stamp !== stamp) {
      const fresh = make(item, node);
      keys.set(fresh, { key: name, stamp });
      if (node) {
        if (cursor === node) cursor = fresh;
        swap(node, fresh);
      }
      node = fresh;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  for (const gone of had.values()) gone.remove();
}

/** Replace a node; the keyboard's place inside it survives. */
export function swap(old, fresh) {
  const place = old.contains(document.activeElement)
    ? [...old.querySelectorAll(REACHABLE)].indexOf(document.activeElement)
    : -1;
  old.replaceWith(fresh);
  if (place >= 0) fresh.querySelectorAll(REACHABLE)[place]?.focus({ preventScroll: true });
}

const ANSWER_WITHIN = 5000; // ms
const LEAVING_FOR = 300; // ms after the wheel was turned upwards

/** Keep a scroller at its end while the reader is there; leave it alone when they have scrolled up. */
export function follow(scroller, content) {
  let pinned = true;
  let awaited = 0;
  let leaving = 0;
  let answered = false;
  let before = null; // what stood last when the reader did something
  let top = 0;
  let shape = "";
  const shapeNow = () => `${scroller.scrollHeight}/${scroller.clientHeight}`;
  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  const settle = () => {
    const last = content.lastElementChild;
    const drawnAnew = last !== before && Date.now() < awaited; // the card under the finger says something else now
    if ((answered || drawnAnew) && last?.offsetHeight > scroller.clientHeight) {
      pinned = answered = false; // what does not fit, such as a list of results, is read from its top
      awaited = 0;
      last.scrollIntoView({ block: "start" });
    }
    if (pinned) scroller.scrollTop = scroller.scrollHeight;
    scroller.toggleAttribute("data-behind", !pinned && !atEnd());
    shape = shapeNow();
  };
  scroller.addEventListener(
    "scroll",
    () => {
      // A change of shape also scrolls; only going up in an unchanged shape is the reader's own wish.
      if (atEnd()) pinned = Date.now() > leaving;
      else if (scroller.scrollTop < top && shape === shapeNow()) pinned = false;
      top = scroller.scrollTop;
      shape = shapeNow();
      scroller.toggleAttribute("data-behind", !pinned && !atEnd());
    },
    { passive: true },
  );
  // The wheel says it before anything has moved: neither what comes meanwhile nor an event of the way down that is only
  // now told takes the reader back to the end.
  scroller.addEventListener(
    "wheel",
    (event) => {
      if (event.deltaY >= 0 || !scroller.scrollTop) return;
      pinned = false;
      leaving = Date.now() + LEAVING_FOR;
    },
    { passive: true },
  );
  const toEnd = () => {
    pinned = true;
    settle();
  };
  let newest;
  const watch = new ResizeObserver(settle);
  watch.observe(content);
  watch.observe(scroller);
  return {
    toEnd,
    /** The reader did something: what comes now is its answer, and is shown wherever they had scrolled to. */
    awaitAnswer() {
      awaited = Date.now() + ANSWER_WITHIN;
      before = content.lastElementChild;
      answered = false;
    },
    came(last) {
      const isAnswer = last !== newest && Date.now() < awaited;
      newest = last;
      if (!isAnswer) return settle(); // drawn anew it may be just as tall: nobody else would notice
      answered = true;
      toEnd();
    },
    stop: () => watch.disconnect(),
  };
}

/** A link's address when it is one a page may open, else null (no javascript:, no data:). */
export function safeAddress(url) {
  try {
    const address = new URL(url, location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

export function link(url, ...children) {
  const href = safeAddress(url);
  return href
    ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children)
    : h("span", {}, ...children);
}
