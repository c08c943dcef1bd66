// @ts-check
/* The parcels of a project: toggles, colourings, selection from the address, popup, refetch without reload. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  const known = (value) => value !== null && value !== undefined && value !== "";

  DG.parcelLayer = (map, config) => {
    const { labels, format, style } = map.dg;
    const group = L.featureGroup().addTo(map);
    let layers = new Map();
    let dataDate = null;
    let loaded = false;
    let selected = null;
    let litCase = null;
    let drivesShown = true;
    let showPlace = () => {};

    const modes = DG.parcelModes(map, config.obstacles, () => dataDate);
    let mode = Object.keys(modes).find((name) => modes[name].address === DG.query("mau")) ?? "step";
    let hidden = new Set((DG.query("an") ?? "").split(",").filter(Boolean));
    const renderer = new DG.ParcelCanvas({
      pane: "dg-parcels",
      padding: 0.3,
      tokens: style.tokens,
      numbers: () => mode === "step",
    });

    const fills = () => new Map(modes[mode].rows().map((row) => [row.key, row.fill]));

    const restyle = (only) => {
      const byKey = fills();
      for (const layer of only ?? layers.values()) {
        const p = layer.feature.properties;
        const key = modes[mode].keyOf(p);
        layer.options.look = {
          fill: byKey.get(key) ?? style.tokens.none,
          hidden: hidden.has(key),
          drives: Boolean(p.drives) && drivesShown,
          lit: layer === selected || (litCase !== null && p.case === litCase),
          number: known(p.group) ? String(p.group) : "",
        };
        layer.options.interactive = !hidden.has(key);
        renderer._requestRedraw(layer);
      }
    };

    const driving = () =>
      [...layers.values()]
        .filter((layer) => layer.feature.properties.drives)
        .sort(
          (a, b) =>
            (a.feature.properties.from ?? 0) - (b.feature.properties.from ?? 0) ||
            (String(a.id) < String(b.id) ? -1 : 1),
        );

    /** ‹ 1 / 31 ›: walks along the parcels that hold the critical path, for hand and keyboard. */
    const drivingFoot = () => {
      const all = driving();
      if (!all.length) return null;
      const place = el("span", { class: "dg-walk-place", "aria-live": "polite" });
      showPlace = () => {
        place.textContent = `${selected && all.includes(selected) ? format.integer(all.indexOf(selected) + 1) : "–"} / ${format.integer(all.length)}`;
      };
      const go = (by) => (event) => {
        const now = selected ? all.indexOf(selected) : -1;
        const next = all[(now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by + all.length) % all.length];
        select(next, { zoom: true, opener: event.detail ? null : event.currentTarget });
      };
      showPlace();
      return el(
        "div",
        { class: "dg-walk" },
        el("button", { type: "button", "aria-label": labels.previous_driving, on: { click: go(-1) } }, "‹"),
        place,
        el("button", { type: "button", "aria-label": labels.next_driving, on: { click: go(1) } }, "›"),
      );
    };

    const showLegend = () => {
      const all = [...layers.values()].map((layer) => layer.feature.properties);
      const counts = new Map();
      for (const p of all) counts.set(modes[mode].keyOf(p), (counts.get(modes[mode].keyOf(p)) ?? 0) + 1);
      if (!loaded && mode === "step") config.counts.forEach((count, i) => counts.set(String(i + 1), count));
      const rows = modes[mode]
        .rows()
        .map((row) => ({
          label: row.label,
          count: loaded || counts.size ? (counts.get(row.key) ?? 0) : NaN,
          swatch: row.fill === "hatch" ? "hatch" : "fill",
          colour: row.fill === "hatch" ? null : row.fill,
          shown: !hidden.has(row.key),
          toggle: (shown) => {
            if (shown) hidden.delete(row.key);
            else hidden.add(row.key);
            DG.setQuery({ an: [...hidden].sort().join(",") || null });
            restyle();
          },
        }))
        .filter((row) => mode === "step" || row.count !== 0);
      rows.push({
        label: labels.drives,
        count: loaded ? all.filter((p) => p.drives).length : NaN,
        swatch: "drives",
        shown: drivesShown,
        toggle: (shown) => {
          drivesShown = shown;
          restyle();
        },
      });
      const total = loaded ? all.length : config.counts.reduce((sum, n) => sum + n, 0);
      const title = total
        ? `${modes[mode].title} – ${DG.fill(labels.parcel_count, { n: format.integer(total) })}`
        : modes[mode].title;
      const reload = el(
        "button",
        { type: "button", class: "dg-button dg-reload", on: { click: () => map.refreshParcels() } },
        labels.reload,
      );
      map.dg.setLegend([
        {
          title,
          hint: `${modes[mode].hint}. ${labels.toggle_hint}.`,
          rows,
          foot: el("div", { class: "dg-legend-foot" }, drivingFoot(), reload),
        },
      ]);
    };

    const showMode = DG.modeSwitch(map, modes, (name) => {
      mode = name;
      hidden = new Set();
      DG.setQuery({ mau: name === "step" ? null : modes[name].address, an: null });
      showMode(name);
      showLegend();
      restyle();
    });

    const deselect = (layer) => {
      if (selected !== layer) return;
      selected = null;
      showPlace();
      restyle([layer]);
      DG.setQuery({ thua: null, hoso: null });
      DG.tell("highlight", { code: null, from: "map" });
    };

    const select = (layer, { zoom = false, opener = null, latlng = null } = {}) => {
      map.closePopup();
      selected = layer;
      showPlace();
      restyle([layer]);
      layer.bringToFront();
      const p = layer.feature.properties;
      if (zoom) {
        map.dg.viewFixed = map.dg.moved = true;
        map.fitBounds(layer.getBounds(), {
          padding: [90, 90],
          maxZoom: Math.max(17, map.getZoom()),
          animate: false,
        });
      }
      DG.openPopup(map, latlng ?? layer.options.middle, DG.parcelCard(map, config, p, dataDate), {
        opener,
        onClose: () => deselect(layer),
      });
      DG.setQuery({ thua: layer.id, hoso: null });
      DG.tell("select", { parcel: layer.id, case: p.case ?? null });
      DG.tell("highlight", { code: p.case ?? null, from: "map" });
    };

    const draw = (feature) => {
      const polygons = L.GeoJSON.coordsToLatLngs(
        feature.geometry.coordinates,
        feature.geometry.type === "MultiPolygon" ? 2 : 1,
      );
      const layer = L.polygon(polygons, { pane: "dg-parcels", renderer, weight: 6, smoothFactor: 0.6 });
      layer.feature = feature;
      layer.id = String(feature.properties.id);
      layer.options.middle = layer.getBounds().getCenter();
      layers.set(layer.id, layer);
      group.addLayer(layer);
    };

    const onData = (data) => {
      const keep = selected ? { id: selected.id, open: Boolean(map._popup?.isOpen()) } : null;
      selected = null;
      map.closePopup();
      group.clearLayers();
      layers = new Map();
      loaded = true;
      dataDate = typeof data.data_date === "string" ? data.data_date : null;
      // Driving parcels last, so that no neighbour covers half of their outline.
      data.features
        .filter((feature) => /Polygon$/.test(feature.geometry?.type ?? ""))
        .sort((a, b) => Number(Boolean(a.properties.drives)) - Number(Boolean(b.properties.drives)))
        .forEach(draw);
      modes.obstacle.prepare([...layers.values()].map((layer) => layer.feature.properties));
      DG.note(map, "demo", data.features.some((feature) => feature.properties.demo) ? labels.demo_note : "");
      DG.note(map, "date", dataDate ? DG.fill(labels.data_date, { date: format.date(dataDate) }) : "");
      // Counted by the server and none here: they lie outside what the reader may see.
      const none = config.counts.some(Boolean) ? labels.hidden_parcels : labels.empty_parcels;
      DG.setStatus(map, "empty", layers.size ? null : el("p", {}, none));
      showLegend();
      restyle();
      if (!map.dg.hasAxis) DG.fitOnce(map, group.getBounds());
      const again = keep && layers.get(keep.id);
      if (again && keep.open) select(again);
    };

    group.bindTooltip((layer) => DG.parcelTip(map, config, layer.feature.properties), {
      sticky: true,
      className: "dg-tooltip",
    });
    group.on("click", (event) => select(event.layer, { latlng: event.latlng }));
    group.on("mouseover", (event) =>
      DG.tell("highlight", { code: event.layer.feature.properties.case ?? null, from: "map" }),
    );
    group.on("mouseout", () =>
      DG.tell("highlight", { code: selected?.feature.properties.case ?? null, from: "map" }),
    );

    const casesOf = (code) => [...layers.values()].filter((layer) => layer.feature.properties.case === code);
    const light = (code) => {
      const before = litCase === null ? [] : casesOf(litCase);
      litCase = code;
      const now = code === null ? [] : casesOf(code);
      for (const layer of now) layer.bringToFront();
      restyle([...before, ...now]);
    };

    showMode(mode);
    showLegend();
    const total = config.counts.reduce((sum, n) => sum + n, 0);
    const reload = DG.load(map, {
      url: config.url,
      subject: "parcels",
      what: total ? DG.fill(labels.parcel_count, { n: format.integer(total) }) : labels.parcels,
      onData,
    });

    DG.onHighlight(light);
    document.addEventListener("dg:refresh", () => map.refreshParcels());
    /** Refetches parcels and axis, keeping view, filters and selection. Resolves to true when both arrived. */
    map.refreshParcels = async () =>
      (await Promise.all([reload(), map.dg.reloadAxis ? map.dg.reloadAxis() : true])).every(Boolean);
    /** Selects a parcel by id, zooms to it and opens its popup; false if it is not on the map. */
    map.selectParcel = (id) => {
      const layer = layers.get(String(id));
      if (layer) select(layer, { zoom: true });
      return Boolean(layer);
    };
    /** The same for the first parcel of a case. */
    map.selectCase = (code) => {
      const [layer] = casesOf(code);
      if (layer) select(layer, { zoom: true });
      return Boolean(layer);
    };

    map.ready.then(() => {
      DG.fitOnce(map, group.getBounds());
      const [id, code] = [DG.query("thua"), DG.query("hoso")];
      const found = (!id || map.selectParcel(id)) && (id || !code || map.selectCase(code));
      if (!found && loaded)
        DG.setStatus(map, "not-found", el("p", {}, DG.fill(labels.not_found, { code: id || code })));
    });
  };
})();
