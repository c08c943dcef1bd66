// @ts-check
/* The day slider: the map reads the state at the end of another day, while the page keeps its own and says so. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;
  const DAY = 86400000;
  const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
  const number = (text) => Math.round(Date.parse(text) / DAY);

  DG.landTime = (land) => {
    const { map, config } = land;
    const { labels, format } = map.dg;
    if (!config.first_day) return;
    const page = config.page_day;
    const [low, high] = [number(config.first_day), Math.max(number(config.last_day), number(page))];
    const output = el("output", { for: "dg-day" }, format.date(page));
    const slider = el("input", { type: "range", id: "dg-day", min: low, max: high, step: 1, value: number(page) });
    const whole = el("a", { class: "dg-button", "data-keep-view": "" }, labels.time_page);
    const back = el("button", { type: "button", class: "dg-button" }, labels.time_back);
    const note = el("p", { class: "dg-note", "aria-live": "polite" });
    const links = el("div", { class: "dg-tools-row" }, whole, back);
    let timer = 0;
    const say = () => {
      const day = iso(Number(slider.value));
      output.textContent = format.date(day);
      slider.setAttribute("aria-valuetext", format.date(day));
      const away = day !== page;
      links.hidden = !away;
      note.textContent = away ? DG.fill(labels.time_note, { map: format.date(day), page: format.date(page) }) : "";
      map.getContainer().classList.toggle("is-past", away);
      const query = new URLSearchParams(location.search);
      query.delete("as_of");
      query.set("ngay", day);
      whole.setAttribute("href", `${location.pathname}?${query}`);
      return day;
    };
    slider.addEventListener("input", () => {
      const day = say();
      clearTimeout(timer);
      timer = setTimeout(() => land.goto(day === page ? null : day), 250);
    });
    back.addEventListener("click", () => {
      slider.value = String(number(page));
      say();
      land.goto(null);
      slider.focus();
    });
    say();
    DG.tools(map).add(el("div", { class: "dg-time" }, el("label", { for: "dg-day" }, labels.time), output, slider, note, links));
  };
})();
