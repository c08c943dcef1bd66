// @ts-check
/* The axis of one project: the clearance boundary, chainage outside it, work fronts, and the band
   handed over (filled), blocked (hollow), blocked and critical (black). */
(() => {
  "use strict";
  const DG = window.DG;
  const STEPS = [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
  const TICK_PIXELS = 64;
  const CORRIDOR_LIMIT = 400;
  const FRONTS_FROM_ZOOM = 12;
  const RANK = { outside: 0, unknown: 1, free: 2, blocked: 3, critical: 4 };

  /** The chainage step whose labels stand far enough apart at this zoom. */
  const tickStep = (map) => {
    const metres = DG.metresPerPixel(map) * TICK_PIXELS;
    return STEPS.find((step) => step >= metres) ?? STEPS[STEPS.length - 1];
  };

  const bandWidth = (zoom) => (zoom >= 16 ? 9 : zoom >= 15 ? 7 : 5);

  /** Two strokes per state: [casing, inner], each [colour, weight]. */
  const bandLook = (tokens, status, width) =>
    ({
      outside: [
        [tokens.none, width],
        [tokens["none-tint"], width - 2],
      ],
      unknown: [
        [tokens["none-text"], width],
        [tokens.paper, width - 2],
      ],
      free: [
        [tokens["ok-text"], width],
        [tokens.ok, width - 2],
      ],
      blocked: [
        [tokens.late, width],
        [tokens.paper, width - 4],
      ],
      critical: [
        [tokens.paper, width + 3],
        [tokens.gang, width],
      ],
    })[status] ?? [
      [tokens.none, width],
      [tokens["none-tint"], width - 2],
    ];

  const asAlignment = (feature) => {
    const p = feature.properties;
    const path = DG.joinedPath(feature.geometry);
    if (!path || !path.length) return null;
    const start = Number(p.start_m) || 0;
    const end = Number.isFinite(p.end_m) && p.end_m > start ? p.end_m : start + path.length;
    const toPath = (m) => ((m - start) / (end - start)) * path.length;
    return {
      code: p.code,
      feature,
      path,
      start,
      end,
      at: (m) => path.at(toPath(m)),
      locate: (m) => path.locate(toPath(m)),
    };
  };

  /** The alignment that a tick at `m` belongs to: the one that passes nearest. */
  const nearest = (alignments, m, [lat, lng]) =>
    alignments
      .filter((one) => m >= one.start - 1 && m <= one.end + 1)
      .map((one) => ({ one, off: Math.hypot(one.at(m)[0] - lat, one.at(m)[1] - lng) }))
      .reduce((best, next) => (best && best.off <= next.off ? best : next), null)?.one;

  const along = (one, from, to) => Array.from({ length: 41 }, (_, i) => one.at(from + ((to - from) * i) / 40));

  DG.axisLayer = (map, config) => {
    const { labels, format, lang } = map.dg;
    const { tokens } = map.dg.style;
    const board = DG.labels(map);
    const renderer = L.svg({ pane: "dg-lines", padding: 0.5 });
    const shared = { pane: "dg-lines", renderer, interactive: false, lineCap: "butt", lineJoin: "round" };
    const group = L.layerGroup().addTo(map);
    let bands = [];
    let leaders = [];
    let dots = [];
    let alignments = [];
    map.dg.hasAxis = true;

    const line = (points, options) => {
      const layer = L.polyline(points, { ...shared, ...options });
      group.addLayer(layer);
      return layer;
    };

    const drawCorridor = (feature) => {
      for (const ring of DG.rings(feature.geometry)) {
        line(ring, { color: tokens.paper, weight: 3.5, opacity: 0.9 });
        line(ring, { color: tokens.gang, weight: 1.6, dashArray: "7 4" });
      }
    };

    const drawRun = (feature) => {
      const p = feature.properties;
      const status = Object.hasOwn(RANK, String(p.status)) ? p.status : "unknown";
      const text = [
        String(p.stations ?? format.run(p.from, p.to)),
        `${DG.own(labels, `run_${status}`) ?? ""} · ${format.integer(Math.round(p.to - p.from))} m`,
      ];
      for (const points of DG.lines(feature.geometry)) {
        const casing = line(points, { interactive: true });
        const inner = line(points, {});
        casing.bindTooltip(() => DG.tip(...text), { sticky: true, className: "dg-tooltip" });
        bands.push({ casing, inner, status });
      }
    };

    /** Chainage stands outside the corridor, with a thin line from the axis to it. */
    const tickItem = (feature, corridors) => {
      const m = Math.round(Number(feature.properties.m));
      const stake = Number(feature.properties.station ?? m);
      const [lng, lat] = feature.geometry.coordinates;
      const node = DG.el(
        "span",
        { class: "dg-label dg-label-tick" },
        String(feature.properties.label ?? format.chainage(m)),
      );
      const room = (target) => stake % tickStep(target) === 0;
      const owner = nearest(alignments, m, [lat, lng]);
      if (!owner) return { node, anchors: [[lat, lng]], sides: ["n"], room, overLines: true };
      const { at, direction } = owner.locate(m);
      const left = [-direction[1], direction[0]];
      const rings = corridors.map((ring) => ring.map(owner.path.flatten));
      const far = DG.reach(at, left, rings, CORRIDOR_LIMIT);
      const edge = owner.path.back([at[0] + left[0] * far, at[1] + left[1] * far]);
      leaders.push({ m: stake, layer: line([[lat, lng], edge], { color: tokens.ink, weight: 0.8, opacity: 0.7 }) });
      return {
        node,
        anchors: [edge],
        sides: [[left[0], -left[1]]],
        gap: far ? 4 : 12,
        room,
        overLines: true,
        pad: 2,
      };
    };

    const frontItem = (feature) => {
      const p = feature.properties;
      const path = feature.geometry.type === "Point" ? null : DG.longestPath(feature.geometry);
      const at = path
        ? path.at(path.length / 2)
        : [feature.geometry.coordinates[1], feature.geometry.coordinates[0]];
      const dot = L.circleMarker(at, {
        ...shared,
        interactive: true,
        radius: 6,
        color: tokens.gang,
        weight: 2,
        fillColor: tokens.paper,
        fillOpacity: 1,
      });
      dot.bindTooltip(() => DG.tip(String(p.code), String((lang === "en" ? p.name_en : p.name_vi) || "")), {
        className: "dg-tooltip",
      });
      group.addLayer(dot);
      dots.push(dot);
      return {
        node: DG.el("span", { class: "dg-label dg-label-front" }, String(p.code)),
        anchors: [at],
        sides: ["s", "n", "e", "w"],
        minZoom: 14,
        gap: 8,
        overLines: true,
      };
    };

    const restyle = () => {
      const width = bandWidth(map.getZoom());
      for (const { casing, inner, status } of bands) {
        const [[outer, a], [core, b]] = bandLook(tokens, status, width);
        casing.setStyle({ color: outer, weight: a });
        inner.setStyle({ color: core, weight: Math.max(b, 1) });
      }
      const step = tickStep(map);
      // Far out the fronts of a long line would hide it.
      const shown = map.getZoom() >= FRONTS_FROM_ZOOM ? 1 : 0;
      for (const dot of dots) dot.setStyle({ opacity: shown, fillOpacity: shown });
      for (const { m, layer } of leaders) layer.setStyle({ opacity: m % step === 0 ? 0.7 : 0 });
    };

    const onData = (data) => {
      group.clearLayers();
      bands = [];
      leaders = [];
      dots = [];
      const of = (kind) =>
        data.features.filter((feature) => feature.properties.kind === kind && feature.geometry);
      alignments = of("alignment").map(asAlignment).filter(Boolean);
      const corridors = of("corridor").flatMap((feature) => DG.rings(feature.geometry));
      of("corridor").forEach(drawCorridor);
      for (const { feature } of alignments) {
        for (const points of DG.lines(feature.geometry)) {
          line(points, {
            color: tokens.gang,
            weight: 2,
            dashArray: feature.properties.schematic ? "2 5" : null,
          });
        }
      }
      const ticks = of("tick").map((feature) => tickItem(feature, corridors));
      of("run")
        .sort((a, b) => (RANK[a.properties.status] ?? -1) - (RANK[b.properties.status] ?? -1))
        .forEach(drawRun);
      board.set("fronts", 1, of("front").map(frontItem));
      board.set("ticks", 2, ticks);
      board.keepClear(
        "axis",
        alignments.flatMap((one) =>
          Array.from({ length: 201 }, (_, i) => one.path.at((i / 200) * one.path.length)),
        ),
      );
      const off = Math.max(
        0,
        ...alignments
          .filter((one) => one.feature.properties.schematic)
          .map((one) => Number(one.feature.properties.accuracy_m) || 0),
      );
      const estimated = alignments.some((one) => one.feature.properties.schematic);
      DG.note(
        map,
        "schematic",
        estimated
          ? off
            ? DG.fill(labels.schematic_note, { n: format.integer(off) })
            : labels.schematic_plain
          : "",
      );
      DG.note(
        map,
        "corridor",
        of("corridor").some((feature) => feature.properties.derived) ? labels.corridor_note : "",
      );
      map.dg.keepRows(
        new Set([
          ...of("run").map((feature) => `run-${feature.properties.status}`),
          ...(corridors.length ? ["corridor"] : []),
        ]),
      );
      restyle();
      DG.fitOnce(
        map,
        L.latLngBounds([
          ...corridors.flat(),
          ...alignments.flatMap((one) => DG.lines(one.feature.geometry).flat()),
        ]),
      );
      tellView();
      map.dg.axisDrawn?.();
    };

    /** The chainage interval in view, per alignment, for the straightened strip. */
    const tellView = () => {
      const view = map.getBounds();
      const shown = alignments.map((one) => {
        const count = 240;
        let [from, to] = [Infinity, -Infinity];
        for (let i = 0; i <= count; i += 1) {
          const m = one.start + ((one.end - one.start) * i) / count;
          if (view.contains(one.at(m))) [from, to] = [Math.min(from, m), Math.max(to, m)];
        }
        return from <= to ? { alignment: one.code, from, to } : { alignment: one.code, from: null, to: null };
      });
      if (shown.length) DG.tell("view", { alignments: shown });
    };

    map.on("zoomend", restyle);
    map.on("moveend", tellView);
    map.dg.reloadAxis = DG.load(map, { url: config.url, subject: "axis", onData });

    /** Brings chainage from…to (m) of an alignment (default: the first) into view; false if there is none. */
    map.fitRun = (from, to, code) => {
      const one = code ? alignments.find((each) => each.code === code) : alignments[0];
      if (!one) return false;
      map.dg.moved = true;
      map.fitBounds(L.latLngBounds(along(one, from, to)), { padding: [70, 70], maxZoom: 18 });
      return true;
    };
    /** The points of a stretch of an alignment; null before the axis has come, or for another code. */
    map.dg.pointsOf = (from, to, code) => {
      const one = alignments.find((each) => each.code === code);
      return one ? along(one, Math.max(from, one.start), Math.min(to, one.end)) : null;
    };
    document.addEventListener("dg:fit-run", (event) =>
      map.fitRun(Number(event.detail.from), Number(event.detail.to), event.detail.alignment),
    );
    DG.watchStrips(map);
  };
})();
