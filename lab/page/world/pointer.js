/** Points at the next button of the guide: a ring around it in its chat, and a mark on its tab where chats are tabs. */

const SETTLE = 120; // ms; chats redraw in bursts

/** What a button carries stands in `data-deed`; the newest that fits is meant. */
function find(places) {
  for (const [platform, carries] of places) {
    const fitting = [...document.querySelectorAll(`.pane.${platform} [data-deed]`)].filter(
      (each) => carries.test(each.dataset.deed) && !each.closest("[inert]"),
    );
    if (fitting.length) return { platform, target: fitting.at(-1) };
  }
  return null;
}

/** `wanted()` gives the places to point at now: [[platform, pattern], …]. Returns a way to look again. */
export function startPointing(wanted) {
  let timer = 0;
  const look = () => {
    const found = find(wanted());
    for (const old of document.querySelectorAll(".pointed")) if (old !== found?.target) old.classList.remove("pointed");
    found?.target.classList.add("pointed");
    const pane = found?.target.closest(".pane");
    for (const tab of document.querySelectorAll(".tab")) {
      tab.classList.toggle("pointed-tab", Boolean(pane) && tab.dataset.pane === pane.id && !pane.matches(".front"));
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE);
  };
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ["inert", "hidden"] };
  new MutationObserver(soon).observe(document.getElementById("panes"), options);
  new MutationObserver(soon).observe(document.getElementById("tabs"), { childList: true });
  return soon;
}
