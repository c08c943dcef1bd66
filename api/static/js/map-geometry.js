// @ts-check
/* Lines on the ground, in local metres: lengths, points at a distance, normals, the width of a corridor. */
(() => {
  "use strict";
  const DG = window.DG;
  const METRES = 111320;

  const flip = (points) => points.map(([lng, lat]) => [lat, lng]);

  /** Every ring of a polygon, holes too: a corridor around a lake has an inner edge. */
  DG.rings = (geometry) => {
    if (geometry?.type === "Polygon") return geometry.coordinates.map(flip);
    return geometry?.type === "MultiPolygon" ? geometry.coordinates.flat().map(flip) : [];
  };

  /** The line parts of a GeoJSON geometry as arrays of [lat, lng]; outer rings for polygons. */
  DG.lines = (geometry) => {
    switch (geometry && geometry.type) {
      case "LineString":
        return [flip(geometry.coordinates)];
      case "MultiLineString":
        return geometry.coordinates.map(flip);
      case "Polygon":
        return [flip(geometry.coordinates[0])];
      case "MultiPolygon":
        return geometry.coordinates.map((rings) => flip(rings[0]));
      case "GeometryCollection":
        return geometry.geometries.flatMap(DG.lines);
      default:
        return [];
    }
  };

  /** A path in metres around its first point: the flat approximation is good to 0.1 % over Hanoi. */
  DG.path = (points) => {
    const [lat0, lng0] = points[0];
    const kx = METRES * Math.cos((lat0 * Math.PI) / 180);
    const flat = points.map(([lat, lng]) => [(lng - lng0) * kx, (lat - lat0) * METRES]);
    const back = ([x, y]) => [lat0 + y / METRES, lng0 + x / kx];
    const along = [0];
    for (let i = 1; i < flat.length; i += 1) {
      along.push(along[i - 1] + Math.hypot(flat[i][0] - flat[i - 1][0], flat[i][1] - flat[i - 1][1]));
    }
    const length = along[along.length - 1];
    const locate = (distance) => {
      const d = Math.min(Math.max(distance, 0), length);
      let i = 1;
      while (i < along.length - 1 && along[i] < d) i += 1;
      const part = along[i] - along[i - 1] || 1;
      const t = (d - along[i - 1]) / part;
      const [ax, ay] = flat[i - 1];
      const [bx, by] = flat[i];
      return {
        at: [ax + t * (bx - ax), ay + t * (by - ay)],
        direction: [(bx - ax) / part, (by - ay) / part],
      };
    };
    const flatten = ([lat, lng]) => [(lng - lng0) * kx, (lat - lat0) * METRES];
    return { length, flat, flatten, back, locate, at: (distance) => back(locate(distance).at) };
  };

  /** All parts of a geometry one after the other as one path: between two parts chainage runs on over the gap. */
  DG.joinedPath = (geometry) => {
    const points = DG.lines(geometry).flat();
    return points.length > 1 ? DG.path(points) : null;
  };

  /** The longest part of a geometry as a path, or null. */
  DG.longestPath = (geometry) => {
    const paths = DG.lines(geometry)
      .filter((points) => points.length > 1)
      .map(DG.path);
    return paths.reduce((best, path) => (best && best.length >= path.length ? best : path), null);
  };

  /** Distance in metres from `at` along `direction` to the farthest crossing with `rings` (flat), within `limit`. */
  DG.reach = (at, direction, rings, limit) => {
    let far = 0;
    for (const ring of rings) {
      for (let i = 1; i < ring.length; i += 1) {
        const [ax, ay] = ring[i - 1];
        const ex = ring[i][0] - ax;
        const ey = ring[i][1] - ay;
        const cross = direction[0] * ey - direction[1] * ex;
        if (Math.abs(cross) < 1e-9) continue;
        const t = ((ax - at[0]) * ey - (ay - at[1]) * ex) / cross;
        const u = ((ax - at[0]) * direction[1] - (ay - at[1]) * direction[0]) / cross;
        if (t > far && t < limit && u >= 0 && u <= 1) far = t;
      }
    }
    return far;
  };

  /** Metres of one screen pixel at the centre of the map. */
  DG.metresPerPixel = (map) =>
    (40075016.7 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);
})();
