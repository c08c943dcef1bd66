// @ts-check
/* One selection of a project: cases, parcels, an activity or a stretch of an axis, as `chon` in the address.
   What is clicked here is chosen on the map, the time–location chart, the Gantt and the network drawing, in every open tab of the project.
   All text enters through textContent. */
(() => {
  "use strict";
  const bar = document.getElementById("chon");
  if (!bar) return;
  const DG = (window.DG = window.DG || {});
  const project = String(bar.dataset.project);
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`dg-chon-${project}`) : null;
  const lang = document.documentElement.lang === "en" ? "en" : "vi";
  const SVG = "http://www.w3.org/2000/svg";
  const DRAWN = ".gantt, .netmap"; // what draws activities, perhaps not all of them
  let now = "";
  let turn = 0;

  const words = (key, values = {}) =>
    (bar.querySelector(`template[data-words="${key}"]`)?.content.textContent ?? "").replace(/\{(\w+)\}/g, (whole, name) =>
      name in values ? String(values[name]) : whole,
    );
  const counted = (one, many, n, more = {}) =>
    words(n === 1 ? one : many, { n: n.toLocaleString(lang === "en" ? "en-GB" : "vi-VN"), ...more });
  const say = (name, text) => {
    const place = bar.querySelector(`[data-said="${name}"]`);
    if (place) place.textContent = text;
  };

  const asked = () => new URLSearchParams(location.search).get("chon") ?? "";

  const withChoice = (address, more = {}) => {
    const target = new URL(address, location.href);
    for (const [name, value] of Object.entries({ chon: now, ...more })) {
      if (value) target.searchParams.set(name, value);
      else target.searchParams.delete(name);
    }
    return target.pathname + target.search + target.hash;
  };

  /** Sets `chon` of this page's address, and of the links to the other pages that show it. */
  const keep = () => {
    const query = new URLSearchParams(location.search);
    if (now) query.set("chon", now);
    else query.delete("chon");
    const text = query.toString();
    history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : "") + location.hash);
    const pages = ["ban-do", "ly-trinh", "duong-gang", "duong-gang/mang", "ba-khung"].map((page) => `/du-an/${project}/${page}`);
    for (const link of document.querySelectorAll("a[data-carries], nav.tabs a, nav.subtabs a, a[hreflang]")) {
      const target = new URL(link.getAttribute("href") ?? "", location.href); // a link of a drawing has no `pathname`
      if (link.hasAttribute("hreflang") || pages.includes(target.pathname))
        link.setAttribute("href", withChoice(target.href));
    }
    for (const form of document.querySelectorAll("form.filters")) {
      let field = form.querySelector('input[name="chon"]');
      if (!now) field?.remove();
      else {
        if (!field) form.append((field = Object.assign(document.createElement("input"), { type: "hidden", name: "chon" })));
        field.value = now;
      }
    }
  };

  const overlaps = (said, runs) => {
    const found = /^(.+):([\d.]+)-([\d.]+)$/.exec(said);
    return Boolean(found) && runs.some((run) =>
      run.alignment === found[1] && run.from_m < Number(found[3]) && run.to_m > Number(found[2]));
  };

  /** Whether what an element stands for is chosen, or belongs to what is. */
  const belongs = (said, data) => {
    if (said === now) return true;
    const [kind, rest] = [said.slice(0, said.indexOf(":")), said.slice(said.indexOf(":") + 1)];
    if (kind === "viec") return data.activities.includes(rest);
    if (kind === "ho-so") return data.cases.includes(rest);
    return kind === "doan" && overlaps(rest, data.runs);
  };

  /** The chosen stretches over the chart, as bands from its bottom to its top. */
  const drawRuns = (data) => {
    for (const chart of document.querySelectorAll("svg.dg-time")) {
      for (const old of chart.querySelectorAll(".dg-time-chosen")) old.remove();
      const ground = chart.querySelector(".dg-time-none");
      if (!data || !ground) continue;
      const [x, width] = ["x", "width"].map((name) => Number(ground.getAttribute(name)));
      const [start, length] = [Number(chart.dataset.start), Number(chart.dataset.length)];
      const at = (m) => x + (Math.min(Math.max(m - start, 0), length) / length) * width;
      for (const run of data.runs.filter((one) => one.alignment === chart.dataset.alignment)) {
        const band = document.createElementNS(SVG, "rect");
        const [a, b] = [at(run.from_m), at(run.to_m)];
        const shape = { x: a, width: Math.max(b - a, 2), y: ground.getAttribute("y"), height: ground.getAttribute("height") };
        for (const [name, value] of Object.entries(shape)) band.setAttribute(name, String(value));
        band.setAttribute("class", "dg-time-chosen");
        chart.append(band);
      }
    }
  };

  /** Marks what belongs to the selection; brings it into view in the panes that the click did not come from. */
  const mark = (data, from) => {
    for (const item of document.querySelectorAll("[data-chon]"))
      item.classList.toggle("is-chosen", Boolean(data) && belongs(item.dataset.chon, data));
    drawRuns(data);
    if (!data) return;
    for (const pane of document.querySelectorAll(".time-box, .gantt, .netmap")) {
      const box = pane.closest(".scroll");
      if (!box || (from instanceof Node && box.contains(from))) continue;
      const shown = pane.matches(".gantt") ? "g.is-chosen" : ".dg-time-chosen, a.is-chosen[data-chon^='viec']";
      const found = [...box.querySelectorAll("[data-chon].is-chosen")].find((one) => pane.matches(".netmap") && one.dataset.chon === now)
        ?? box.querySelector(shown);
      if (!found) continue;
      const [inner, outer] = [found.getBoundingClientRect(), box.getBoundingClientRect()];
      box.scrollTop += inner.top - outer.top - box.clientHeight / 3;
      if (pane.matches(".time-box, .netmap")) box.scrollLeft += inner.left - outer.left - box.clientWidth / 3;
      const whole = box.scrollHeight <= box.clientHeight + 1; // the page scrolls, not the pane
      if (pane.matches(".gantt") && whole && !location.hash) found.scrollIntoView({ block: "center" });
    }
  };

  const show = (data) => {
    const hidden = data.cases_all - data.cases.length;
    say("label", data[`label_${lang}`]);
    const parts = [
      data.activities.length && data.kind !== "viec" ? counted("work", "works", data.activities.length) : "",
      data.cases_all ? counted("case", "cases", data.cases_all, { open: data.cases_open }) : "",
      data.parcels_all ? counted("parcel", "parcels", data.parcels_all) : "",
      hidden ? counted("hidden", "hidden", hidden) : "",
      document.querySelector(DRAWN) && data.activities.length && !document.querySelector(`:is(${DRAWN}) .is-chosen`) ? words("undrawn") : "",
    ];
    say("counts", parts.filter(Boolean).map((part) => `· ${part}`).join(" "));
    const names = data.parcels.map((one) => words("name", one));
    const more = hidden ? 0 : data.parcels_all - names.length;
    say("parcels", [names.join(", "), names.length && more > 0 ? counted("more", "more", more) : ""].filter(Boolean).join(" "));
    const link = bar.querySelector('[data-to="cases"]');
    if (!link) return;
    link.hidden = data.cases.length === 0;
    const [run] = data.runs;
    const list = new URL(String(link.dataset.cases), location.href);
    if (data.kind === "doan") list.searchParams.set("doan", `${run.from_m.toFixed(1)}-${run.to_m.toFixed(1)}`);
    else if (data.kind === "viec") list.searchParams.set("mui", data.fronts[0] ?? "");
    const one = new URL(String(link.dataset.case), location.href);
    one.pathname += encodeURIComponent(data.cases[0] ?? "");
    link.setAttribute("href", data.cases.length === 1 ? one.pathname + one.search : list.pathname + list.search);
  };

  const fetched = async (text) => {
    const address = new URL(`/api/projects/${encodeURIComponent(project)}/chosen`, location.href);
    const here = new URLSearchParams(location.search);
    for (const name of ["ngay", "as_of", "biet_den", "known_at"])
      if (here.get(name)) address.searchParams.set(name, String(here.get(name)));
    address.searchParams.set("chon", text);
    const response = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-cache" });
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
    return response.json();
  };

  /** Chooses; "" chooses nothing. `from`: the element that was clicked, or page | tab | load | map. */
  const choose = async (text, from) => {
    const mine = (turn += 1);
    now = text;
    keep();
    if (from !== "tab" && from !== "load") channel?.postMessage(text);
    let data = null;
    if (text) {
      try {
        data = await fetched(text);
      } catch (error) {
        if (mine !== turn) return;
        say("label", `“${text}”`);
        say("counts", words([400, 404, 422].includes(error.status) ? "missing" : "failed"));
        say("parcels", "");
      }
    }
    if (mine !== turn) return;
    mark(data, from);
    if (data) show(data);
    bar.hidden = !text;
    DG.chosen = data;
    document.dispatchEvent(new CustomEvent("dg:chosen", { detail: { data, from: from instanceof Node ? "page" : from } }));
  };

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.defaultPrevented) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (event.target.closest('#chon [data-to="none"]')) {
      choose("", "page");
      return;
    }
    const item = event.target.closest("[data-chon]");
    if (!item || String(window.getSelection()) !== "") return;
    const inner = event.target.closest("a, button, input, select, label, summary");
    if (inner && inner !== item && item.contains(inner)) {
      const leaves = inner.closest("a") && !(inner.getAttribute("href") ?? "").startsWith("#");
      if (leaves) return;
    } else if (item.closest("a")) {
      if (item.dataset.chon === now && !item.closest("tr")) return; // the second click follows the link
      event.preventDefault();
    }
    choose(String(item.dataset.chon), item);
  });
  document.addEventListener("dg:select", (event) => {
    const { parcel, case: code } = event.detail ?? {};
    const text = parcel ? `thua:${parcel}` : code ? `ho-so:${code}` : "";
    if (text && text !== now) choose(text, "map");
  });
  channel?.addEventListener("message", (event) => {
    const text = String(event.data ?? "");
    if (text !== now) choose(text, "tab");
  });
  window.addEventListener("popstate", () => {
    if (asked() !== now) choose(asked(), "load");
  });
  if (asked()) choose(asked(), "load");
})();
