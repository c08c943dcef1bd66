// A form is sent once: the second click is held back while the first is on its way, and says so. The hidden
// key protects the data in any case; this only keeps the user informed.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  const button = form.querySelector("button[type=submit]");
  const state = form.querySelector("[data-state]");
  const label = button.textContent;

  const busy = (on) => {
    form.dataset.sending = on ? "1" : "";
    button.setAttribute("aria-disabled", String(on));
    button.textContent = on ? form.dataset.busy : label;
    if (state) state.textContent = on ? form.dataset.busy : "";
  };

  form.addEventListener("submit", (event) => {
    if (form.dataset.sending === "1") event.preventDefault();
    else busy(true);
  });
  // Coming back with the browser's back button shows the page as it was left.
  window.addEventListener("pageshow", () => busy(false));
}
