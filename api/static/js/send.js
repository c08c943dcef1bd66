// A step that cannot be sent stays on the page, says so, and is tried again with the same key, so that it is written
// once. The server's answer is shown as it would be without this script: the saved case, both values of a conflict, or
// what is to mend.
"use strict";

(() => {
  const WAITS = [2, 4, 8, 15, 30];
  const state = { timer: 0, tries: 0, body: null, form: null };

  const box = (form) => form.querySelector("[data-unsent]");
  const busy = (form, on) => form.dispatchEvent(new CustomEvent("busy", { detail: on }));

  const freeze = (form, on) => {
    // What was sent first is what is tried again: under one key there is one content.
    for (const field of form.querySelectorAll(".field")) field.inert = on;
  };

  const settle = (form) => {
    clearTimeout(state.timer);
    state.tries = 0;
    state.body = null;
    state.form = null;
    freeze(form, false);
    box(form).hidden = true;
    busy(form, false);
  };

  const unsent = (form, text, again) => {
    busy(form, false);
    freeze(form, true);
    box(form).hidden = false;
    box(form).querySelector("[data-unsent-said]").textContent = text;
    form.dataset.sending = "1"; // the big button is held back, "try again" is the way
    if (again) {
      const wait = WAITS[Math.min(state.tries, WAITS.length - 1)];
      state.tries += 1;
      box(form).querySelector("[data-unsent-said]").textContent = `${text} ${wait} ${form.dataset.second}`;
      state.timer = setTimeout(() => attempt(form), wait * 1000);
    }
  };

  const show = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("main");
    const old = document.querySelector("main");
    if (!fresh || !fresh.querySelector("form[data-send]")) return false;
    const waiting = document.querySelector("#giay-to"); // pictures on their way stay where they are
    const place = fresh.querySelector("#giay-to");
    if (waiting && place) place.replaceWith(waiting);
    old.replaceWith(document.adoptNode(fresh));
    document.dispatchEvent(new CustomEvent("page-shown"));
    const first = document.querySelector("#chua-ghi") || document.querySelector("#ghi");
    first.tabIndex = -1;
    first.focus();
    first.scrollIntoView();
    return true;
  };

  const go = (form, address) => {
    if (!document.querySelector("[data-queue] li[data-pending]")) {
      window.location.assign(address);
      return;
    }
    // Leaving would lose the pictures that are not sent yet.
    box(form).hidden = false;
    box(form).querySelector("[data-unsent-said]").textContent = form.dataset.saved;
    for (const button of box(form).querySelectorAll("button")) button.hidden = true;
    document.addEventListener("queue-settled", () => {
      if (!document.querySelector("[data-queue] li[data-pending]")) window.location.assign(address);
    });
  };

  const token = async (form) => {
    try {
      const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-send] input[name=csrf]");
      if (found) {
        form.elements.csrf.value = found.value;
        state.body.set("csrf", found.value);
      }
    } catch {
      // no connection: the old one is tried
    }
  };

  const attempt = async (form) => {
    clearTimeout(state.timer);
    busy(form, true);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 60000);
    let answer;
    let text;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: state.body,
        headers: { Accept: "text/html", "X-Send": "1" },
        signal: stop.signal,
        redirect: "error",
      });
      text = await answer.text();
    } catch {
      unsent(form, form.dataset.notSent, true);
      return;
    } finally {
      clearTimeout(timer);
    }
    if (answer.status === 401 || answer.status === 403) unsent(form, form.dataset.signin, false);
    else if (answer.status >= 500 || answer.status === 429) unsent(form, form.dataset.notSent, true);
    else if (answer.ok) go(form, JSON.parse(text).to);
    else if (!show(text)) {
      // A page of another kind: the browser shows it, sent the plain way with the same key.
      settle(form);
      form.submit();
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-send]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    state.form = form;
    state.tries = 0;
    state.body = new URLSearchParams(new FormData(form));
    attempt(form);
  });
  document.addEventListener("click", async (event) => {
    const form = event.target.closest("form[data-send]");
    if (!form || !state.body) return;
    if (event.target.closest("[data-unsent-again]")) {
      await token(form);
      attempt(form);
    } else if (event.target.closest("[data-unsent-edit]")) settle(form);
  });
  window.addEventListener("online", () => {
    if (state.form && !box(state.form).hidden) attempt(state.form);
  });
})();
