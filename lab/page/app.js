/** Opens the page: the bar, the guide, the chats that were open last time, and the news feed. */

import { connect, hear } from "/page/news.js";
import { openPanes } from "/page/panes.js";
import { refreshPeople } from "/page/people.js";
import { attempt } from "/page/api.js";
import { refreshClock } from "/page/time.js";
import { drawBar } from "/page/world/bar.js";
import { startGuide } from "/page/world/guide.js";

drawBar(document.getElementById("bar"));
startGuide(document.getElementById("guide"));

hear("back", () =>
  attempt(async () => {
    await refreshPeople();
    await refreshClock();
  }),
);
hear("clock", () => attempt(refreshClock));

await attempt(refreshPeople);
await attempt(refreshClock);
openPanes();
connect();
