/** The lab's news feed, and what people do on this page, as one stream of events. */

const feed = new EventTarget();
let source = null;
let wait = 500;

/** Hear one kind of news ("telegram", "slack", "mail", "wire", "clock", "back", "over", "deed"). Returns a way to stop. */
export function hear(kind, listener) {
  const wrapped = (event) => listener(event.detail);
  feed.addEventListener(kind, wrapped);
  return () => feed.removeEventListener(kind, wrapped);
}

export function announce(kind, detail = {}) {
  feed.dispatchEvent(new CustomEvent(kind, { detail }));
}

/** What a person did: {platform, person, kind, text, since}. The guide ticks its steps by these. */
export const deed = (detail) => announce("deed", detail);

export function connect() {
  source?.close();
  source = new EventSource("/lab/news");
  let lost = false;
  source.onopen = () => {
    wait = 500;
    announce("link", { up: true });
    announce("back"); // news may have been missed: everything open fetches once
  };
  source.onmessage = (event) => {
    try {
      const news = JSON.parse(event.data);
      announce(news.kind, news);
    } catch {
      // A heartbeat or a line we do not know.
    }
  };
  source.onerror = () => {
    if (lost) return;
    lost = true;
    source.close();
    announce("link", { up: false });
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 5000);
  };
}
