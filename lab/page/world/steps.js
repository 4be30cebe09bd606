/**
 * The steps of "Your first trade": what each says, and where its next button is.
 *
 * A button is known by what it carries (the product's own verbs, the same in every language), so that the guide points
 * at the real thing. `point`: places in the order in which they are looked for, each [platform, what it carries].
 */

const SELL = "/sell 200 t A1 pellets 215 €/t DAP Kaunas next week";
const FIND = "/parley find A1 pellets under 220 near Kaunas";

/** Whoever has begun a form goes on with it: its send-off, or the window's own button. */
const SEND = [
  ["telegram", /^form\.send/],
  ["slack", /^submit\b/],
];

export const STEPS = [
  {
    key: "seats",
    title: "Take two seats",
    text: "One click seats a seller at a phone and a buyer at a Slack window. You play both.",
    act: "seats",
  },
  {
    key: "list",
    title: "Offer something",
    text: "You are the seller. List goods with one sentence, look the card over and press Publish.",
    fill: ["telegram", SELL],
    point: [["telegram", /^form\.send/]],
  },
  {
    key: "find",
    title: "Find it",
    text: "Now be the buyer, in Slack: search for what was listed.",
    fill: ["slack", FIND],
    point: [],
  },
  {
    key: "offer",
    title: "Make an offer",
    text: "In Slack, press Make an offer on the first result, name a price and send it.",
    point: [
      ["slack", /^submit\b/],
      ["slack", /\boffer\.make\b/],
    ],
  },
  {
    key: "agree",
    title: "Agree",
    text: "An offer waits for whoever did not speak last: on the phone first, in Slack after a counter-offer. Press Accept there, and confirm it.",
    point: [
      ["telegram", /^offer\.accept/],
      ["slack", /\boffer\.accept\b/],
    ],
  },
  {
    key: "sign",
    title: "Sign on both sides",
    text: "Press Sign on the phone and confirm it, then the same in Slack.",
    point: [
      ["telegram", /^deal\.sign/],
      ["slack", /\bdeal\.sign\b/],
    ],
  },
  {
    key: "pay",
    title: "Pay into protection",
    text: "In Slack, press Pay: the pay page opens beside this one. The seller cannot touch the money yet.",
    point: [
      ["slack", /\/pay\//],
      ["slack", /^submit\b/],
      ["slack", /\bdeal\.pay\b/],
    ],
  },
  {
    key: "dispatch",
    title: "Send the goods",
    text: "On the phone, press Report dispatch, name a truck and a day, and send it off.",
    point: [
      ["telegram", /^form\.send/],
      ["telegram", /^lot\.dispatch/],
    ],
  },
  {
    key: "confirm",
    title: "Confirm and release",
    text: "In Slack, press Report arrival, then Accept, and confirm it; of a delivery in lots, each. The money is the seller's.",
    point: [
      ["telegram", /^lot\.dispatch/],
      ["slack", /^submit\b/],
      ["slack", /\blot\.accept\b/],
      ["slack", /\blot\.arrive\b/],
    ],
  },
  {
    key: "payout",
    title: "Set up payouts",
    text: "On the phone, press Set up payouts, then Open the page: the seller's money waits for an account to go to.",
    point: [...SEND, ["telegram", /\/connect\//], ["telegram", /^payout\.set_up/]],
  },
  {
    key: "rate",
    title: "Rate each other",
    text: "Both press Rate. Neither reads the other before both have spoken.",
    point: [...SEND, ["telegram", /^review\.write/], ["slack", /\breview\.write\b/]],
  },
];

export const order = STEPS.map((step) => step.key);

/** States of a deal (as the books name them) and the last step that such a deal has behind it. */
export const BEHIND = {
  offer_open: "offer",
  agreed: "agree",
  awaiting_approval: "sign",
  awaiting_funding: "sign",
  funded: "pay",
  settling: "confirm",
  completed: "payout",
};

/** Verbs that a button may carry, and the step that they begin. */
export const BEGINS = {
  "offer.buy": "offer",
  "offer.make": "offer",
  "offer.accept": "agree",
  "review.write": "rate",
  "deal.sign": "sign",
  "lot.dispatch": "dispatch",
  "lot.accept": "confirm",
};
