// Papers and pictures are sent in pieces. What breaks off goes on where the server stands, under the same key, so that
// nothing is doubled; what is not sent stays listed. Names are put in as text only.
"use strict";

(() => {
  const form = document.querySelector("form[data-uploads]");
  if (!form) return;
  const PIECE = 256 * 1024;
  const WAITS = [2, 4, 8, 15, 30];
  const words = document.querySelector("template[data-words]").dataset;
  const list = document.querySelector("[data-queue]");
  const said = document.querySelector("[data-queue-said]");
  const queue = [];
  let place = null;
  let running = false;
  let token = form.elements.csrf.value;

  form.classList.add("scripted");
  for (const each of form.querySelectorAll("[data-scripted], [data-place]")) each.hidden = false;

  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  const show = (item, state, text) => {
    item.state = state;
    item.row.dataset.state = state;
    item.row.toggleAttribute("data-pending", state !== "done" && state !== "refused");
    item.text.textContent = text;
    item.bar.hidden = state === "done" || state === "refused" || state === "broken";
    item.again.hidden = state !== "broken";
    item.away.hidden = state !== "broken" && state !== "refused" && state !== "waiting";
    if (state === "done" || state === "refused") said.textContent = `${item.file.name}: ${text}`;
  };

  // Once per file: the key stays with it through every retry.
  const add = (file, about) => {
    const item = { file, about, key: crypto.randomUUID(), tries: 0, restarts: 0, row: document.createElement("li") };
    const name = document.createElement("bdi");
    name.textContent = file.name;
    item.text = document.createElement("span");
    item.bar = document.createElement("progress");
    item.bar.max = 1;
    item.bar.value = 0;
    item.bar.setAttribute("aria-label", file.name);
    item.again = button(words.retry, () => wake(item));
    item.away = button(words.drop, () => {
      item.state = "gone";
      item.row.remove();
      queue.splice(queue.indexOf(item), 1);
    });
    const label = document.createElement("div");
    label.append(name, " – ", item.text);
    const acts = document.createElement("div");
    acts.className = "acts";
    acts.append(item.again, item.away);
    item.row.append(label, acts, item.bar);
    list.append(item.row);
    queue.push(item);
    show(item, "waiting", words.waiting);
    if (file.size > Number(form.dataset.most)) show(item, "refused", `${words.large} ${Math.round(Number(form.dataset.most) / 1048576)} MB`);
    else if (file.size === 0) show(item, "refused", words.empty);
  };

  // Final answers are told apart from breaks: only the latter are tried again.
  class Refused extends Error {}
  class SignedOut extends Error {}

  const ask = async (url, options) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 90000);
    try {
      const answer = await fetch(url, {
        ...options,
        headers: { Accept: "application/json", "X-CSRF-Token": token, ...options.headers },
        signal: stop.signal,
        redirect: "error",
      });
      const body = await answer.json();
      if (answer.status === 401 || answer.status === 403) throw new SignedOut(body.detail);
      if (answer.ok || answer.status === 409) return { status: answer.status, ...body };
      const text = (body.faults || []).map((fault) => fault.message).join(" ") || body.detail;
      if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Error(text);
      throw new Refused(text);
    } finally {
      clearTimeout(timer);
    }
  };

  const hashOf = async (file) => {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const send = async (item) => {
    if (!item.sha256) {
      show(item, "sending", words.reading);
      item.sha256 = await hashOf(item.file);
    }
    let there = await ask(form.dataset.uploads, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: item.file.name, size: item.file.size, sha256: item.sha256, key: item.key, ...item.about }),
    });
    const address = `${form.dataset.uploads}/${there.id}`;
    while (there.state === "open") {
      item.bar.value = there.offset / item.file.size;
      show(item, "sending", `${words.sending} ${Math.floor((100 * there.offset) / item.file.size)} %`);
      if (there.offset < item.file.size) {
        there = await ask(address, {
          method: "PATCH",
          headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(there.offset) },
          body: item.file.slice(there.offset, there.offset + PIECE),
        });
      } else {
        show(item, "sending", words.checking);
        there = await ask(address, { method: "POST" });
        if (there.state === "open" && (item.restarts += 1) > 3) throw new Refused(there.detail);
      }
      item.tries = 0; // something came through
    }
    if (there.state === "refused") throw new Refused(there.detail);
    return there;
  };

  const work = async () => {
    if (running) return;
    running = true;
    for (;;) {
      const item = queue.find((each) => each.state === "waiting");
      if (!item) break;
      try {
        const there = await send(item);
        show(item, "done", there.duplicate ? words.there : words.done);
        await refresh();
      } catch (error) {
        if (error instanceof Refused) show(item, "refused", `${words.refused}: ${error.message}`);
        else if (error instanceof SignedOut) show(item, "broken", error.message || words.signin);
        else later(item);
      }
    }
    running = false;
    document.dispatchEvent(new CustomEvent("queue-settled"));
  };

  const later = (item) => {
    const wait = WAITS[Math.min(item.tries, WAITS.length - 1)];
    item.tries += 1;
    show(item, "broken", `${words.broken} ${wait} ${words.second}`);
    item.timer = setTimeout(() => wake(item), wait * 1000);
  };

  const wake = async (item) => {
    clearTimeout(item.timer);
    if (item.state !== "broken") return;
    show(item, "waiting", words.waiting);
    await freshToken();
    work();
  };

  // Signing in again in another tab gives the page's forms another token.
  const freshToken = async () => {
    try {
      const page = await ownPage();
      const found = page && page.querySelector("form[data-uploads] input[name=csrf]");
      if (found) token = found.value;
    } catch {
      // no connection: the old one is tried
    }
  };

  const ownPage = async () => {
    const answer = await fetch(form.dataset.page, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const refresh = async () => {
    try {
      const page = await ownPage();
      const fresh = page && page.querySelector("[data-papers]");
      const old = document.querySelector("[data-papers]");
      if (!fresh || !old) return;
      old.replaceChildren(...[...fresh.children].map((child) => document.importNode(child, true)));
      document.querySelector("#giay-to [data-count]").textContent = page.querySelector("#giay-to [data-count]").textContent;
      const files = page.querySelector("#document_sha256");
      const select = document.querySelector("#document_sha256");
      if (files && select) {
        const chosen = select.value;
        select.replaceChildren(...[...files.children].map((child) => document.importNode(child, true)));
        select.value = chosen;
      }
    } catch {
      // the list is as it was; the file is sent all the same
    }
  };

  const about = (kind) => ({
    kind: kind || form.elements.loai.value,
    number: kind ? "" : form.elements.so.value,
    signed_on: kind ? "" : form.elements.ngay_ky.value,
    signer: kind ? "" : form.elements.nguoi_ky.value,
    title: form.elements.noi_dung.value,
    ...(place || {}),
  });

  form.querySelector("[data-camera]").addEventListener("change", (event) => {
    for (const file of event.target.files) add(file, about(form.dataset.photo));
    event.target.value = "";
    work();
  });

  const files = form.querySelector("[data-files]");
  const chosen = () => {
    form.querySelector("[data-chosen]").textContent = [...files.files].map((file) => file.name).join(", ");
  };
  files.addEventListener("change", () => {
    chosen();
    if (files.files.length > 0) form.querySelector("[data-about]").open = true; // what the paper is comes next
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (files.files.length === 0) {
      form.querySelector("[data-chosen]").textContent = words.none;
      files.focus();
      return;
    }
    for (const file of files.files) add(file, about(""));
    files.value = "";
    chosen();
    work();
  });

  form.querySelector("[data-gps]").addEventListener("change", (event) => {
    const told = form.querySelector("[data-gps-said]");
    place = null;
    told.textContent = "";
    if (!event.target.checked) return;
    told.textContent = words.gpsOn;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (!event.target.checked) return;
        place = { lon: coords.longitude, lat: coords.latitude };
        told.textContent = `${words.gpsGot} ${Math.round(coords.accuracy)} m`;
      },
      () => { told.textContent = words.gpsNo; },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 30000 },
    );
  });

  window.addEventListener("online", () => queue.filter((item) => item.state === "broken").forEach(wake));
  window.addEventListener("beforeunload", (event) => {
    if (queue.some((item) => ["waiting", "sending", "broken"].includes(item.state))) event.preventDefault();
  });
})();
