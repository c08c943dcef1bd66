// @ts-check
/* The land as vector tiles: MapLibre under Leaflet, its state and version, refreshed without a reload of the page. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;
  const POLL = 4000; // ms between two looks for a new version; an unchanged one is answered with 304
  const WAITS = { 0: "done", 1: "d30", 2: "d90", 3: "d180", 4: "later" };

  // Until the counts have come. What the critical path gives comes last: every project's is waited for.
  const NOTHING = {
    critical: [], by_group: [0, 0, 0, 0, 0, 0, 0], by_obstacle: {}, by_owner: {}, by_wait: {}, wards: [], parcels: NaN,
    critical_parcels: NaN, bounds: null,
  };

  const get = async (address) => {
    const response = await fetch(address, { cache: "no-cache", headers: { Accept: "application/json" } });
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
    return response.json();
  };

  /** An address of the map's data on the day that is shown. */
  const onDay = (land, path, more = {}) => {
    const [address, query] = path.split("?");
    const all = new URLSearchParams(query ?? "");
    if (land.day) {
      all.delete("as_of");
      all.set("ngay", land.day);
    }
    for (const [name, value] of Object.entries(more)) if (value) all.set(name, value);
    const text = all.toString();
    return text ? `${address}?${text}` : address;
  };

  const tilesOf = (land) =>
    new URL(onDay(land, land.config.tiles_url, { v: land.facts.version }), location.href).href
      .replace(/%7B/g, "{").replace(/%7D/g, "}");

  const critical = (facts) => ({
    type: "FeatureCollection",
    features: facts.critical.map(([k, code, lon, lat]) => ({
      type: "Feature", properties: { k, code }, geometry: { type: "Point", coordinates: [lon, lat] },
    })),
  });

  const paint = (land) => {
    if (!land.gl || !land.styled) return;
    for (const [layer, kind, name, value] of DG.landPaint(land.map, land.config, land)) {
      if (kind === "filter") land.gl.setFilter(layer, value);
      else if (kind === "layout") land.gl.setLayoutProperty(layer, name, value);
      else land.gl.setPaintProperty(layer, name, value);
    }
    land.gl.getSource("critical").setData(critical(land.facts));
  };

  /** Joins the days until handover to the parcels of each case, when the colouring needs them. */
  const joinWaits = async (land) => {
    if (!land.modes[land.mode].state || land.waitsOf === land.facts.version || !land.styled) return;
    land.waitsOf = land.facts.version;
    const body = await get(onDay(land, land.config.waits_url));
    body.k.forEach((id, i) =>
      land.gl.setFeatureState({ source: "land", sourceLayer: "parcels", id }, { w: WAITS[body.class[i]] ?? "later" }),
    );
  };

  /** Asks what holds the critical path, one question at a time: after an edit the answer of before stays until then. */
  const askCritical = async (land) => {
    if (land.asking) return;
    land.asking = true;
    try {
      const body = await get(onDay(land, land.config.critical_url));
      land.criticalOf = body.version; // another than the map's: the next look asks again
      const { critical, critical_parcels, by_wait } = body;
      Object.assign(land.facts, { critical, critical_parcels, by_wait });
      if (land.styled) land.show();
    } finally {
      land.asking = false;
    }
  };

  const start = (land) => {
    maplibregl.setWorkerUrl(land.config.worker);
    const layer = L.maplibreGL({
      pane: "dg-parcels",
      style: DG.landStyle(land.map, land.config, tilesOf(land), land.facts),
      canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true },
      fadeDuration: 0,
      interactive: false,
      refreshExpiredTiles: false,
    }).addTo(land.map);
    land.gl = layer.getMaplibreMap();
    land.gl.getCanvas().setAttribute("tabindex", "-1");
    land.gl.getCanvas().setAttribute("aria-hidden", "true");
    land.gl.on("error", (event) => {
      if (!event.error) return;
      DG.setStatus(land.map, "tiles", el("p", { class: "dg-error", role: "alert" }, DG.mark("square"),
        DG.fill(land.map.dg.labels.failed, { what: land.map.dg.labels.parcels })));
    });
    land.gl.on("sourcedata", (event) => {
      if (event.sourceId === "land" && event.isSourceLoaded) DG.setStatus(land.map, "tiles", null);
    });
    land.gl.on("styleimagemissing", ({ id }) => {
      if (id === "hatch") land.gl.addImage(id, DG.hatchImage(land.map.dg.style.tokens.ok), { pixelRatio: 2 });
    });
    return new Promise((done) => {
      land.gl.once("load", () => {
        land.styled = true;
        land.show();
        done();
      });
    });
  };

  /** Fetches state and version; a new one gives every tile a new address. True when the map is up to date. */
  const refresh = async (land) => {
    const mine = (land.turn = (land.turn ?? 0) + 1);
    land.busy = true; // counting a large city takes longer than the time between two looks
    try {
      const state = await get(onDay(land, land.config.version_url));
      if (mine !== land.turn) return true;
      DG.setStatus(land.map, "parcels", null);
      if (state.version === land.facts?.version && !land.partial) {
        if (land.criticalOf !== state.version) askCritical(land).catch(() => { land.criticalOf = null; });
        return true;
      }
      const first = !land.facts;
      land.facts = { ...(land.facts ?? NOTHING), ...state };
      land.partial = true;
      if (first) await start(land);
      else if (land.styled) {
        land.gl.getSource("land").setTiles([tilesOf(land)]);
        if (land.map.dg.reloadAxis && !land.day) land.map.dg.reloadAxis();
      }
      const facts = await get(onDay(land, land.config.facts_url));
      if (mine !== land.turn) return true;
      const moved = facts.version !== land.facts.version;
      land.facts = { ...land.facts, ...facts };
      if (moved && land.styled) land.gl.getSource("land").setTiles([tilesOf(land)]);
      land.partial = false;
      if (land.styled) land.show();
      askCritical(land).catch(() => { land.criticalOf = null; });
      for (const heard of land.onFacts) heard(facts);
      return true;
    } catch (error) {
      if (mine !== land.turn || (error instanceof TypeError && document.hidden)) return false;
      const { labels } = land.map.dg;
      const again = el("button", { type: "button", class: "dg-button", on: { click: () => refresh(land) } }, labels.retry);
      DG.setStatus(land.map, "parcels", el("p", { class: "dg-error", role: "alert" }, DG.mark("square"),
        el("span", {}, `${DG.fill(labels.failed, { what: labels.parcels })} ${error.message}. ${labels.failed_keep}`), again));
      return false;
    } finally {
      if (mine === land.turn) land.busy = false;
    }
  };

  /** Says what is drawn from afar: cells with counts, how long their side is, on which day. */
  const sayCells = (land) => {
    const { labels, format } = land.map.dg;
    if (!land.facts) return;
    const zoom = Math.floor(land.map.getZoom() - 1);
    const far = zoom < land.facts.detail_zoom && land.facts.parcels !== 0;
    const level = Math.min(Math.max(zoom, 6) + 5, 19);
    const side = (40075016.7 * Math.cos((land.map.getCenter().lat * Math.PI) / 180)) / 2 ** level;
    const round = Number(side.toPrecision(2));
    DG.note(land.map, "cells", far
      ? DG.fill(labels.cells_note, { n: round >= 1000 ? `${format.decimal(round / 1000, 1)} km` : `${format.integer(round)} m` })
      : "");
  };

  DG.landLayer = (map, config) => {
    const { labels, format } = map.dg;
    const modes = DG.landModes(map, config);
    const filters = Object.fromEntries(["phuong", "chu", "vuong", "gang"].map((name) => [name, DG.query(name) ?? ""]));
    const land = {
      map, config, modes, filters, facts: null, gl: null, styled: false, day: null, lit: null, alone: false, chosen: [], onFacts: [], shown: {},
      mode: Object.keys(modes).find((name) => modes[name].address === DG.query("mau")) ?? "step",
      hidden: new Set((DG.query("an") ?? "").split(",").filter(Boolean)),
    };
    map.dg.land = land;
    land.show = () => {
      paint(land);
      joinWaits(land).catch(() => { land.waitsOf = null; });
      DG.landLegend(land);
      sayCells(land);
      if (land.partial) return;
      DG.note(map, "demo", land.facts.demo ? labels.demo_note : "");
      DG.note(map, "date", DG.fill(labels.data_date, { date: format.date(land.facts.data_date) }));
      const none = config.counts?.some(Boolean) ? labels.hidden_parcels : labels.empty_parcels;
      DG.setStatus(map, "empty", land.facts.parcels ? null : el("p", {}, none));
    };
    land.repaint = () => { if (land.facts) { paint(land); DG.landLegend(land); } };
    land.address = (path, more) => onDay(land, path, more);
    land.get = get;
    land.refresh = () => refresh(land);
    land.busy = false;
    /** Shows another day on the map alone; null is the day of the page. */
    land.goto = (day) => { land.day = day; return refresh(land); };
    const showMode = DG.modeSwitch(map, modes, (name) => {
      land.mode = name;
      land.hidden = new Set();
      DG.setQuery({ mau: name === "step" ? null : modes[name].address, an: null });
      showMode(name);
      if (land.facts) land.show();
    });
    showMode(land.mode);
    map.on("zoomend", () => sayCells(land));
    map.dg.loads.push(refresh(land).then(() => {
      const box = land.facts?.bounds;
      if (box && !map.dg.hasAxis) DG.fitOnce(map, L.latLngBounds([[box[1], box[0]], [box[3], box[2]]]));
    }));
    DG.landPick(land);
    DG.landChosen(land);
    DG.landPanel(land);
    DG.landTime(land);
    DG.measureTool(map);
    DG.exportTools(map, land);
    DG.areaTool(land);
    const look = () => { if (!document.hidden && !land.busy) refresh(land); };
    if (!config.still) setInterval(look, POLL);
    document.addEventListener("visibilitychange", look);
    document.addEventListener("dg:refresh", () => map.refreshParcels());
    map.refreshParcels = async () =>
      (await Promise.all([refresh(land), map.dg.reloadAxis ? map.dg.reloadAxis() : true])).every(Boolean);
  };
})();
