/** Points at the next button of the guide: a ring around it in its chat, and a mark on its tab where chats are tabs. */

const SETTLE = 60; // ms; chats redraw in bursts

/** Where a button stands: of several in the newest message, the first is meant (the best of the results). */
const placeOf = (button) => button.closest(".s-message, .message, .modal, .s-home");

/** What a button carries stands in `data-deed`; the newest that fits is meant. */
function find(places) {
  for (const [platform, carries] of places) {
    const panes = [...document.querySelectorAll(`.pane.${platform}`)];
    const asked = panes.map(openForm).find(Boolean);
    const within = asked ? [asked] : panes;
    const fitting = within
      .flatMap((each) => [...each.querySelectorAll("[data-deed]")])
      .filter((each) => carries.test(each.dataset.deed) && !each.closest("[inert]"));
    if (fitting.length) return fitting.find((each) => placeOf(each) === placeOf(fitting.at(-1)));
    if (asked) return asked.closest(".pane").querySelector(".composer textarea");
  }
  return null;
}

/** A form that asks question by question is answered before anything else is pressed: the message that asks. */
function openForm(pane) {
  const newest = [...pane.querySelectorAll(".message.theirs")].at(-1);
  return newest?.querySelector('[data-deed^="form."]') ? newest : null;
}

/** `wanted()` gives the places to point at now: [[platform, pattern], …]. Returns a way to look again. */
export function startPointing(wanted) {
  let timer = 0;
  const look = () => {
    timer = 0;
    const target = find(wanted());
    for (const old of document.querySelectorAll(".pointed")) if (old !== target) old.classList.remove("pointed");
    target?.classList.add("pointed");
    const pane = target?.closest(".pane");
    for (const tab of document.querySelectorAll(".tab")) {
      tab.classList.toggle("pointed-tab", Boolean(pane) && tab.dataset.pane === pane.id && !pane.matches(".front"));
    }
  };
  const soon = () => {
    timer ||= setTimeout(look, SETTLE);
  };
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ["inert", "hidden"] };
  new MutationObserver(soon).observe(document.getElementById("panes"), options);
  new MutationObserver(soon).observe(document.getElementById("tabs"), { childList: true });
  return soon;
}
