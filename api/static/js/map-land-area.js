// @ts-check
/* Choosing cases on the map by rectangle or polygon; the drawing library is loaded when it is first used. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;
  const MOST_POINTS = 200;

  const load = (config) =>
    (DG.geoman ??= new Promise((done, failed) => {
      document.head.append(el("link", { rel: "stylesheet", href: config.draw_css }));
      const script = el("script", { src: config.draw_js });
      script.addEventListener("load", () => done());
      script.addEventListener("error", () => failed(new Error("leaflet-geoman")));
      document.head.append(script);
    }));

  DG.areaTool = (land) => {
    const { map, config } = land;
    const { labels } = map.dg;
    if (!config.bulk_href) return;
    const tools = DG.tools(map);
    let drawn = null;
    const open = () => {
      const ring = drawn.getLatLngs()[0];
      const area = ring.map((p) => `${p.lng.toFixed(6)},${p.lat.toFixed(6)}`).join(";");
      const query = new URLSearchParams({ vung: area });
      for (const [name, value] of Object.entries(land.filters)) if (value) query.set(name, value);
      location.assign(DG.link(`${config.bulk_href}?${query}`).replace(/\?([^?]*)\?/, "?$1&"));
    };
    const next = el("div", { class: "dg-tools-row", hidden: "" },
      el("button", { type: "button", class: "dg-button dg-button-first", on: { click: open } }, labels.area_next),
      el("button", { type: "button", class: "dg-button", on: { click: () => clear() } }, labels.area_clear));
    const clear = () => {
      if (drawn) drawn.remove();
      drawn = null;
      next.hidden = true;
    };
    const draw = (shape) => async () => {
      await load(config);
      // The library puts its handle on maps that are made after it; ours was there before.
      map.pm ??= new L.PM.Map(map);
      map.pm.setLang(map.dg.lang === "vi" ? "en" : "en");
      clear();
      map.dg.busy = "area";
      map.pm.enableDraw(shape, { snappable: false, tooltips: false, continueDrawing: false });
      map.once("pm:create", (event) => {
        drawn = event.layer;
        drawn.pm?.disable?.();
        map.pm.disableDraw();
        setTimeout(() => { map.dg.busy = null; }, 50);
        // More would not fit into an address, and a part of an area is another area.
        const tooMany = drawn.getLatLngs()[0].length > MOST_POINTS;
        next.firstChild.disabled = tooMany;
        next.firstChild.textContent = tooMany ? labels.area_too_many : labels.area_next;
        next.hidden = false;
        (tooMany ? next.lastChild : next.firstChild).focus();
      });
    };
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Escape" && map.dg.busy === "area") {
        map.pm.disableDraw();
        map.dg.busy = null;
      }
    });
    tools.button(labels.area_rectangle, draw("Rectangle"));
    tools.button(labels.area_polygon, draw("Polygon"));
    tools.add(next);
  };
})();
