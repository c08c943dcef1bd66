// @ts-check
/* How vector tiles of the land are painted: the colourings, and the MapLibre style made from one of them. */
(() => {
  "use strict";
  const DG = window.DG;
  const SOURCE = "land";
  const EMPTY = { type: "FeatureCollection", features: [] };

  const groupOf = (config) => [
    "match",
    ["get", "s"],
    ...Object.entries(
      Object.entries(config.step_groups).reduce((by, [step, group]) => {
        (by[group] ??= []).push(step);
        return by;
      }, {}),
    ).flatMap(([group, steps]) => [steps, Number(group)]),
    1,
  ];

  /** The colourings by name: address, title, rows for the legend, the key of a parcel as an expression. */
  DG.landModes = (map, config) => {
    const { labels, style } = map.dg;
    const group = groupOf(config);
    const done = (expression) => ["case", ["==", group, 7], "done", expression];
    const step = (n) => ({ key: String(n), label: labels[`step_${n}`], fill: style.steps[n] ?? "hatch" });
    const rows = (list, fills) => list.map(([key, label]) => ({ key, label, fill: fills[key] ?? "hatch" }));
    const named = (facts) => Object.keys(facts.by_obstacle).slice(0, style.categories.length);
    const waits = { 1: "d30", 2: "d90", 3: "d180", 4: "later" };
    return {
      step: {
        address: "buoc", title: labels.steps_title, hint: labels.steps_hint,
        key: () => ["to-string", group],
        rows: (facts) => [1, 2, 3, 4, 5, 6, 7].map((n) => ({ ...step(n), count: facts.by_group[n - 1] })),
      },
      wait: {
        address: "ban-giao", title: labels.wait_title, hint: labels.wait_hint, state: true,
        // Which parcel waits how long is joined from a list by case: a tile stays as it is when forecasts move.
        key: () => done(["coalesce", ["feature-state", "w"], "unknown"]),
        rows: (facts) =>
          ["later", "d180", "d90", "d30", "done"].map((key) => ({
            key, label: labels[`wait_${key}`], fill: style.waits[key] ?? "hatch",
            count: facts.by_wait[Object.keys(waits).find((n) => waits[n] === key) ?? "0"] ?? 0,
          })),
      },
      obstacle: {
        address: "vuong-mac", title: labels.obstacle_title, hint: labels.obstacle_hint,
        key: (facts) => {
          const codes = named(facts);
          const which = codes.length
            ? ["match", ["coalesce", ["get", "v"], ""], ...codes.flatMap((code) => [code, `= ${code}`]), "other"]
            : "other";
          return ["case", ["has", "v"], which, "none"];
        },
        rows: (facts) => {
          const codes = named(facts);
          const rest = Object.entries(facts.by_obstacle).filter(([code]) => !codes.includes(code));
          const all = Object.values(facts.by_obstacle).reduce((sum, n) => sum + n, 0);
          return [
            ...codes.map((code, i) => ({
              key: `= ${code}`, label: String(DG.own(config.obstacles, code) ?? code),
              fill: style.categories[i], count: facts.by_obstacle[code],
            })),
            ...(rest.length
              ? [{ key: "other", label: labels.obstacle_other, fill: style.tokens.none, count: rest.reduce((s, [, n]) => s + n, 0) }]
              : []),
            { key: "none", label: labels.obstacle_none, fill: style.tokens.paper, count: facts.parcels - all },
          ];
        },
      },
      owner: {
        address: "chu", title: labels.owner_title, hint: labels.owner_hint,
        key: () => ["get", "o"],
        rows: (facts) =>
          rows([["h", labels.owner_h], ["o", labels.owner_o]], { h: style.steps[4], o: style.categories[0] }).map(
            (row) => ({ ...row, count: facts.by_owner[row.key] ?? 0 }),
          ),
      },
    };
  };

  /** The condition of the filters that hold for single parcels: ward, owner, obstacle, critical. */
  DG.landFilter = (filters, facts) => {
    const parts = ["all"];
    if (filters.phuong) parts.push(["==", ["get", "w"], filters.phuong]);
    if (filters.chu) parts.push(["==", ["get", "o"], filters.chu]);
    if (filters.vuong === "-") parts.push(["!", ["has", "v"]]);
    else if (filters.vuong) parts.push(["==", ["coalesce", ["get", "v"], ""], filters.vuong]);
    if (filters.gang) parts.push(criticalOf(facts));
    return parts;
  };

  const criticalOf = (facts) => numbered(facts.critical.map((row) => row[0]));

  /** The parcels of the cases with these numbers. */
  const numbered = (all) => {
    const numbers = [...new Set(all)];
    return numbers.length ? ["match", ["get", "k"], numbers, true, false] : ["literal", false];
  };

  const COUNTS = [1, 2, 3, 4, 5, 6, 7].map((n) => ["coalesce", ["get", `n${n}`], 0]);

  /** Fill of a cell: the step group of most of its parcels, of those that are not hidden; at a tie the one behind. */
  const cellKey = (hidden) => {
    const counts = COUNTS.map((count, i) => (hidden.has(String(i + 1)) ? 0 : count));
    const most = ["max", ...counts];
    return ["case", ["==", most, 0], "", ...counts.flatMap((count, i) => [["==", count, most], String(i + 1)]), ""];
  };

  const colours = (key, rows, other) => {
    const plain = rows.filter((row) => row.fill !== "hatch");
    return plain.length ? ["match", key, ...plain.flatMap((row) => [row.key, row.fill]), other] : other;
  };

  /** Fills, outlines and filters of every layer for the colouring `mode`, as [layer, kind, name, value] to be set. */
  DG.landPaint = (map, config, { mode, modes, facts, hidden, filters, lit, alone, chosen, shown }) => {
    const { tokens } = map.dg.style;
    const rows = modes[mode].rows(facts);
    const key = modes[mode].key(facts);
    const gone = rows.filter((row) => hidden.has(row.key)).map((row) => row.key);
    const filter = DG.landFilter(filters, facts);
    const own = modes[mode].state ? filter : [...filter, ...(gone.length ? [["!", ["in", key, ["literal", gone]]]] : [])];
    // A state of a feature cannot stand in a filter: hidden rows of such a colouring become transparent.
    const clear = modes[mode].state && gone.length ? ["case", ["in", key, ["literal", gone]], 0, 1] : 1;
    const steps = modes.step.rows(facts);
    const cells = cellKey(mode === "step" ? hidden : new Set());
    const hatched = rows.some((row) => row.fill === "hatch" && !hidden.has(row.key));
    const done = ["==", groupOf(config), 7];
    const on = (name) => (shown[name] === false ? "none" : "visible");
    return [
      ["cells", "paint", "fill-color", colours(cells, steps, "rgba(0,0,0,0)")],
      ["cells", "filter", null, ["!=", cells, ""]],
      ["cells-done", "filter", null, ["==", cells, "7"]],
      ["parcels", "paint", "fill-color", colours(key, rows, modes[mode].state ? tokens.none : tokens.paper)],
      ["parcels", "paint", "fill-opacity", clear],
      ["parcels", "filter", null, own],
      ["parcels-done", "filter", null, hatched ? [...own, done] : ["literal", false]],
      ["outline", "filter", null, own],
      ["critical-halo", "filter", null, [...own, criticalOf(facts)]],
      ["critical", "filter", null, [...own, criticalOf(facts)]],
      ["lit", "filter", null, numbered([...chosen, ...(lit === null || alone ? [] : [lit])])],
      ...["cells", "cells-done", "parcels", "parcels-done", "outline"].map((id) => [id, "layout", "visibility", on("parcels")]),
      ...["critical-halo", "critical", "critical-far"].map((id) => [id, "layout", "visibility", on("critical")]),
    ];
  };

  /** The MapLibre style of a land map; `tiles` is the address of its tiles. */
  DG.landStyle = (map, config, tiles, facts) => {
    const { tokens } = map.dg.style;
    const of = (layer) => ({ source: SOURCE, "source-layer": layer });
    const near = ["interpolate", ["linear"], ["zoom"]];
    return {
      version: 8,
      sources: {
        [SOURCE]: { type: "vector", tiles: [tiles], minzoom: 6, maxzoom: 17, promoteId: { parcels: "k" } },
        critical: { type: "geojson", data: EMPTY },
      },
      layers: [
        { id: "cells", type: "fill", ...of("cells"), paint: { "fill-outline-color": "rgba(255,255,255,.5)" } },
        { id: "cells-done", type: "fill", ...of("cells"), paint: { "fill-pattern": "hatch" } },
        { id: "parcels", type: "fill", ...of("parcels"), paint: {} },
        { id: "parcels-done", type: "fill", ...of("parcels"), paint: { "fill-pattern": "hatch" } },
        {
          id: "outline", type: "line", ...of("parcels"),
          paint: { "line-color": tokens["step-outline"], "line-width": [...near, 12, 0, 14, 0.3, 16, 0.8] },
        },
        {
          id: "critical-halo", type: "line", ...of("parcels"),
          paint: { "line-color": tokens.paper, "line-width": [...near, 12, 2, 15, 5.2] },
        },
        {
          id: "critical", type: "line", ...of("parcels"),
          paint: { "line-color": tokens.gang, "line-width": [...near, 12, 0.8, 15, 2.6] },
        },
        {
          id: "lit", type: "line", ...of("parcels"),
          paint: { "line-color": tokens.focus, "line-width": 3.4 },
        },
        {
          id: "critical-far", type: "circle", source: "critical", maxzoom: facts.detail_zoom,
          paint: {
            "circle-color": tokens.gang, "circle-radius": 4, "circle-stroke-color": tokens.paper, "circle-stroke-width": 1.5,
          },
        },
      ],
    };
  };

  /** A 45° hatch of `colour` on white as an image without a seam, for land that was handed over. */
  DG.hatchImage = (colour) => {
    const side = 12;
    const tile = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const brush = tile.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, side, side);
    brush.strokeStyle = colour;
    brush.lineWidth = 2.6;
    for (const shift of [-side, 0, side]) {
      brush.beginPath();
      brush.moveTo(shift - 2, side + 2);
      brush.lineTo(shift + side + 2, -2);
      brush.stroke();
    }
    return brush.getImageData(0, 0, side, side);
  };
})();
