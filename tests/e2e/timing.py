"""The work of a change in the browser, beside a reference loop of the same run: no test depends on the machine."""

from __future__ import annotations

from dataclasses import dataclass

IDLE_REFERENCE_MS = 10.0
"""The reference loop on an idle core of the machine on which the limits of the tests were set."""
TURNS = """async (turns) => {
  const nextTask = () => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  const reference = () => {
    const started = performance.now();
    const box = document.createElement('div');
    for (let n = 0; n < 12000; n += 1) {
      const item = document.createElement('p');
      item.setAttribute('class', 'sub');
      item.append(document.createTextNode(String(n)));
      box.append(item);
    }
    return performance.now() - started;
  };
  const change = ({ hash, market }) => {
    const select = document.getElementById('market');
    if (hash) location.hash = hash;
    else { select.value = market; select.dispatchEvent(new Event('change')); }
    return new Promise((resolve) => {
      addEventListener('hashchange', () => resolve(performance.now()), { once: true, capture: true });
    });
  };
  const found = [];
  for (const turn of turns) {
    const before = reference();
    const started = await change(turn);
    await nextTask();
    const isShown = document.querySelector(turn.shown) !== null;
    document.body.getBoundingClientRect();
    found.push([performance.now() - started, isShown, before]);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return found;
}"""


@dataclass(frozen=True)
class Turns:
    """Changes of the shown view: the milliseconds of the fastest, and whether each was shown in the task of its event.

    A change that is shown in that task has waited for no file, no timer and no frame. A reader then waits only for its
    script and layout; `idle_ms` is their time on the machine of `IDLE_REFERENCE_MS`.
    """

    fastest_ms: float
    reference_ms: float
    all_in_one_task: bool

    @property
    def idle_ms(self) -> float:
        """The fastest change, scaled by the reference loop of the same run."""
        return self.fastest_ms * IDLE_REFERENCE_MS / self.reference_ms


def turned(page, *turns, times=5):
    """Make each change `times` times and return what was measured; `turns` have `hash` or `market`, and `shown`."""
    found = page.evaluate(TURNS, list(turns) * times)
    return Turns(min(item[0] for item in found), min(item[2] for item in found), all(item[1] for item in found))


def to_tab(group, date):
    """Return the change to a tab of a date."""
    return {"hash": f"#/picks/{group}/{date}", "shown": f"#tab-{group}[aria-selected=true]"}


def to_date(date):
    """Return the change to a date."""
    return {"hash": f"#/picks/8/{date}", "shown": f".foot a[href$='picks/{date}.json']"}


def to_market(name):
    """Return the change to a market of the shown view."""
    folder = "v1/" if name == "points" else f"v1/markets/{name}/"
    return {"market": name, "shown": f".foot a[href='{folder}subsets/season.json']"}
