// What the pages of the inspector do beyond links and forms: calls as they come, copying, asking before what is lost.
"use strict";
(() => {
  const MOST_ROWS = 200;
  const PATIENCE = 4000; // milliseconds without a connection after which that is said
  let source = null, last = "", paused = false, arrived = 0, lost = 0;

  const text = (words) => { const place = document.getElementById("live-text"); if (place) place.textContent = words; };

  function listen() {
    if (source) { source.close(); source = null; }
    const calls = document.getElementById("calls"), live = document.getElementById("live");
    if (!calls || !live) return;
    const url = calls.dataset.events;
    live.hidden = !url;
    if (!url || paused || document.hidden) return; // a page that nobody sees costs nothing
    source = new EventSource(url + (url.endsWith("?") ? "" : "&") + "after=" + last);
    source.addEventListener("open", () => { clearTimeout(lost); live.classList.add("on"); text(arrived ? `live, ${arrived} new` : "live"); });
    source.addEventListener("error", () => {
      clearTimeout(lost);
      lost = setTimeout(() => { live.classList.remove("on"); text("no connection; trying again"); }, PATIENCE);
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, PATIENCE);
    });
    source.addEventListener("calls", (event) => {
      last = event.lastEventId;
      const rows = document.getElementById("rows"), before = rows.rows.length;
      rows.insertAdjacentHTML("afterbegin", event.data);
      const came = rows.rows.length - before;
      for (let index = 0; index < came; index += 1) rows.rows[index].classList.add("new");
      while (rows.rows.length > MOST_ROWS) rows.deleteRow(-1);
      arrived += came;
      const nothing = document.getElementById("nothing");
      if (nothing) nothing.hidden = true;
      text(`live, ${arrived} new`);
    });
  }

  function begin() {
    const calls = document.getElementById("calls");
    if (calls) { last = calls.dataset.latest || ""; arrived = 0; listen(); }
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
    for (const row of document.querySelectorAll("[data-token-of]")) row.hidden = !navigator.clipboard;
    for (const input of document.querySelectorAll("[data-fills]")) input.hidden = false;
  }

  function copy(button) {
    const from = document.getElementById(button.dataset.copy), label = button.textContent;
    const said = (words) => { button.textContent = words; setTimeout(() => { button.textContent = label; }, 1500); };
    const select = () => { getSelection().selectAllChildren(from); said("Selected: press Ctrl-C"); };
    if (!navigator.clipboard) { select(); return; }
    navigator.clipboard.writeText(from.textContent).then(() => said("Copied"), select);
  }

  async function copyToken(button) { // made when it is asked for, and shown nowhere
    const label = button.textContent, row = button.closest("[data-token-of]");
    const typed = [...row.querySelectorAll("input")].filter((one) => one.value !== "").map((one) => [one.name, Number(one.value)]);
    const answer = await fetch(row.dataset.tokenOf, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(Object.fromEntries(typed)) });
    const told = await answer.json();
    if (told.token) await navigator.clipboard.writeText(told.token);
    button.textContent = told.token ? "Copied" : told.message;
    setTimeout(() => { button.textContent = label; }, 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy) copy(button);
    if (button.parentElement.dataset.tokenOf) copyToken(button);
    if (button.id === "pause") {
      paused = !paused;
      button.setAttribute("aria-pressed", String(paused));
      document.getElementById("live").classList.toggle("on", !paused);
      text(paused ? "paused" : "live");
      listen();
    }
  });
  document.addEventListener("change", async (event) => { // a file that stands for what would be pasted
    const [file] = event.target.files || [];
    if (file && event.target.dataset.fills) document.getElementById(event.target.dataset.fills).value = await file.text();
  });
  document.addEventListener("submit", (event) => {
    const question = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", begin);
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => { if (source) source.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  begin();
})();
