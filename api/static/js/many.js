// A long list of ticks is easier with a field that finds among them and a count of what is chosen. Without this file
// the list is whole, and codes or names can be typed.
"use strict";

const flat = (text) =>
  text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim();

for (const box of document.querySelectorAll("[data-many]")) {
  const labels = [...box.querySelectorAll("label[data-text]")].map((label) => ({ label, text: flat(label.dataset.text) }));
  const find = box.querySelector(".many-find");
  const count = box.querySelector("[data-count]");
  const total = labels.length;

  const tell = () => {
    count.textContent = `(${box.querySelectorAll(".many-box input:checked").length} / ${total})`;
  };
  find.hidden = false;
  find.querySelector("input").addEventListener("input", (event) => {
    const wanted = flat(event.target.value);
    for (const { label, text } of labels) label.hidden = !text.includes(wanted);
  });
  // Enter in the finder must not send the form.
  find.querySelector("input").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  box.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
}
