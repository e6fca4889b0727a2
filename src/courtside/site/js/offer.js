// The offer of a pick: its book and price, the best price, expected and closing-line value, and every book on demand.
import { maybe, unit } from "./data.js";
import { el, replace } from "./dom.js";
import { atOn, book, one, percent, price, signed } from "./format.js";
import { kindBadge } from "./parts.js";

const STATES = { stale: "old: the other books moved", repeats: "repeats another book", one_sided: "one side only", no_price: "no price", untimed: "time unknown" };

/** `bet` is a pick of `best-bets`, null where its details are not published. */
export function offer(bet, isMixed, date) {
  if (!bet) return el("span", { class: "sub market" }, "price not published");
  return [
    el("span", { class: "sub market" }, isMixed && [kindBadge(bet.kind), " "], book(bet.book), " ", el("b", {}, price(bet.price) ?? "no price"),
      el("span", { class: "seen" }, bet.seen_at ? ` seen ${atOn(bet.seen_at, date)}` : " time unknown")),
    bet.value && worth(bet),
    bet.value && everyBook(bet, date),
  ];
}

/** The best price, where another book has it, the expected value, and after the close the movement toward the pick. The
    expected value is coloured only where its interval excludes 0. */
function worth({ value, price: own, direction }) {
  const isBetter = value.best_price !== null && value.best_price !== own;
  const tip = value.ev === null ? null : `Expected profit in % of the stake at the best price; its interval is ${percent(value.ev_low)} to ${percent(value.ev_high)}`;
  return [
    isBetter && el("span", { class: "sub best" }, "best ", el("b", {}, price(value.best_price)), ` ${book(value.best_book)}`),
    value.ev !== null && el("span", { class: `sub ev ${value.ev_low > 0 ? "won" : value.ev_high < 0 ? "lost" : ""}`, "data-tip": tip }, `EV ${signed(value.ev)} % (${one(value.ev_low)} to ${one(value.ev_high)})`),
    value.line_value !== null && el("span", { class: `sub clv ${value.line_value > 0 ? "won" : value.line_value < 0 ? "lost" : ""}`, "data-tip": closing(value, direction) }, `CLV ${signed(value.line_value)} ${unit()}`),
  ];
}

const closing = ({ probability_value: moved }, direction) => `Closing-line value: movement of the consensus line toward ${direction} from publication to tip-off${moved === null ? "" : `; the probability without the margin moved ${signed(moved)} percentage points`}`;

/** Every book's line and price of the side, loaded when it is opened. */
function everyBook(bet, date) {
  const list = el("div", { class: "book-list" });
  const box = el("details", { class: "books", ontoggle: () => box.open && show() }, el("summary", {}, "Every book"), list);
  const show = async () => {
    const prices = await maybe(`prices/${date}.json`);
    const player = prices?.games.flatMap((game) => game.players).find((item) => item.id === bet.id);
    replace(list, player ? el("ul", {}, player.books.map((item) => el("li", {}, `${book(item.book)} ${one(item.line)} `,
      el("b", {}, price(bet.direction === "OVER" ? item.over_price : item.under_price) ?? "–"),
      STATES[item.state] && el("span", { class: "muted" }, ` ${STATES[item.state]}`)))) : "The prices have not been published.");
  };
  return box;
}
