// @ts-check
/* The tools of a land map in one foldable box: search, filters, layers; other tools add their buttons to it. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  /** The box of tools, made once per map: {add(node), button(label, run)}. */
  DG.tools = (map) => {
    if (map.dg.tools) return map.dg.tools;
    const { labels } = map.dg;
    const body = el("div", { class: "dg-tools-body" });
    const row = el("div", { class: "dg-tools-row" });
    const box = el("details", { class: "dg-tools" }, el("summary", {}, labels.tools), body);
    body.append(row);
    box.open = map.getSize().x >= 700;
    DG.overlay(map, box);
    return (map.dg.tools = {
      box,
      add: (node) => body.insertBefore(node, row),
      button: (label, run, attributes = {}) => {
        const button = el("button", { type: "button", class: "dg-button", ...attributes, on: { click: run } }, label);
        row.append(button);
        return button;
      },
    });
  };

  const searchBox = (land) => {
    const { map, config } = land;
    const { labels } = map.dg;
    const list = el("ul", { class: "dg-found", "aria-live": "polite" });
    const input = el("input", { type: "search", id: "dg-search", autocomplete: "off", maxlength: 64, placeholder: labels.search_hint });
    let marker = null;
    const go = (found) => {
      list.replaceChildren();
      if (found.kind === "parcel") return map.selectParcel(found.id, { opener: input });
      map.dg.viewFixed = map.dg.moved = true;
      map.setView([found.lat, found.lon], Math.max(map.getZoom(), 16), { animate: false });
      if (marker) marker.remove();
      marker = L.circleMarker([found.lat, found.lon], { pane: "dg-lines", radius: 9, color: map.dg.style.tokens.focus, weight: 3, fill: false }).addTo(map);
      DG.openPopup(map, [found.lat, found.lon], DG.card({ title: found.label }), { opener: input, onClose: () => { if (marker) marker.remove(); } });
    };
    const form = el("form", { class: "dg-search", role: "search" },
      el("label", { for: "dg-search" }, labels.search), el("div", { class: "dg-search-row" }, input,
        el("button", { type: "submit", class: "dg-button" }, labels.search_go)), list);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!input.value.trim()) return;
      const response = await fetch(land.address(config.search_url, { q: input.value.trim() }), { headers: { Accept: "application/json" } });
      const body = await response.json().catch(() => ({}));
      const found = response.ok ? body.found : [];
      if (found.length === 1) return go(found[0]);
      const none = response.ok ? labels.search_none : (body.faults?.[0]?.message ?? body.detail ?? labels.search_none);
      list.replaceChildren(...(found.length
        ? found.map((one) => el("li", {}, el("button", { type: "button", class: "dg-found-one", on: { click: () => go(one) } }, one.label)))
        : [el("li", { class: "dg-note" }, none)]));
      list.querySelector("button")?.focus();
    });
    return form;
  };

  const select = (land, name, label, options) => {
    const node = el("select", { id: `dg-f-${name}` }, el("option", { value: "" }, land.map.dg.labels.all));
    const fill = (facts) => {
      const rows = options(facts);
      const now = land.filters[name];
      node.replaceChildren(node.firstChild, ...rows.map(([value, text, count]) =>
        el("option", { value }, `${text} (${land.map.dg.format.integer(count)})`)));
      if (now && !rows.some(([value]) => value === now)) node.append(el("option", { value: now }, now));
      node.value = now;
    };
    node.addEventListener("change", () => land.filter({ [name]: node.value }));
    land.onFacts.push(fill);
    return el("label", { class: "dg-field" }, el("span", {}, label), node);
  };

  const check = (label, on, change) => {
    const input = el("input", { type: "checkbox" });
    input.checked = on;
    input.addEventListener("change", () => change(input.checked));
    return el("label", { class: "dg-check" }, input, el("span", {}, label));
  };

  DG.landPanel = (land) => {
    const { map, config, filters } = land;
    const { labels } = map.dg;
    const tools = DG.tools(map);
    land.filter = (values) => {
      Object.assign(filters, values);
      DG.setQuery(values);
      land.repaint();
    };
    const words = (code) => String(DG.own(config.obstacles, code) ?? code);
    tools.add(searchBox(land));
    tools.add(el("details", { class: "dg-group" }, el("summary", {}, labels.filters),
      select(land, "phuong", labels.f_ward, (facts) => facts.wards),
      select(land, "chu", labels.f_owner, (facts) => ["h", "o"].filter((o) => facts.by_owner[o]).map((o) => [o, labels[`owner_${o}`], facts.by_owner[o]])),
      select(land, "vuong", labels.f_obstacle, (facts) => Object.entries(facts.by_obstacle).map(([code, n]) => [code, words(code), n])),
      check(labels.only_critical, Boolean(filters.gang), (on) => land.filter({ gang: on ? "1" : "" })),
      el("p", { class: "dg-note" }, labels.filter_hint)));
    const pane = (name) => (on) => { map.getPane(`dg-${name}`).style.display = on ? "" : "none"; };
    tools.add(el("details", { class: "dg-group" }, el("summary", {}, labels.layers),
      check(labels.layer_parcels, true, (on) => { land.shown.parcels = on; land.repaint(); }),
      check(labels.drives, true, (on) => { land.shown.critical = on; land.repaint(); }),
      check(labels.layer_lines, true, pane("lines")),
      check(labels.layer_wards, true, pane("wards")),
      check(labels.layer_labels, true, pane("labels"))));
  };
})();
