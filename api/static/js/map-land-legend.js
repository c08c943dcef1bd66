// @ts-check
/* The legend of a land map: rows of the colouring as toggles with their counts, and a walk along critical cases. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  /** ‹ 1 / 31 ›: walks along the cases that hold the critical path, for hand and keyboard. */
  const walk = (land) => {
    const { labels, format } = land.map.dg;
    const all = land.facts.critical;
    if (!all.length) return null;
    const now = () => all.findIndex((row) => row[0] === land.lit);
    const place = el("span", { class: "dg-walk-place", "aria-live": "polite" });
    const say = () => {
      place.textContent = `${now() < 0 ? "–" : format.integer(now() + 1)} / ${format.integer(all.length)}`;
    };
    const go = (by) => (event) => {
      const at = now();
      const next = all[(at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by + all.length) % all.length];
      land.map.selectCase(next[1], { opener: event.detail ? null : event.currentTarget });
    };
    land.sayWalk = say;
    say();
    return el("div", { class: "dg-walk" },
      el("button", { type: "button", "aria-label": labels.previous_driving, on: { click: go(-1) } }, "‹"),
      place,
      el("button", { type: "button", "aria-label": labels.next_driving, on: { click: go(1) } }, "›"));
  };

  DG.landLegend = (land) => {
    const { map, facts, mode, modes, hidden } = land;
    const { labels, format } = map.dg;
    const focused = document.activeElement?.closest?.(".dg-row-toggle")?.textContent;
    const rows = modes[mode].rows(facts).filter((row) => mode === "step" || row.count !== 0).map((row) => ({
      label: row.label,
      count: land.partial && !facts.parcels ? NaN : row.count,
      swatch: row.fill === "hatch" ? "hatch" : "fill",
      colour: row.fill === "hatch" ? null : row.fill,
      shown: !hidden.has(row.key),
      toggle: (shown) => {
        if (shown) hidden.delete(row.key);
        else hidden.add(row.key);
        DG.setQuery({ an: [...hidden].sort().join(",") || null });
        land.repaint();
      },
    }));
    rows.push({
      label: labels.drives, count: facts.critical_parcels, swatch: "drives", shown: land.shown.critical !== false,
      toggle: (shown) => { land.shown.critical = shown; land.repaint(); },
    });
    const total = Number.isFinite(facts.parcels) ? ` – ${DG.fill(labels.parcel_count, { n: format.integer(facts.parcels) })}` : "";
    const title = `${modes[mode].title}${total}`;
    const active = Object.values(land.filters).some(Boolean);
    const hints = [`${modes[mode].hint}. ${labels.toggle_hint}.`, active ? labels.filter_hint : "", mode === "step" ? "" : labels.cells_by_step];
    const reload = el("button", { type: "button", class: "dg-button dg-reload", on: { click: () => map.refreshParcels() } }, labels.reload);
    map.dg.setLegend([{
      title, hint: hints.filter(Boolean).join(" "), rows,
      foot: el("div", { class: "dg-legend-foot" }, walk(land), reload),
    }]);
    if (focused) [...document.querySelectorAll(".dg-row-toggle")].find((node) => node.textContent === focused)?.focus();
  };
})();
