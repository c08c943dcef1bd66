// @ts-check
/* The ground of our map elements: a DOM builder, formats, the Leaflet map and its plain controls.
   Text enters the page through textContent only; Leaflet's own string sinks (innerHTML) are never given data. */
(() => {
  "use strict";
  const DG = (window.DG = window.DG || {});
  const SVG = document.createElementNS.bind(document, "http://www.w3.org/2000/svg");

  /** An element with attributes and children; a string child becomes a text node. `on` takes listeners. */
  DG.el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [type, run] of Object.entries(value)) node.addEventListener(type, run);
      else if (value !== null && value !== undefined && value !== false)
        node.setAttribute(name, String(value));
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  const SHAPES = {
    square: ["rect", { x: 1, y: 1, width: 10, height: 10 }],
    triangle: ["path", { d: "M6 1.2 11.4 10.8H.6Z" }],
    circle: ["circle", { cx: 6, cy: 6, r: 5 }],
    ring: ["circle", { cx: 6, cy: 6, r: 4.8 }],
    diamond: ["path", { d: "M6 .6 11.4 6 6 11.4.6 6Z" }],
  };

  /** The 12 px mark of a status: shape and class, the colour comes from the style sheet. */
  DG.mark = (shape) => {
    const svg = SVG("svg");
    const [tag, attributes] = DG.own(SHAPES, shape) ?? SHAPES.ring;
    const drawn = SVG(tag);
    for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, String(value));
    for (const [name, value] of Object.entries({
      viewBox: "0 0 12 12",
      "aria-hidden": "true",
      class: `dg-mark dg-mark-${shape}`,
    })) {
      svg.setAttribute(name, value);
    }
    svg.append(drawn);
    return svg;
  };

  /** The own value of `key`: data may hold any text, also "constructor". */
  DG.own = (table, key) => (Object.hasOwn(table, String(key)) ? table[key] : undefined);

  /** "{n} thửa" with its places filled. */
  DG.fill = (text, values) =>
    text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

  /** Number, date, area, chainage and day formats of the design, for one language. */
  DG.formats = (lang, labels) => {
    const locale = lang === "en" ? "en-GB" : "vi-VN";
    const digits = (n, places) =>
      new Intl.NumberFormat(locale, { minimumFractionDigits: places, maximumFractionDigits: places }).format(
        n,
      );
    const integer = (n) => digits(n, 0);
    const chainage = (m) => {
      const whole = Math.round(m);
      return `Km${Math.floor(whole / 1000)}+${String(whole % 1000).padStart(3, "0")}`;
    };
    const signed = (n) => `${n > 0 ? "+" : n < 0 ? "−" : ""}${integer(Math.abs(n))}`;
    return {
      integer,
      decimal: (n, most = 2) => new Intl.NumberFormat(locale, { maximumFractionDigits: most }).format(n),
      chainage,
      signed,
      date: (iso) => String(iso).slice(0, 10).split("-").reverse().join("/"),
      area: (m2) => (m2 >= 10000 ? `${digits(m2 / 10000, 2)} ha` : `${digits(m2, 1)} m²`),
      run: (from, to) => `${chainage(from)} – ${chainage(to)}`,
      days: (n) => DG.fill(Math.abs(n) === 1 ? labels.day : labels.days, { n: signed(n) }),
    };
  };

  /** An address inside the app that keeps the language and the two times of this page. */
  DG.link = (path) => {
    const [address, anchor] = path.split("#");
    const kept = new URLSearchParams();
    const here = new URLSearchParams(location.search);
    for (const name of ["ngay", "as_of", "biet_den", "known_at", "lang"]) if (here.get(name)) kept.set(name, here.get(name));
    const query = kept.toString();
    return address + (query ? `?${query}` : "") + (anchor ? `#${anchor}` : "");
  };

  /** Tells the page something: `dg:<name>` on the document. */
  DG.tell = (name, detail) => document.dispatchEvent(new CustomEvent(`dg:${name}`, { detail }));

  /** Runs `heard(code)` when the page (not the map itself) lights something; null means nothing is lit. */
  DG.onHighlight = (heard) => {
    document.addEventListener("dg:highlight", (event) => {
      const detail = event.detail;
      if (detail && typeof detail === "object") {
        if (detail.from !== "map") heard(detail.code ?? null);
      } else heard(detail ?? null);
    });
  };

  /** The Leaflet map in element `id`; window.dgMap. `ready` resolves when every first fetch has ended. */
  DG.createMap = (id, config) => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(id, {
      attributionControl: false,
      zoomControl: false,
      zoomSnap: config.zoomSnap,
      minZoom: 8,
      maxZoom: 20,
      zoomAnimation: !still,
      fadeAnimation: !still,
      inertia: !still,
    });
    const format = DG.formats(config.lang, config.labels);
    map.dg = { ...config, format, loads: [], notes: new Map() };
    for (const [name, level] of [
      ["wards", 350],
      ["parcels", 400],
      ["lines", 450],
      ["labels", 620],
    ]) {
      map.createPane(`dg-${name}`).style.zIndex = String(level);
    }
    map.getPane("dg-labels").classList.add("leaflet-zoom-hide");
    L.control.zoom({ zoomInTitle: config.labels.zoom_in, zoomOutTitle: config.labels.zoom_out }).addTo(map);
    DG.startView(map);
    // Elements register their fetches in the same script, so the list is complete one microtask later.
    map.ready = Promise.resolve()
      .then(() => Promise.allSettled(map.dg.loads))
      .then(() => map);
    map.on("popupopen", (event) => {
      const button = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) button.setAttribute("aria-label", config.labels.close);
    });
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup();
    });
    let hadRoom = map.getSize().x > 0;
    new ResizeObserver(() => {
      map.invalidateSize({ pan: false });
      // A map that was hidden when the page loaded could not fit anything yet.
      if (!hadRoom && map.getSize().x > 0 && map.dg.fitAgain) map.dg.fitAgain();
      hadRoom ||= map.getSize().x > 0;
    }).observe(map.getContainer());
    return map;
  };

  /** Text in the corner that never hides: `notes` of the page, then what layers add through DG.note. */
  DG.attribution = (map, config) => {
    const box = DG.el("div", { class: "dg-attribution" });
    const control = L.control({ position: "bottomright" });
    control.onAdd = () => box;
    control.addTo(map);
    // On a narrow map the sources take the whole width; what stands at the left moves above them.
    new ResizeObserver(() =>
      map.getContainer().style.setProperty("--dg-notes", `${box.offsetHeight}px`),
    ).observe(box);
    map.dg.showNotes = () => {
      box.replaceChildren([...config.notes, ...map.dg.notes.values()].filter(Boolean).join(" · "));
    };
    map.dg.showNotes();
  };

  /** Sets or (with an empty text) removes one attribution note. */
  DG.note = (map, key, text) => {
    if (text) map.dg.notes.set(key, text);
    else map.dg.notes.delete(key);
    map.dg.showNotes();
  };

  DG.scaleBar = (map) => L.control.scale({ imperial: false, maxWidth: 90 }).addTo(map);

  DG.basemapLayer = (map, config) => {
    L.tileLayer(config.url, { maxZoom: 20, maxNativeZoom: config.max_zoom }).addTo(map);
  };

  /** A box over the map that does not pass clicks and wheel turns on to it. */
  DG.overlay = (map, node) => {
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
    map.getContainer().append(node);
    return node;
  };
})();
