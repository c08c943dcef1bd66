// @ts-check
/* What a person points at on the land map: tooltip, popup with escaped text, selection that stands in the address. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  const stepName = (land, code) => String(DG.own(land.config.steps, code) ?? code);

  const under = (land, latlng, layers) => {
    if (!land.styled) return null;
    const point = land.gl.project([latlng.lng, latlng.lat]);
    return land.gl.queryRenderedFeatures(point, { layers })[0] ?? null;
  };

  /** A cell: how many parcels, of what area, at which steps; counted on which day. */
  const cellCard = (land, p) => {
    const { labels, format } = land.map.dg;
    const rows = [1, 2, 3, 4, 5, 6, 7].filter((n) => p[`n${n}`]).map((n) => [labels[`step_${n}`], DG.fill(labels.parcel_count, { n: format.integer(p[`n${n}`]) })]);
    return DG.card({
      title: DG.fill(labels.cell_title, { n: format.integer(p.n) }),
      subtitle: `${format.area(p.a)} · ${DG.fill(labels.data_date, { date: format.date(land.facts.data_date) })}`,
      parts: [DG.facts(rows), el("p", { class: "dg-note" }, labels.cell_hint)],
    });
  };

  const tip = (land, feature) => {
    const { labels, format } = land.map.dg;
    const p = feature.properties;
    if (feature.sourceLayer === "cells") return DG.tip(DG.fill(labels.cell_title, { n: format.integer(p.n) }), format.area(p.a));
    const critical = land.facts.critical.some((row) => row[0] === p.k);
    return DG.tip(stepName(land, p.s), p.v ? String(DG.own(land.config.obstacles, p.v) ?? p.v) : "", critical ? labels.drives : "");
  };

  DG.landPick = (land) => {
    const { map, config } = land;
    const { labels, style } = map.dg;
    const outline = L.geoJSON(null, {
      pane: "dg-lines", interactive: false,
      style: { color: style.tokens.focus, weight: 3.6, fill: false },
    }).addTo(map);
    let turn = 0;

    const clear = () => {
      outline.clearLayers();
      land.lit = null;
      land.alone = false;
      land.sayWalk?.();
      DG.setQuery({ thua: null, hoso: null });
      DG.tell("highlight", { code: null, from: "map" });
    };

    const show = (data, { zoom = false, opener = null, latlng = null, byCase = false } = {}) => {
      const feature = data.features[0];
      if (!feature) return false;
      map.closePopup();
      outline.clearLayers();
      outline.addData({ type: "FeatureCollection", features: byCase ? data.features : [feature] });
      const p = feature.properties;
      land.lit = land.facts?.critical.find((row) => row[1] === p.case)?.[0] ?? null;
      land.alone = !byCase; // this parcel, not all of its case
      land.sayWalk?.();
      const bounds = outline.getBounds();
      if (zoom) {
        map.dg.viewFixed = map.dg.moved = true;
        map.fitBounds(bounds, { padding: [90, 90], maxZoom: Math.max(17, map.getZoom()), animate: false });
      }
      const why = { ...config, why_href: `/du-an/${encodeURIComponent(p.project)}/duong-gang` };
      DG.openPopup(map, latlng ?? bounds.getCenter(), DG.parcelCard(map, why, p, data.data_date), { opener, onClose: clear });
      DG.setQuery(byCase ? { hoso: p.case, thua: null } : { thua: p.id, hoso: null });
      DG.tell("select", { parcel: byCase ? null : p.id, case: p.case ?? null });
      DG.tell("highlight", { code: p.case ?? null, from: "map" });
      return true;
    };

    const ask = async (what, options) => {
      const mine = (turn += 1);
      try {
        const data = await land.get(land.address(config.parcels_url, what));
        DG.setStatus(map, "parcel", null);
        return mine === turn && show(data, options);
      } catch (error) {
        DG.setStatus(map, "parcel", el("p", { class: "dg-error", role: "alert" }, DG.mark("square"),
          `${DG.fill(labels.failed, { what: labels.parcels })} ${error.message}`));
        return false;
      }
    };

    map.on("click", (event) => {
      if (map.dg.busy) return; // a tool has the clicks
      const found = under(land, event.latlng, ["parcels", "cells"]);
      if (!found) return;
      if (found.sourceLayer === "cells") DG.openPopup(map, event.latlng, cellCard(land, found.properties));
      else ask({ at: `${event.latlng.lng.toFixed(7)},${event.latlng.lat.toFixed(7)}` }, { latlng: event.latlng });
    });

    const tooltip = L.tooltip({ className: "dg-tooltip", sticky: true, direction: "right", offset: [12, 0] });
    let waiting = false;
    map.on("mousemove", (event) => {
      if (waiting || map.dg.busy) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const found = land.gl && !map._animatingZoom ? under(land, event.latlng, ["parcels", "cells"]) : null;
        map.getContainer().classList.toggle("is-over-land", Boolean(found));
        if (!found) return map.closeTooltip(tooltip);
        map.openTooltip(tooltip.setContent(tip(land, found)).setLatLng(event.latlng));
      });
    });
    map.on("mouseout", () => map.closeTooltip(tooltip));

    DG.onHighlight((code) => {
      const row = land.facts?.critical.find((one) => one[1] === code);
      land.lit = row ? row[0] : null;
      land.alone = false;
      if (land.facts) land.repaint();
    });
    /** Selects a parcel by id, zooms to it and opens its popup; resolves to false if it is not on the map. */
    map.selectParcel = (id, options = {}) => ask({ id: String(id) }, { zoom: true, ...options });
    /** The same for all parcels of a case. */
    map.selectCase = (code, options = {}) => ask({ case: code }, { zoom: true, byCase: true, ...options });
    map.ready.then(async () => {
      const [id, code] = [DG.query("thua"), DG.query("hoso")];
      if (!id && !code) return;
      if (!(await (id ? map.selectParcel(id) : map.selectCase(code))))
        DG.setStatus(map, "not-found", el("p", {}, DG.fill(labels.not_found, { code: id || code })));
    });
  };
})();
