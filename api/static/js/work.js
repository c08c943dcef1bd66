// Keys of the worklist besides those of rows.js: "e" opens the step form of the row that has the focus, "/" goes to the
// search field. Off while typing. "Tìm" in the bar of a phone goes to the field without loading the page again.
"use strict";

const find = document.getElementById("tim");

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "/" && find) {
    event.preventDefault();
    find.focus();
  }
  if (event.key === "e") document.activeElement?.closest("[data-rows] [data-code]")?.querySelector("[data-act]")?.click();
});

const toFind = (event) => {
  event?.preventDefault();
  find.scrollIntoView({ block: "center" });
  find.focus();
};
if (find) {
  document.querySelector("[data-find]")?.addEventListener("click", toFind);
  if (window.location.hash === "#tim") toFind();
}
