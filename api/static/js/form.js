// A form is sent once: the second click is held back while the first is on its way, and says so. The hidden
// key protects the data in any case; this only keeps the user informed.
"use strict";

// Whether a field has other content than the page gave it.
const entered = (field) => {
  if (field.type === "hidden" || field.type === "submit") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0) && field.selectedIndex >= 0;
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
};

const held = (form) => {
  if (form.dataset.held) return;
  form.dataset.held = "1";
  const state = form.querySelector("[data-state]");
  const buttons = [...form.querySelectorAll("button[type=submit]")].map((button) => ({ button, label: button.textContent }));

  const busy = (on, pressed) => {
    form.dataset.sending = on ? "1" : "";
    for (const { button, label } of buttons) {
      button.setAttribute("aria-disabled", String(on));
      button.textContent = on && (buttons.length === 1 || button === pressed) ? form.dataset.busy : label;
    }
    if (state) state.textContent = on ? form.dataset.busy : "";
  };

  form.addEventListener("submit", (event) => {
    if (form.dataset.sending === "1") event.preventDefault();
    else busy(true, event.submitter);
  });
  form.addEventListener("busy", (event) => busy(event.detail)); // of whoever sends it by script
  // Coming back with the browser's back button shows the page as it was left: what was entered is not folded away.
  window.addEventListener("pageshow", () => {
    busy(false);
    const fold = form.closest("details");
    if (fold && [...form.elements].some(entered)) fold.open = true;
  });
};

const hold = () => document.querySelectorAll("form[data-once]").forEach(held);
hold();
document.addEventListener("page-shown", hold); // a page that a script put in the place of this one
