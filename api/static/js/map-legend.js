// @ts-check
/* The legend: rows of swatch, words and count. In the page's own panel if it has one, else foldable on the map. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  /** A swatch by name, or by fill colour for rows whose colour comes with the data. */
  const swatch = (row) => {
    const node = el("span", { class: `dg-swatch dg-swatch-${row.swatch}`, "aria-hidden": "true" });
    if (row.colour) node.style.backgroundColor = row.colour;
    return node;
  };

  /** One row; with `toggle` it is a button that reports its new state. */
  const rowNode = (map, row) => {
    const parts = [swatch(row), el("span", { class: "dg-row-label" }, row.label)];
    if (Number.isFinite(row.count))
      parts.push(el("span", { class: "dg-row-count" }, map.dg.format.integer(row.count)));
    if (!row.toggle) return el("li", { class: "dg-row", "data-row": row.swatch }, ...parts);
    const button = el(
      "button",
      { type: "button", class: "dg-row dg-row-toggle", "aria-pressed": String(row.shown) },
      ...parts,
    );
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      row.toggle(shown);
    });
    return el("li", {}, button);
  };

  const sectionNode = (map, section) =>
    el(
      "section",
      { class: "dg-legend-section" },
      el("h3", { class: "dg-legend-title" }, section.title),
      section.hint ? el("p", { class: "dg-note" }, section.hint) : null,
      el("ul", { class: "dg-rows" }, ...section.rows.map((row) => rowNode(map, row))),
      section.foot ?? null,
    );

  DG.legend = (map, config) => {
    const live = el("div", {});
    const fixed = el("div", {}, ...config.sections.map((section) => sectionNode(map, section)));
    const host = document.getElementById(config.host);
    if (host) {
      host.replaceChildren(el("div", { class: "dg-legend is-hosted" }, live, fixed));
    } else {
      const box = el(
        "details",
        { class: "dg-legend" },
        el("summary", {}, map.dg.labels.legend),
        el("div", { class: "dg-legend-body" }, live, fixed),
      );
      box.open = map.getSize().x >= 600 && map.getSize().y >= 400;
      box.addEventListener("toggle", () => DG.labels(map).soon());
      const control = L.control({ position: "bottomleft" });
      control.onAdd = () => box;
      control.addTo(map);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
    }
    /** Shows only those fixed rows that the data have something for; a section without rows goes too. */
    map.dg.keepRows = (present) => {
      for (const row of fixed.querySelectorAll("[data-row]")) row.hidden = !present.has(row.dataset.row);
      for (const section of fixed.children)
        section.hidden = !section.querySelector("[data-row]:not([hidden])");
    };
    /** Replaces the rows that depend on the data. */
    map.dg.setLegend = (sections) => {
      live.replaceChildren(...sections.map((section) => sectionNode(map, section)));
      if (map.dg.board) map.dg.board.soon();
    };
  };
})();
