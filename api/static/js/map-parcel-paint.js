// @ts-check
/* Parcels on a canvas: flat fill or 45° hatch, black outline with a white halo where a parcel holds the
   critical path, the step number inside from zoom 18. */
(() => {
  "use strict";
  const DG = window.DG;
  const HATCH = 6;

  /** A 45° hatch of `colour` on white; the tile repeats without a seam. */
  const hatchPattern = (context, colour) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = HATCH * 2;
    const brush = tile.getContext("2d");
    brush.scale(2, 2);
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, HATCH, HATCH);
    brush.strokeStyle = colour;
    brush.lineWidth = 1.3;
    for (const shift of [-HATCH, 0, HATCH]) {
      brush.beginPath();
      brush.moveTo(shift - 1, HATCH + 1);
      brush.lineTo(shift + HATCH + 1, -1);
      brush.stroke();
    }
    const pattern = context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(0.5));
    return pattern;
  };

  const isDark = (colour) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
    return 0.299 * r + 0.587 * g + 0.114 * b < 130;
  };

  /** Line weights of one zoom: outline, critical outline, its halo. Far out outlines would blacken the map. */
  const weights = (zoom) => {
    if (zoom < 14) return { thin: 0, strong: 0.8, halo: 2 };
    if (zoom < 16) return { thin: 0.4, strong: 1.2, halo: 3.2 };
    return { thin: 0.8, strong: 2.6, halo: 5.2 };
  };

  const stroke = (context, colour, width) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  };

  /** The outline of a drawn layer as the current path. */
  const trace = (context, layer) => {
    context.beginPath();
    for (const part of layer._parts) {
      part.forEach((p, i) => (i ? context.lineTo(p.x, p.y) : context.moveTo(p.x, p.y)));
      context.closePath();
    }
  };

  const writeNumber = (context, at, look, tokens) => {
    context.font = "600 12px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    if (look.fill === "hatch") {
      context.lineWidth = 4;
      context.strokeStyle = tokens.paper;
      context.strokeText(look.number, at.x, at.y);
    }
    context.fillStyle = look.fill !== "hatch" && isDark(look.fill) ? tokens.paper : tokens.ink;
    context.fillText(look.number, at.x, at.y);
  };

  DG.ParcelCanvas = L.Canvas.extend({
    _fillStroke(context, layer) {
      const { look, middle } = layer.options;
      if (!look || look.hidden) return;
      const { tokens, numbers } = this.options;
      const zoom = this._map.getZoom();
      const { thin } = weights(zoom);
      context.globalAlpha = 1;
      context.setLineDash([]);
      if (look.fill === "hatch") {
        this._hatch ??= hatchPattern(context, tokens.ok);
        context.fillStyle = this._hatch;
      } else context.fillStyle = look.fill;
      context.fill("evenodd");
      if (thin) stroke(context, tokens["step-outline"], thin);
      if (zoom >= 18 && numbers() && look.number)
        writeNumber(context, this._map.latLngToLayerPoint(middle), look, tokens);
      if (look.drives || look.lit) this._marked.push(layer);
    },

    /** Outlines come after all fills, and every halo before every black line: no neighbour cuts into one. */
    _draw() {
      this._marked = [];
      L.Canvas.prototype._draw.call(this);
      const context = this._ctx;
      if (!this._marked.length || !context) return;
      const { tokens } = this.options;
      const { strong, halo } = weights(this._map.getZoom());
      context.save();
      if (this._redrawBounds) {
        const { min } = this._redrawBounds;
        const size = this._redrawBounds.getSize();
        context.beginPath();
        context.rect(min.x, min.y, size.x, size.y);
        context.clip();
      }
      context.lineJoin = "miter";
      context.miterLimit = 3;
      const passes = [
        [() => true, tokens.paper, halo],
        [(look) => !look.lit, tokens.gang, strong],
        [(look) => look.lit, tokens.focus, strong + 1],
      ];
      for (const [wanted, colour, width] of passes) {
        for (const layer of this._marked) {
          if (!wanted(layer.options.look)) continue;
          trace(context, layer);
          stroke(context, colour, width);
        }
      }
      context.restore();
    },
  });
})();
