// @ts-check
/* What an import would change: parcels by kind, dashed outlines of what was before; a popup with m² before and after. */
(() => {
  "use strict";
  const DG = window.DG;

  DG.diffLayer = (map, config) => {
    const { labels, format, style } = map.dg;
    const renderer = L.canvas({ pane: "dg-parcels", padding: 0.3 });
    const group = L.featureGroup().addTo(map);

    const look = (told) =>
      told.outline
        ? { fill: false, weight: 2, dashArray: "4 3", color: style.tokens.ink }
        : {
            weight: told.kind === "dropped" ? 2 : 1,
            dashArray: told.kind === "dropped" ? "6 4" : null,
            color: style.tokens.ink,
            fillColor: DG.own(config.colours, told.kind) ?? style.tokens.none,
            fillOpacity: 0.65,
          };

    const card = (told) => {
      const rows = [];
      if (Number.isFinite(told.before_m2)) rows.push([labels.diff_before, format.area(told.before_m2)]);
      if (told.kind !== "dropped" && Number.isFinite(told.after_m2)) rows.push([labels.diff_after, format.area(told.after_m2)]);
      return DG.card({
        title: DG.fill(labels.diff_parcel, { sheet: told.sheet, number: told.number }),
        subtitle: labels[`diff_${told.kind}`] ?? told.kind,
        parts: [DG.facts(rows)],
      });
    };

    DG.load(map, {
      url: config.url,
      subject: "changes",
      onData: (data) => {
        group.clearLayers();
        for (const feature of data.features) {
          const told = feature.properties;
          const layer = L.polygon(L.GeoJSON.coordsToLatLngs(feature.geometry.coordinates, 2), {
            pane: "dg-parcels",
            renderer,
            ...look(told),
          });
          if (told.outline) layer.options.interactive = false;
          else layer.on("click", (event) => DG.openPopup(map, event.latlng, card(told)));
          group.addLayer(layer);
        }
        if (data.shown < data.total)
          DG.note(map, "capped", DG.fill(labels.diff_capped, { shown: format.integer(data.shown), total: format.integer(data.total) }));
        if (data.features.length) DG.fitOnce(map, group.getBounds());
      },
    });
  };
})();
