// @ts-check
/* Measuring on the map: lengths and areas by clicks, or with the keyboard (Enter sets a point at the centre). */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  /** Area in m² of a ring of LatLngs, in local metres. */
  const areaOf = (points) => {
    const { flat } = DG.path([...points, points[0]].map((p) => [p.lat, p.lng]));
    let twice = 0;
    for (let i = 1; i < flat.length; i += 1) twice += flat[i - 1][0] * flat[i][1] - flat[i][0] * flat[i - 1][1];
    return Math.abs(twice / 2);
  };

  DG.measureTool = (map) => {
    const { labels, format, style } = map.dg;
    const said = el("p", { class: "dg-measured", "aria-live": "polite" });
    const line = L.polyline([], { pane: "dg-lines", color: style.tokens.focus, weight: 3, dashArray: "6 4", interactive: false });
    let points = [];
    const length = (m) => (m < 1000 ? `${format.integer(m)} m` : `${format.decimal(m / 1000, 2)} km`);
    const say = () => {
      line.setLatLngs(points.length > 2 ? [...points, points[0]] : points);
      if (points.length < 2) said.textContent = labels.measure_hint;
      else {
        const whole = DG.path(points.map((p) => [p.lat, p.lng])).length;
        said.textContent = `${labels.measure_length} ${length(whole)}${points.length > 2 ? ` · ${labels.measure_area} ${format.area(areaOf(points))}` : ""}`;
      }
    };
    const add = (latlng) => { points = [...points, latlng]; say(); };
    const click = (event) => add(event.latlng);
    const key = (event) => {
      if (event.target !== map.getContainer()) return;
      if (event.key === "Enter") add(map.getCenter());
      else if (event.key === "Backspace") { points = points.slice(0, -1); say(); }
      else return;
      event.preventDefault();
    };
    const set = (on) => {
      button.setAttribute("aria-pressed", String(on));
      map.dg.busy = on ? "measure" : null;
      map.getContainer().classList.toggle("is-measuring", on);
      map[on ? "on" : "off"]("click", click);
      map.getContainer()[on ? "addEventListener" : "removeEventListener"]("keydown", key);
      points = [];
      if (on) {
        line.addTo(map);
        say();
        map.getContainer().focus();
      } else {
        line.remove();
        said.textContent = "";
      }
    };
    const button = DG.tools(map).button(labels.measure, () => {
      if (map.dg.busy && map.dg.busy !== "measure") return;
      set(button.getAttribute("aria-pressed") !== "true");
    }, { "aria-pressed": "false" });
    DG.tools(map).add(said);
  };
})();
