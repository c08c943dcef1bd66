// Keys that work on every page: "g d" opens the portfolio, "g v" the worklist, "g b" the delay report. Off while typing.
"use strict";

const places = { d: "/danh-muc", v: "/viec-hom-nay", b: "/bao-cao-cham" };
const times = ["ngay", "as_of", "biet_den", "known_at"]; // they follow the reader from page to page
let waiting = 0;

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const now = Date.now();
  if (now - waiting < 1200 && places[event.key]) {
    const here = new URLSearchParams(window.location.search);
    const kept = new URLSearchParams(times.filter((key) => here.get(key)).map((key) => [key, here.get(key)]));
    window.location.assign(places[event.key] + (String(kept) ? `?${kept}` : ""));
  }
  waiting = event.key === "g" ? now : 0;
});

// What folds out over the page closes on Escape and gives the focus back to its button.
for (const menu of document.querySelectorAll("details[data-fold]")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
