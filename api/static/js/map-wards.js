// @ts-check
/* Wards and communes: boundaries where they are loaded, otherwise the names at their centres. */
(() => {
  "use strict";
  const DG = window.DG;

  // A ward name gives way: it moves off a project's line, or is left out.
  const BESIDE_LINES = { sides: ["c", "n", "s"], gap: 3, limit: 8 };

  /** Centre of area of a ring of [lat, lng], and the area in square degrees (for ranking only). */
  const centreOf = (ring) => {
    let [area, lat, lng] = [0, 0, 0];
    for (let i = 1; i < ring.length; i += 1) {
      const cross = ring[i - 1][1] * ring[i][0] - ring[i][1] * ring[i - 1][0];
      area += cross;
      lat += (ring[i - 1][0] + ring[i][0]) * cross;
      lng += (ring[i - 1][1] + ring[i][1]) * cross;
    }
    return area
      ? { at: [lat / (3 * area), lng / (3 * area)], area: Math.abs(area / 2) }
      : { at: ring[0], area: 0 };
  };

  const labelOf = (name) => DG.el("span", { class: "dg-label dg-label-ward" }, String(name));

  DG.wardLayer = (map, config) => {
    const { tokens } = map.dg.style;
    const board = DG.labels(map);
    const renderer = L.svg({ pane: "dg-wards", padding: 0.4 });
    const group = L.layerGroup().addTo(map);

    const drawArea = (feature) => {
      const rings = DG.lines(feature.geometry);
      const layer = L.polygon(
        rings.map((ring) => [ring]),
        {
          pane: "dg-wards",
          renderer,
          interactive: false,
          weight: 1,
          color: tokens["ward-line"],
          fill: config.fill,
          fillColor: tokens.land,
          fillOpacity: 1,
        },
      );
      group.addLayer(layer);
      const largest = rings.map(centreOf).reduce((best, one) => (one.area > best.area ? one : best));
      const bounds = layer.getBounds();
      // A name that is wider than its ward says more about its neighbour.
      const room = (m, size) =>
        m.latLngToContainerPoint(bounds.getNorthEast()).x -
          m.latLngToContainerPoint(bounds.getSouthWest()).x >
        size.w * 0.8;
      return {
        node: labelOf(feature.properties.name),
        anchors: [largest.at],
        ...BESIDE_LINES,
        area: largest.area,
        pad: 6,
        room,
      };
    };

    const drawCentre = (feature) => {
      const [lng, lat] = feature.geometry.coordinates;
      return {
        node: labelOf(feature.properties.name),
        anchors: [[lat, lng]],
        ...BESIDE_LINES,
        area: 0,
        pad: 14,
      };
    };

    DG.load(map, {
      url: config.url,
      subject: "wards",
      onData: (data) => {
        group.clearLayers();
        const items = data.features
          .filter((feature) => feature.geometry)
          .map((feature) => {
            if (feature.geometry.type === "Point") return drawCentre(feature);
            return DG.lines(feature.geometry).length ? drawArea(feature) : null;
          })
          .filter(Boolean);
        const bounded = items.some((item) => item.area > 0);
        map.getContainer().classList.toggle("has-wards", bounded);
        board.set(
          "wards",
          9,
          items.sort((a, b) => b.area - a.area),
        );
      },
    });
  };
})();
