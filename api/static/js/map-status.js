// @ts-check
/* Fetching with the three states that a person sees on the map: loading, failed with a retry, empty. */
(() => {
  "use strict";
  const DG = window.DG;

  /** The status box of the map, one line per subject. */
  const board = (map) => {
    if (!map.dg.status)
      map.dg.status = DG.overlay(map, DG.el("div", { class: "dg-status", "aria-live": "polite" }));
    return map.dg.status;
  };

  /** Shows `node` as the line of `subject`, or removes the line. */
  DG.setStatus = (map, subject, node) => {
    const box = board(map);
    for (const line of [...box.children]) if (line.dataset.subject === subject) line.remove();
    if (!node) return;
    node.dataset.subject = subject;
    node.classList.add("dg-status-line");
    box.append(node);
  };

  /** The sentence of our error body, if the answer has one. */
  const sentence = async (response) => {
    try {
      const body = await response.json();
      return typeof body.detail === "string" ? body.detail : "";
    } catch {
      return "";
    }
  };

  const read = async (url, fresh) => {
    const response = await fetch(url, {
      headers: { Accept: "application/geo+json, application/json" },
      cache: fresh ? "no-cache" : "default",
    });
    if (!response.ok) throw new Error((await sentence(response)) || `HTTP ${response.status}`);
    const data = await response.json();
    if (!data || !Array.isArray(data.features)) throw new Error("GeoJSON");
    return data;
  };

  /** Fetches a FeatureCollection, hands it to `onData` and keeps `subject`'s status line true.
      Returns reload(): Promise<boolean>; the first load is counted for map.ready. */
  DG.load = (map, { url, subject, what, onData }) => {
    const { labels } = map.dg;
    const name = what || labels[subject];
    let turn = 0;
    const load = async (fresh) => {
      turn += 1;
      const mine = turn;
      // A short wait shows nothing: a flashing line is worse than none.
      const timer = setTimeout(() => {
        DG.setStatus(
          map,
          subject,
          DG.el("p", { class: "dg-loading" }, DG.fill(labels.loading, { what: name })),
        );
      }, 300);
      try {
        const data = await read(url, fresh);
        clearTimeout(timer);
        if (mine !== turn) return true; // a later request of the same data is on its way
        DG.setStatus(map, subject, null);
        for (const text of [].concat(data.attribution ?? []))
          DG.note(map, `source ${subject} ${text}`, String(text));
        onData(data);
        return true;
      } catch (error) {
        clearTimeout(timer);
        if (mine !== turn) return false;
        const again = DG.el(
          "button",
          { type: "button", class: "dg-button", on: { click: () => load(true) } },
          labels.retry,
        );
        const text = [DG.fill(labels.failed, { what: labels[subject] }), error.message, labels.failed_keep]
          .filter(Boolean)
          .join(" ");
        DG.setStatus(
          map,
          subject,
          DG.el("p", { class: "dg-error", role: "alert" }, DG.mark("square"), DG.el("span", {}, text), again),
        );
        return false;
      }
    };
    map.dg.loads.push(load(false));
    return () => load(true);
  };
})();
