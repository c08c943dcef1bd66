// @ts-check
/* The three colourings of parcels: by step, by forecast handover, by obstacle. Each gives the key of a parcel,
   and the legend rows with their fills. */
(() => {
  "use strict";
  const DG = window.DG;
  const DAY = 86400000;

  const handedOver = (p) => Number(p.group) === 7;

  const stepMode = ({ labels, style }) => ({
    address: "buoc",
    title: labels.steps_title,
    hint: labels.steps_hint,
    keyOf: (p) => String(p.group),
    rows: () =>
      [1, 2, 3, 4, 5, 6, 7].map((group) => ({
        key: String(group),
        label: labels[`step_${group}`],
        fill: style.steps[group] ?? "hatch",
      })),
  });

  const waitMode = ({ labels, style }, dataDate) => ({
    address: "ban-giao",
    title: labels.wait_title,
    hint: labels.wait_hint,
    keyOf: (p) => {
      if (handedOver(p)) return "done";
      const days = p.forecast && dataDate() ? (Date.parse(p.forecast) - Date.parse(dataDate())) / DAY : NaN;
      if (!Number.isFinite(days)) return "unknown";
      return days <= 30 ? "d30" : days <= 90 ? "d90" : days <= 180 ? "d180" : "later";
    },
    rows: () =>
      ["later", "d180", "d90", "d30", "unknown", "done"].map((key) => ({
        key,
        label: labels[`wait_${key}`],
        fill: style.waits[key] ?? "hatch",
      })),
  });

  const obstacleMode = ({ labels, style }, words) => {
    let named = [];
    return {
      address: "vuong-mac",
      title: labels.obstacle_title,
      hint: labels.obstacle_hint,
      /** The most frequent obstacles get a colour of their own, the rest share one. */
      prepare: (all) => {
        const counts = new Map();
        for (const p of all)
          if (p.obstacle && !handedOver(p)) counts.set(p.obstacle, (counts.get(p.obstacle) ?? 0) + 1);
        named = [...counts]
          .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
          .slice(0, style.categories.length)
          .map(([code]) => code);
      },
      keyOf: (p) => {
        if (handedOver(p)) return "done";
        if (!p.obstacle) return "none";
        return named.includes(p.obstacle) ? `= ${p.obstacle}` : "other";
      },
      rows: () => [
        ...named.map((code, i) => ({
          key: `= ${code}`,
          label: String(DG.own(words, code) ?? code),
          fill: style.categories[i],
        })),
        { key: "other", label: labels.obstacle_other, fill: style.tokens.none },
        { key: "none", label: labels.obstacle_none, fill: style.tokens.paper },
        { key: "done", label: labels.wait_done, fill: "hatch" },
      ],
    };
  };

  /** The colourings of a map by name. `words` turns obstacle codes into labels, `dataDate()` gives an ISO date. */
  DG.parcelModes = (map, words, dataDate) => ({
    step: stepMode(map.dg),
    wait: waitMode(map.dg, dataDate),
    obstacle: obstacleMode(map.dg, words),
  });

  /** The "colour by" switch over the map; `choose(name)` runs on a change. Returns show(name). */
  DG.modeSwitch = (map, modes, choose) => {
    const { labels } = map.dg;
    const buttons = Object.keys(modes).map((name) => {
      const button = DG.el("button", { type: "button", "aria-pressed": "false" }, labels[`by_${name}`]);
      button.addEventListener("click", () => choose(name));
      return [name, button];
    });
    DG.overlay(
      map,
      DG.el(
        "div",
        { class: "dg-switch", role: "group", "aria-label": labels.colour_by },
        DG.el("span", { class: "dg-switch-title", "aria-hidden": "true" }, labels.colour_by),
        ...buttons.map(([, button]) => button),
      ),
    );
    return (name) => {
      for (const [key, button] of buttons) button.setAttribute("aria-pressed", String(key === name));
    };
  };
})();
