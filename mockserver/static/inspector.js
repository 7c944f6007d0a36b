// What the pages of the inspector do beyond links and forms: calls as they come, copying, asking before what is lost.
"use strict";
(() => {
  const MOST_ROWS = 200;
  let source = null, last = "", paused = false, arrived = 0;

  const text = (words) => { const place = document.getElementById("live-text"); if (place) place.textContent = words; };

  function listen() {
    if (source) { source.close(); source = null; }
    const calls = document.getElementById("calls"), live = document.getElementById("live");
    if (!calls || !live) return;
    const url = calls.dataset.events;
    live.hidden = !url;
    if (!url || paused) return;
    source = new EventSource(url + (url.endsWith("?") ? "" : "&") + "after=" + last);
    source.addEventListener("open", () => { live.classList.add("on"); text("live"); });
    source.addEventListener("error", () => { live.classList.remove("on"); text("no connection; trying again"); });
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
      text("live, " + arrived + " new");
    });
  }

  function begin() {
    const calls = document.getElementById("calls");
    if (calls) { last = calls.dataset.latest || ""; arrived = 0; listen(); }
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  }

  function copy(button) {
    const from = document.getElementById(button.dataset.copy), label = button.textContent;
    const said = (words) => { button.textContent = words; setTimeout(() => { button.textContent = label; }, 1500); };
    const select = () => { getSelection().selectAllChildren(from); said("Selected: press Ctrl-C"); };
    if (!navigator.clipboard) { select(); return; }
    navigator.clipboard.writeText(from.textContent).then(() => said("Copied"), select);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy) copy(button);
    if (button.id === "pause") {
      paused = !paused;
      button.setAttribute("aria-pressed", String(paused));
      document.getElementById("live").classList.toggle("on", !paused);
      text(paused ? "paused" : "live");
      listen();
    }
  });
  document.addEventListener("submit", (event) => {
    const question = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", begin);
  addEventListener("pagehide", () => { if (source) source.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  begin();
})();
