// @ts-check
/* The view lives in the address: #zoom/lat/lon for the map, ?thua= ?hoso= ?mau= ?an= for what is selected,
   so that a link shows the next person the same thing. */
(() => {
  "use strict";
  const DG = window.DG;
  const VIEW = /^#(\d{1,2}(?:\.\d+)?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/;

  const KEPT = ["thua", "hoso", "mau", "an"];
  const BESIDE_CONTROLS = { paddingTopLeft: [40, 62], paddingBottomRight: [28, 40] };

  const parseView = (hash) => {
    const found = VIEW.exec(hash);
    return found ? { zoom: Number(found[1]), centre: [Number(found[2]), Number(found[3])] } : null;
  };

  const viewHash = (map) => {
    const centre = map.getCenter();
    return `#${+map.getZoom().toFixed(2)}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`;
  };

  const replaceAddress = (search, hash) => {
    const address = location.pathname + search + hash;
    if (address !== location.pathname + location.search + location.hash)
      history.replaceState(history.state, "", address);
  };

  /** Sets the first view: the link's, else the given bounds, else Hanoi until data arrive. */
  DG.startView = (map) => {
    const linked = parseView(location.hash);
    const { bounds, home } = map.dg;
    if (linked) map.setView(linked.centre, linked.zoom, { animate: false });
    else {
      map.dg.fitAgain = () => map.fitBounds(bounds || home, { animate: false, padding: [16, 16] });
      map.dg.fitAgain();
    }
    map.dg.viewFixed = Boolean(linked || bounds);

    let timer = 0;
    const write = () => {
      clearTimeout(timer);
      timer = setTimeout(() => replaceAddress(location.search, viewHash(map)), 200);
    };
    // Only a person's own moves enter the address; a plain link to the page stays plain.
    const container = map.getContainer();
    for (const type of ["pointerdown", "wheel", "keydown"]) {
      container.addEventListener(
        type,
        () => {
          map.dg.moved = true;
        },
        { passive: true, capture: true },
      );
    }
    map.on("moveend", () => {
      if (map.dg.moved) write();
    });
    window.addEventListener("hashchange", () => {
      const view = parseView(location.hash);
      if (view && viewHash(map) !== location.hash) map.setView(view.centre, view.zoom);
    });
    // A link to this page in another language or on another day takes view, colouring and selection along.
    document.addEventListener(
      "click",
      (event) => {
        const anchor =
          event.target instanceof Element ? event.target.closest("a[hreflang], a[data-keep-view]") : null;
        if (!anchor) return;
        const target = new URLSearchParams(anchor.search);
        for (const name of KEPT) {
          target.delete(name);
          if (DG.query(name)) target.set(name, DG.query(name));
        }
        anchor.search = target.toString();
        anchor.hash = map.dg.moved || linked ? viewHash(map) : "";
      },
      true,
    );
  };

  /** Fits data that have just arrived, unless a link or the page has chosen the view. */
  DG.fitOnce = (map, bounds) => {
    if (map.dg.viewFixed || !bounds.isValid()) return;
    map.dg.viewFixed = true;
    map.dg.fitAgain = () => map.fitBounds(bounds, { animate: false, ...BESIDE_CONTROLS, maxZoom: 18 });
    map.dg.fitAgain();
  };

  DG.query = (name) => new URLSearchParams(location.search).get(name);

  /** Sets parameters of the address without loading the page; null removes one. */
  DG.setQuery = (values) => {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
      if (value === null || value === "") query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    replaceAddress(text ? `?${text}` : "", location.hash);
  };
})();
