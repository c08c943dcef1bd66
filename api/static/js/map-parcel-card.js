// @ts-check
/* What the popup and the tooltip of one parcel say, in the words that the page has given. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  const known = (value) => value !== null && value !== undefined && value !== "";
  const joined = (...parts) => parts.filter(known).join(" · ");

  /** The step in words: the page's label of the step, else of its group, else the code. */
  const stepOf = ({ labels }, config, p) =>
    String(DG.own(config.steps, p.step) ?? DG.own(labels, `step_${p.group}`) ?? p.step ?? "");

  const swatchOf = ({ style }, p) => {
    const fill = DG.own(style.steps, p.group);
    const swatch = el("span", {
      class: `dg-swatch dg-swatch-${fill ? "fill" : "hatch"}`,
      "aria-hidden": "true",
    });
    if (fill) swatch.style.backgroundColor = fill;
    return swatch;
  };

  const forecastOf = ({ labels, format }, p) => {
    if (Number(p.group) === 7) return labels.handed_over;
    return known(p.forecast)
      ? DG.fill(labels.handover_on, { date: format.date(p.forecast) })
      : labels.not_entered;
  };

  /** The promised day; one that has passed without a handover is named as such. */
  const promisedOf = ({ labels, format }, p, dataDate) => {
    const done = Number(p.group) === 7;
    if (!known(p.promised)) return done ? null : labels.not_entered;
    const date = format.date(p.promised);
    return !done && dataDate && p.promised <= dataDate ? DG.fill(labels.promise_passed, { date }) : date;
  };

  const titleOf = ({ labels }, p) =>
    DG.fill(labels.parcel_title, { sheet: p.sheet ?? "–", number: p.number ?? "–" });

  /** The popup of a parcel with properties `p`; `dataDate` is the ISO day that the map stands on. */
  DG.parcelCard = (map, config, p, dataDate) => {
    const { labels, format } = map.dg;
    const measured = Number.isFinite(p.from) && Number.isFinite(p.to);
    const rows = [
      [labels.f_chainage, measured ? format.run(p.from, p.to) : labels.not_entered],
      [
        labels.f_land,
        joined(p.use, Number.isFinite(p.area) ? format.area(p.area) : null),
        DG.own(config.land, p.use),
      ],
      [labels.f_step, el("span", { class: "dg-inline" }, swatchOf(map.dg, p), stepOf(map.dg, config, p))],
      [labels.f_forecast, forecastOf(map.dg, p)],
      [labels.f_promised, promisedOf(map.dg, p, dataDate)],
      [labels.f_obstacle, DG.own(config.obstacles, p.obstacle) ?? p.obstacle],
      [
        labels.f_gang,
        p.drives ? el("span", { class: "dg-tag" }, DG.mark("diamond"), labels.drives_tag) : null,
        p.drives && Number.isFinite(p.group_days)
          ? DG.fill(labels.gains, { size: p.group_size, together: p.group_days, alone: p.alone_days })
          : null,
      ],
    ];
    const code = encodeURIComponent(p.case ?? "");
    const links = known(p.case) ? [[labels.open_case, DG.link(config.case_href + code)]] : [];
    if (p.drives) links.push([labels.why, DG.link(`${config.why_href}#${code}`)]);
    const file = known(p.case) ? DG.fill(labels.case, { case: p.case }) : null;
    return DG.card({
      title: titleOf(map.dg, p),
      subtitle: joined(file, p.ward, p.demo ? labels.demo : null),
      parts: [DG.facts(rows)],
      links,
    });
  };

  /** The tooltip of a parcel. */
  DG.parcelTip = (map, config, p) =>
    DG.tip(titleOf(map.dg, p), stepOf(map.dg, config, p), p.drives ? map.dg.labels.drives : "");
})();
