// @ts-check
/* The map on paper and as a picture: print view, and a PNG with title, legend, day, sources and the demo mark. */
(() => {
  "use strict";
  const DG = window.DG;

  /** An SVG of the map as an image with its place, null where it does not show. */
  const imageOf = async (svg) => {
    const place = svg.getBoundingClientRect();
    if (!place.width || getComputedStyle(svg.parentElement).display === "none") return null;
    const copy = svg.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.removeAttribute("style");
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
    await image.decode();
    return { image, place };
  };

  const imagesOf = async (map, pane) =>
    (await Promise.all([...map.getPane(pane).querySelectorAll("svg")].map(imageOf))).filter(Boolean);

  const drawImages = (context, images, box, scale) => {
    for (const { image, place } of images)
      context.drawImage(image, (place.left - box.left) * scale, (place.top - box.top) * scale, place.width * scale, place.height * scale);
  };

  const drawText = (context, node, box, scale) => {
    const place = node.getBoundingClientRect();
    if (!place.width || place.right < box.left || place.left > box.right) return;
    const style = getComputedStyle(node);
    context.font = `${style.fontWeight} ${parseFloat(style.fontSize) * scale}px ${style.fontFamily}`;
    context.textBaseline = "middle";
    context.lineWidth = 3 * scale;
    context.strokeStyle = "#fff";
    context.fillStyle = style.color;
    const [x, y] = [(place.left - box.left) * scale, (place.top + place.height / 2 - box.top) * scale];
    context.strokeText(node.textContent, x, y);
    context.fillText(node.textContent, x, y);
  };

  const legendRows = () =>
    [...document.querySelectorAll(".dg-legend .dg-legend-section")].filter((one) => !one.hidden).flatMap((section) => [
      { title: section.querySelector(".dg-legend-title")?.textContent ?? "" },
      ...[...section.querySelectorAll(".dg-row")].filter((row) => !row.hidden && row.getAttribute("aria-pressed") !== "false").map((row) => ({
        text: row.querySelector(".dg-row-label")?.textContent ?? "",
        count: row.querySelector(".dg-row-count")?.textContent ?? "",
        swatch: row.querySelector(".dg-swatch"),
      })),
    ]);

  const drawLegend = (context, x, y, height, scale, hatch) => {
    const line = 20 * scale;
    for (const row of legendRows()) {
      if (y + line > height) return;
      context.fillStyle = "#1a2430";
      context.font = `${row.title ? 600 : 400} ${13 * scale}px sans-serif`;
      if (row.swatch) {
        const style = getComputedStyle(row.swatch);
        const [left, top, w, h] = [x, y - 6 * scale, 20 * scale, 12 * scale];
        if (row.swatch.classList.contains("dg-swatch-hatch")) context.fillStyle = hatch;
        else context.fillStyle = /, 0\)$/.test(style.backgroundColor) ? "#fff" : style.backgroundColor;
        context.fillRect(left, top, w, h);
        const edge = row.swatch.classList.contains("dg-swatch-fill") ? "#5f6c7b" : style.borderTopColor;
        context.strokeStyle = row.swatch.classList.contains("dg-swatch-drives") ? "#111820" : edge;
        context.lineWidth = (row.swatch.classList.contains("dg-swatch-drives") ? 2.4 : 1) * scale;
        context.strokeRect(left, top, w, h);
        context.fillStyle = "#1a2430";
        context.fillText([row.text, row.count].filter(Boolean).join(" – "), x + 28 * scale, y, 240 * scale);
      } else context.fillText(row.title, x, y, 270 * scale);
      y += line;
    }
  };

  /** A canvas with what the map shows, title above, legend beside, notes below; at once, with the images there are. */
  const compose = (map, land, wards, lines) => {
    const box = map.getContainer().getBoundingClientRect();
    const scale = Math.max(1, Math.min(2, window.devicePixelRatio || 1));
    const [side, head, foot] = [290, 44, 40].map((n) => n * scale);
    const [width, height] = [box.width * scale, box.height * scale];
    const canvas = Object.assign(document.createElement("canvas"), { width: width + side, height: height + head + foot });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    const ground = Object.assign(document.createElement("canvas"), { width, height });
    const brush = ground.getContext("2d");
    brush.fillStyle = map.dg.style.tokens.land;
    brush.fillRect(0, 0, width, height);
    drawImages(brush, wards, box, scale);
    const gl = land?.gl?.getCanvas();
    if (gl) {
      const place = gl.getBoundingClientRect();
      brush.drawImage(gl, (place.left - box.left) * scale, (place.top - box.top) * scale, place.width * scale, place.height * scale);
    }
    drawImages(brush, lines, box, scale);
    if (map.getPane("dg-labels").style.display !== "none")
      for (const label of map.getPane("dg-labels").querySelectorAll(".dg-label")) drawText(brush, label, box, scale);
    context.drawImage(ground, 0, head);
    context.textBaseline = "middle";
    context.fillStyle = "#1a2430";
    context.font = `600 ${17 * scale}px sans-serif`;
    context.fillText(document.title.split(" · Đường Găng")[0], 12 * scale, head / 2, width);
    const tile = document.createElement("canvas");
    tile.width = tile.height = 12;
    tile.getContext("2d").putImageData(DG.hatchImage(map.dg.style.tokens.ok), 0, 0);
    drawLegend(context, width + 14 * scale, head + 14 * scale, height + head, scale, context.createPattern(tile, "repeat"));
    context.font = `400 ${12 * scale}px sans-serif`;
    const notes = map.getContainer().querySelector(".dg-attribution")?.textContent ?? "";
    context.fillText(notes, 12 * scale, height + head + foot / 2, canvas.width - 24 * scale);
    return canvas;
  };

  const picture = async (map, land) => compose(map, land, await imagesOf(map, "dg-wards"), await imagesOf(map, "dg-lines"));

  /** Paper shows a plain canvas in place of the map: a browser prints no WebGL, and resizes the map for paper. */
  const onPaper = (map, land) => {
    const lay = (canvas) => {
      canvas.className = "dg-paper";
      document.querySelector("main").append(canvas);
      document.documentElement.classList.add("dg-printing");
    };
    window.addEventListener("beforeprint", () => {
      // From the browser's own menu nothing can be waited for: land and labels, without the drawn axis.
      if (!document.querySelector(".dg-paper")) lay(compose(map, land, [], []));
    });
    window.addEventListener("afterprint", () => {
      document.documentElement.classList.remove("dg-printing");
      document.querySelector(".dg-paper")?.remove();
    });
    return async () => {
      lay(await picture(map, land));
      window.print();
    };
  };

  DG.exportTools = (map, land) => {
    const { labels } = map.dg;
    const tools = DG.tools(map);
    map.picture = () => picture(map, land);
    tools.button(labels.print, onPaper(map, land));
    tools.button(labels.png, async () => {
      const blob = await picture(map, land).then((canvas) => new Promise((done) => canvas.toBlob(done, "image/png")));
      const address = URL.createObjectURL(blob);
      const link = DG.el("a", { href: address, download: `${land.config.file_name}-${land.facts?.data_date ?? ""}.png` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    });
  };
})();
