/** One click to start over: a fresh market in a fresh world, on the same page. */

import { attempt, post } from "/page/api.js";
import { announce } from "/page/news.js";
import { tell } from "/page/notices.js";
import { refreshClock } from "/page/time.js";

let underWay = false;

export async function startOver() {
  if (underWay) return;
  underWay = true;
  document.body.classList.add("starting-over");
  tell("A new world is being made. It takes a few seconds.");
  const made = await attempt(() => post("/lab/start-over"));
  if (made) await attempt(refreshClock); // which notices that it is another world
  document.body.classList.remove("starting-over");
  underWay = false;
  if (!made) return;
  announce("back");
  tell("The world is new: nobody has met anybody yet.");
}
