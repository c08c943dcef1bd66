// @ts-check
/* The selection of the project (js/chosen.js) on the map: its cases or parcels outlined, its stretch of the axis lit and in view. */
(() => {
  "use strict";
  const DG = window.DG;

  DG.landChosen = (land) => {
    const { map } = land;
    const { tokens } = map.dg.style;
    const bands = L.layerGroup().addTo(map);
    const parcels = L.geoJSON(null, {
      pane: "dg-lines", interactive: false, style: { color: tokens.focus, weight: 3.4, fill: false, className: "dg-chosen-parcel" },
    }).addTo(map);

    const draw = ({ data, from }) => {
      const alone = data?.outlines ?? []; // of chosen parcels: not the whole case is lit
      land.chosen = data && !alone.length ? data.numbers : [];
      parcels.clearLayers();
      if (alone.length) parcels.addData({ type: "GeometryCollection", geometries: alone });
      bands.clearLayers();
      for (const run of data?.runs ?? []) {
        const points = map.dg.pointsOf?.(run.from_m, run.to_m, run.alignment);
        if (!points) continue;
        const shared = { pane: "dg-lines", interactive: false, lineCap: "butt", className: "dg-chosen-run" };
        L.polyline(points, { ...shared, color: tokens.focus, weight: 15, opacity: 0.35 }).addTo(bands);
      }
      if (land.facts) land.repaint();
      if (!data || from === "map") return;
      const box = data.bounds;
      const bounds = L.latLngBounds(box ? [[box[1], box[0]], [box[3], box[2]]] : []);
      bands.eachLayer((band) => bounds.extend(band.getBounds()));
      if (!bounds.isValid()) return;
      map.dg.viewFixed = map.dg.moved = true;
      map.fitBounds(bounds, { padding: [70, 70], maxZoom: 18, animate: false });
    };

    const again = (from) => { if (DG.chosen !== undefined) draw({ data: DG.chosen, from }); };
    document.addEventListener("dg:chosen", (event) => map.ready.then(() => draw(event.detail)));
    map.ready.then(() => again("load"));
    map.dg.axisDrawn = () => again("map");
  };
})();
