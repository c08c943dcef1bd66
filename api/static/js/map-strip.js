// @ts-check
/* The straightened project under the map (maps/strip.py): the blue frame follows the map, a run fits the map. */
(() => {
  "use strict";
  const DG = window.DG;

  const fit = (run, strip) =>
    DG.tell("fit-run", {
      from: Number(run.dataset.from),
      to: Number(run.dataset.to),
      alignment: strip.dataset.alignment || undefined,
    });

  /** One run of the strip takes the tab key, the arrow keys walk along the others. */
  const walk = (strip, event) => {
    const runs = [...strip.querySelectorAll(".dg-run[tabindex]")];
    const now = runs.indexOf(event.target);
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: runs.length - 1 }[event.key];
    if (now < 0) return;
    if (event.key === "Enter" || event.key === " ") fit(runs[now], strip);
    else if (next !== undefined && runs[next]) {
      runs[now].setAttribute("tabindex", "-1");
      runs[next].setAttribute("tabindex", "0");
      runs[next].focus();
    } else return;
    event.preventDefault();
  };

  const frameOn = (strip, shown) => {
    const frame = strip.querySelector(".dg-strip-frame");
    const start = Number(strip.dataset.start);
    const length = Number(strip.dataset.length);
    const mine =
      shown.find((one) => one.alignment === strip.dataset.alignment) ??
      (strip.dataset.alignment ? null : shown[0]);
    if (!mine || mine.from === null || !frame) {
      if (frame) frame.setAttribute("visibility", "hidden");
      return;
    }
    const share = (m) => Math.min(100, Math.max(0, ((m - start) / length) * 100));
    frame.setAttribute("x", `${share(mine.from).toFixed(2)}%`);
    frame.setAttribute("width", `${Math.max(0.6, share(mine.to) - share(mine.from)).toFixed(2)}%`);
    frame.setAttribute("visibility", "visible");
  };

  DG.watchStrips = () => {
    for (const strip of document.querySelectorAll("svg.dg-strip")) {
      strip.addEventListener("click", (event) => {
        const run = event.target.closest(".dg-run");
        if (run) fit(run, strip);
      });
      strip.addEventListener("keydown", (event) => walk(strip, event));
    }
    document.addEventListener("dg:view", (event) => {
      for (const strip of document.querySelectorAll("svg.dg-strip")) frameOn(strip, event.detail.alignments);
    });
  };
})();
