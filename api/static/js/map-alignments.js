// @ts-check
/* The portfolio: a line (or the outline of an area) per project, coloured and weighted by lateness, on a dark
   casing, with its name and signed days at the line. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;
  const ORDER = ["none", "ok", "risk", "late"];
  const AROUND = ["ne", "se", "nw", "sw", "e", "w", "n", "s"];
  const SAMPLES = 24;

  const lightOf = (properties) => (ORDER.includes(properties.light) ? properties.light : "none");

  /** What a person reads of one feature, in the language of the map. */
  const textsOf = (map, feature) => {
    const { labels, format, lang } = map.dg;
    const p = feature.properties;
    const light = lightOf(p);
    const known = light !== "none" && Number.isFinite(p.slip_days);
    const isArea = /Polygon$/.test(feature.geometry?.type ?? "");
    const width = Number.isFinite(p.accuracy_m) ? format.integer(p.accuracy_m) : null;
    return {
      name: String((lang === "en" ? p.short_en : p.short_vi) || p.short_vi || p.code),
      signed: known && p.slip_days !== 0 ? format.signed(p.slip_days) : "",
      verdict:
        labels[`light_${light}`] +
        (known ? `: ${DG.fill(labels.slip, { days: format.days(p.slip_days) })}` : ""),
      schematic: !p.schematic
        ? ""
        : width
          ? DG.fill(isArea ? labels.schematic_area : labels.schematic, { n: width })
          : labels.schematic_plain,
    };
  };

  /** A published figure as [subject, figure, date and source]; a claim of the page is such a row already. */
  const claimRow = (format, claim) => {
    if (Array.isArray(claim)) return claim;
    const { value, numerator, denominator } = claim;
    const whole = Number.isFinite(numerator) && Number.isFinite(denominator) && denominator > 0;
    const figure = whole
      ? `${format.decimal(numerator)} / ${format.decimal(denominator)} ${claim.unit} (${format.decimal((100 * numerator) / denominator, 1)}%)`
      : Number.isFinite(value ?? numerator)
        ? `${format.decimal(value ?? numerator)} ${claim.unit}`
        : null;
    const date = /^\d{4}-\d\d-\d\d/.test(claim.as_of ?? "") ? format.date(claim.as_of) : claim.as_of;
    return [claim.subject, figure, [date, claim.source].filter(Boolean).join(" · ")];
  };

  /** Middle first: the label likes the centre of its line, but takes any part that is in view. */
  const anchorsOf = (geometry) => {
    const path = DG.longestPath(geometry);
    if (!path) return [];
    return Array.from({ length: SAMPLES + 1 }, (_, i) => i / SAMPLES)
      .sort((a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5))
      .map((share) => path.at(share * path.length));
  };

  const pointsAlong = (geometry) =>
    DG.lines(geometry)
      .filter((points) => points.length > 1)
      .flatMap((points) => {
        const path = DG.path(points);
        const count = Math.min(60, Math.max(4, Math.ceil(path.length / 400)));
        return Array.from({ length: count + 1 }, (_, i) => path.at((i / count) * path.length));
      });

  DG.alignmentLayer = (map, config) => {
    const { labels, style } = map.dg;
    const board = DG.labels(map);
    const renderer = L.svg({ pane: "dg-lines", padding: 0.4 });
    const shared = { pane: "dg-lines", renderer, interactive: false, lineJoin: "round", lineCap: "butt" };
    let drawn = new Map();
    let only = null;
    let lit = null;

    const card = (entry) => {
      const { properties: p } = entry.feature;
      const own = DG.own(config.popups, p.code) ?? { facts: [], claims: [] };
      const claims = [...(p.claims ?? []), ...own.claims].map((claim) => claimRow(map.dg.format, claim));
      const parts = [
        el("p", { class: `dg-verdict dg-verdict-${entry.light}` }, entry.texts.verdict),
        DG.facts(own.facts),
      ];
      if (claims.length) {
        parts.push(el("h4", { class: "dg-card-section" }, labels.published), DG.facts(claims));
      }
      if (entry.texts.schematic) parts.push(el("p", { class: "dg-note" }, entry.texts.schematic));
      const code = encodeURIComponent(p.code);
      return DG.card({
        mark: style.lights[entry.light].shape,
        title: entry.texts.name,
        parts,
        links: [
          [labels.open_project, DG.link(`/du-an/${code}/ban-do`)],
          [labels.open_report, DG.link(`/bao-cao-cham/${code}`)],
        ],
      });
    };

    const light = (code, told) => {
      if (code === lit) return;
      for (const [key, on] of [
        [lit, false],
        [code, true],
      ]) {
        const entry = drawn.get(key);
        if (!entry) continue;
        entry.casing.setStyle({
          color: on ? style.tokens.focus : style.tokens.gang,
          weight: entry.casingWeight + (on ? 4 : 0),
          opacity: on || !entry.dashed ? 1 : 0,
        });
        entry.label.classList.toggle("is-lit", on);
        if (on) for (const layer of [entry.casing, entry.line, entry.hit]) layer.bringToFront();
      }
      lit = code;
      if (!told) DG.tell("highlight", { code, from: "map" });
    };

    const draw = (feature) => {
      const key = lightOf(feature.properties);
      const look = style.lights[key];
      const texts = textsOf(map, feature);
      const isArea = /Polygon$/.test(feature.geometry.type);
      const rings = DG.lines(feature.geometry);
      const weight = isArea ? Math.min(look.weight, 3) : look.weight;
      const make = isArea ? L.polygon : L.polyline;
      // A dashed line has no casing: the gaps would fill with it.
      const casingWeight = weight + 2.4;
      const casing = make(rings, {
        ...shared,
        fill: false,
        color: style.tokens.gang,
        weight: casingWeight,
        opacity: look.dash ? 0 : 1,
      });
      const line = make(rings, {
        ...shared,
        color: look.colour,
        weight,
        opacity: 1,
        dashArray: look.dash,
        fill: isArea,
        fillColor: look.colour,
        fillOpacity: 0.12,
      });
      const hit = make(rings, {
        ...shared,
        interactive: true,
        color: "#000",
        opacity: 0,
        weight: 24,
        fill: isArea,
        fillOpacity: 0,
        className: "dg-hit",
      });
      const label = el(
        "button",
        {
          type: "button",
          class: `dg-label dg-label-project dg-light-${key}`,
          "aria-label": [texts.name, texts.verdict].join(". "),
        },
        DG.mark(look.shape),
        el("span", { class: "dg-label-text" }, texts.signed ? `${texts.name} ${texts.signed}` : texts.name),
      );
      const entry = {
        feature,
        light: key,
        dashed: Boolean(look.dash),
        texts,
        casing,
        casingWeight,
        line,
        hit,
        label,
      };
      const open = (latlng, opener) => DG.openPopup(map, latlng, card(entry), { opener });
      const code = feature.properties.code;
      hit.bindTooltip(() => DG.tip(texts.name, texts.verdict, texts.schematic), {
        sticky: true,
        className: "dg-tooltip",
      });
      hit
        .on("mouseover", () => light(code))
        .on("mouseout", () => light(null))
        .on("click", (event) => open(event.latlng, null));
      L.DomEvent.disableClickPropagation(label);
      label.addEventListener("click", (event) => open(anchors[0], event.detail ? null : label));
      for (const [type, value] of [
        ["mouseenter", code],
        ["mouseleave", null],
        ["focus", code],
        ["blur", null],
      ])
        label.addEventListener(type, () => light(value));
      const anchors = anchorsOf(feature.geometry);
      entry.item = {
        node: label,
        anchors,
        sides: AROUND,
        compact: (small) => label.classList.toggle("is-small", small),
      };
      drawn.set(code, entry);
      return entry;
    };

    const group = L.layerGroup().addTo(map);
    const show = () => {
      group.clearLayers();
      const entries = [...drawn.values()].filter((entry) => !only || only.has(entry.feature.properties.code));
      for (const entry of entries) group.addLayer(entry.casing);
      for (const entry of entries) group.addLayer(entry.line).addLayer(entry.hit);
      const worst = [...entries].reverse();
      board.set(
        "projects",
        0,
        worst.map((entry) => entry.item),
      );
      board.keepClear(
        "projects",
        entries.flatMap((entry) => (entry.points ??= pointsAlong(entry.feature.geometry))),
      );
    };

    DG.load(map, {
      url: config.url,
      subject: "projects",
      onData: (data) => {
        lit = null;
        drawn = new Map();
        const rank = ({ properties: p }) => ORDER.indexOf(lightOf(p)) * 1e6 + (Number(p.slip_days) || 0);
        const features = data.features
          .filter((feature) => DG.lines(feature.geometry).length)
          .sort((a, b) => rank(a) - rank(b));
        features.forEach(draw);
        show();
        const worst = Math.max(
          0,
          ...features.filter((f) => f.properties.schematic).map((f) => Number(f.properties.accuracy_m) || 0),
        );
        DG.note(
          map,
          "schematic",
          worst ? DG.fill(labels.schematic_note, { n: map.dg.format.integer(worst) }) : "",
        );
        DG.setStatus(map, "empty", features.length ? null : el("p", {}, labels.empty_projects));
        DG.fitOnce(map, L.latLngBounds(features.flatMap((feature) => DG.lines(feature.geometry).flat())));
      },
    });

    DG.onHighlight((code) => light(code, true));
    document.addEventListener("dg:filter", (event) => {
      only = event.detail?.codes ? new Set(event.detail.codes) : null;
      map.closePopup();
      show();
    });
    /** Opens the popup of a project and brings it into view; false if the map does not have it. */
    map.openProject = (code) => {
      const entry = drawn.get(code);
      if (!entry) return false;
      map.fitBounds(entry.line.getBounds(), { padding: [60, 60], maxZoom: 14 });
      DG.openPopup(map, entry.item.anchors[0], card(entry));
      return true;
    };
  };
})();
