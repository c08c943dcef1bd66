// @ts-check
/* One board places every label of a map, so that project names, chainages, fronts and wards do not cover each
   other, the lines they name, or the controls. Worst projects choose first. */
(() => {
  "use strict";
  const DG = window.DG;
  const SIDES = {
    e: [1, 0],
    w: [-1, 0],
    n: [0, -1],
    s: [0, 1],
    ne: [1, -1],
    se: [1, 1],
    nw: [-1, -1],
    sw: [-1, 1],
    c: [0, 0],
  };
  const GAP = 9;

  const overlaps = (a, b, pad = 0) =>
    a.x < b.x + b.w + pad && b.x < a.x + a.w + pad && a.y < b.y + b.h + pad && b.y < a.y + a.h + pad;

  /** The box of a w × h label that stands beside point p in `direction` (unit steps or a vector in pixels). */
  const beside = (p, direction, size, gap) => {
    const reach = Math.max(Math.abs(direction[0]), Math.abs(direction[1])) || 1;
    const [dx, dy] = [direction[0] / reach, direction[1] / reach];
    const diagonal = dx && dy ? 0.6 : 1;
    return {
      x: p.x + dx * (size.w / 2 + gap * diagonal) - size.w / 2,
      y: p.y + dy * (size.h / 2 + gap * diagonal) - size.h / 2,
      w: size.w,
      h: size.h,
    };
  };

  const measure = (pane, item) => {
    if (item.size) return item.size;
    if (item.compact) item.compact(false);
    const added = !item.node.parentNode;
    if (added) pane.append(item.node);
    item.size = { w: item.node.offsetWidth, h: item.node.offsetHeight };
    if (added) item.node.remove();
    return item.size;
  };

  class Board {
    constructor(map) {
      this.map = map;
      this.pane = map.getPane("dg-labels");
      this.groups = new Map();
      this.avoid = new Map();
      this.request = 0;
      map.on("moveend zoomend resize", () => this.soon());
      // Measured before the web font arrives a label would be too narrow.
      if (document.fonts) document.fonts.ready.then(() => this.remeasure());
    }

    /** Replaces the labels of `name`. Item: node, anchors [lat, lng][], sides, gap?, pad?, limit?, overLines?, compact?(small), minZoom?, room?(map, size) */
    set(name, priority, items) {
      for (const item of this.groups.get(name)?.items ?? []) item.node.remove();
      this.groups.set(name, { priority, items });
      this.soon();
    }

    /** Points [lat, lng] that labels should leave visible. */
    keepClear(name, points) {
      this.avoid.set(name, points);
      this.soon();
    }

    remeasure() {
      for (const { items } of this.groups.values())
        for (const item of items) item.size = item.smallSize = null;
      this.soon();
    }

    soon() {
      if (!this.request)
        this.request = requestAnimationFrame(() => {
          this.request = 0;
          this.layout();
        });
    }

    /** Boxes of controls and overlays, in container pixels. */
    controls() {
      const frame = this.map.getContainer().getBoundingClientRect();
      const nodes = this.map.getContainer().querySelectorAll(".leaflet-control, .dg-switch, .dg-status");
      return [...nodes]
        .map((node) => node.getBoundingClientRect())
        .filter((r) => r.width && r.height)
        .map((r) => ({ x: r.left - frame.left, y: r.top - frame.top, w: r.width, h: r.height }));
    }

    layout() {
      const { map } = this;
      const view = map.getSize();
      if (!view.x || !view.y) return;
      const scene = {
        view,
        zoom: map.getZoom(),
        taken: [],
        controls: this.controls(),
        points: [...this.avoid.values()]
          .flat()
          .map((point) => map.latLngToContainerPoint(point))
          .filter((p) => p.x > -20 && p.y > -20 && p.x < view.x + 20 && p.y < view.y + 20),
      };
      const groups = [...this.groups.values()].sort((a, b) => a.priority - b.priority);
      for (const { items } of groups) for (const item of items) this.place(item, scene);
    }

    place(item, scene) {
      const { map, pane } = this;
      const shown =
        scene.zoom >= (item.minZoom ?? 0) &&
        !item.hidden &&
        (!item.room || item.room(map, measure(pane, item)));
      const best = shown ? this.best(item, scene) : null;
      if (!best) {
        item.node.remove();
        return;
      }
      if (item.compact) item.compact(best.small);
      scene.taken.push(best.box);
      item.previous = best.key;
      if (item.node.parentNode !== pane) pane.append(item.node);
      L.DomUtil.setPosition(
        item.node,
        map.containerPointToLayerPoint([Math.round(best.box.x), Math.round(best.box.y)]),
      );
    }

    /** The least bad box: near the middle, free of labels, controls and lines; null when there is none. */
    best(item, scene) {
      const size = measure(this.pane, item);
      let best = null;
      const anchors = item.anchors.map((anchor) => this.map.latLngToContainerPoint(anchor));
      anchors.forEach((p, i) => {
        if (p.x < 0 || p.y < 0 || p.x > scene.view.x || p.y > scene.view.y) return;
        item.sides.forEach((side, j) => {
          const key = `${scene.zoom} ${i} ${j}`;
          const box = beside(p, typeof side === "string" ? SIDES[side] : side, size, item.gap ?? GAP);
          const score =
            (i * 14) / anchors.length + j + this.cost(box, scene, item) - (key === item.previous ? 6 : 0);
          if (!best || score < best.score) best = { score, box, key, small: false };
        });
      });
      if (best && best.score < (item.limit ?? 300)) return best;
      return item.compact ? this.small(item, anchors, scene) : null;
    }

    /** The mark alone, on its line, where even that covers no other label. */
    small(item, anchors, scene) {
      if (!item.smallSize) {
        item.compact(true);
        item.smallSize = measure(this.pane, { node: item.node });
        item.compact(false);
      }
      for (const p of anchors) {
        const box = beside(p, SIDES.c, item.smallSize, 0);
        if (this.cost(box, { ...scene, points: [] }, item) < 300) return { box, key: "small", small: true };
      }
      return null;
    }

    cost(box, scene, item) {
      let cost = 0;
      if (box.x < 2 || box.y < 2 || box.x + box.w > scene.view.x - 2 || box.y + box.h > scene.view.y - 2)
        cost += 500;
      for (const taken of scene.taken) if (overlaps(box, taken, item.pad ?? 3)) cost += 500;
      for (const control of scene.controls) if (overlaps(box, control, 2)) cost += 500;
      if (!item.overLines)
        for (const p of scene.points) if (overlaps(box, { x: p.x, y: p.y, w: 0, h: 0 }, 4)) cost += 8;
      return cost;
    }
  }

  /** The label board of a map. */
  DG.labels = (map) => (map.dg.board ??= new Board(map));
})();
