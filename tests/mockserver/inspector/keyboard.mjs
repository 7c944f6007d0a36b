// The pages by keyboard alone, in a real browser: real keys, no clicks. Says as JSON what happened; the test says what was to be so.
import { createRequire } from "node:module";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const { url, install, call, profile, executable } = JSON.parse(process.env.ASKED);
const told = { hidden: [] };
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: executable,
  headless: true,
  permissions: ["clipboard-read", "clipboard-write"],
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
browser.setDefaultTimeout(200_000);
const page = browser.pages()[0] || (await browser.newPage());
const key = (name) => page.keyboard.press(name);
const focused = () => page.evaluate(() => {
  const one = document.activeElement, label = one.labels && one.labels[0];
  return { tag: one.tagName, name: (one.getAttribute("aria-label") || (label ? label.firstChild.textContent : one.textContent) || one.value || "").trim(), id: one.id };
});
const send = () => fetch(call.url, { method: "POST", headers: call.headers, body: call.body });

// Where the focus is can be seen: in the window, with an outline, at every stop. Gives the stops.
async function tab(key_ = "Tab") {
  await key(key_);
  const seen = await page.evaluate(() => {
    const one = document.activeElement;
    if (one === document.body) return "";
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const inside = box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
    return inside && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? "" : one.outerHTML.slice(0, 200);
  });
  if (seen) told.hidden.push(`${page.url()}: ${seen}`);
  return focused();
}

// Goes on by Tab until what has the focus is called so; the whole page is passed at most once.
async function reach(name, tag, way = "Tab") {
  for (let step = 0; step < 400; step += 1) {
    const one = await tab(way);
    if (one.name.startsWith(name) && (!tag || one.tag === tag)) return one;
    if (one.tag === "BODY") break;
  }
  throw new Error(`no ${name} by Tab at ${page.url()}`);
}

// the skip link leads past the navigation
await page.goto(`${url}/_invigilate/`);
told.first = (await tab()).name;
await key("Enter");
told.skipped = await page.evaluate(() => document.activeElement.id);
told.after = (await tab()).name;

// the stream: calls come while one types and selects, and take neither focus nor selection
await page.locator("#live.on").waitFor();
await reach("Search");
await page.keyboard.type("provision");
await page.waitForURL(/q=provision/);
await page.locator("#live.on").waitFor();
const rows = () => page.locator("#rows tr").count();
const before = await rows();
await page.evaluate(() => { const input = document.activeElement; input.setSelectionRange(2, 5); });
await send();
await page.waitForFunction((count) => document.querySelectorAll("#rows tr").length > count, before);
told.typing = await page.evaluate(() => { const one = document.activeElement; return [one.name, one.value, one.selectionStart, one.selectionEnd]; });
told.polite = await page.evaluate(() => { const one = document.getElementById("live-text"); return [one.getAttribute("role"), document.getElementById("calls").getAttribute("aria-live")]; });

// on a link of a row: the row that has it stays where the focus is
await reach("Call ");
const row = await focused();
const held = await rows();
await send();
await page.waitForFunction((count) => document.querySelectorAll("#rows tr").length > count, held);
told.kept = (await focused()).name === row.name;

// pause, by Space, and on again
await page.goto(`${url}/_invigilate/`);
await page.locator("#live.on").waitFor();
await reach("Pause", "BUTTON");
await key("Space");
told.paused = await page.locator("#pause").getAttribute("aria-pressed");
await key("Space");
told.resumed = await page.locator("#pause").getAttribute("aria-pressed");

// a call: opened, copied as curl, sent again
await reach("Call ");
await key("Enter");
await page.waitForURL(/calls\/\d+$/);
await reach("As curl", "SUMMARY");
await key("Enter");
await reach("Copy curl", "BUTTON");
await page.evaluate(() => {
  window.labels = [];
  new MutationObserver(() => window.labels.push(document.querySelector("[data-copy=curl]").textContent)).observe(document.querySelector("[data-copy=curl]"), { childList: true, characterData: true, subtree: true });
});
await key("Enter");
await page.waitForFunction(() => window.labels.length > 0);
told.copied = (await page.evaluate(() => window.labels))[0];
told.clipboard = (await page.evaluate(() => navigator.clipboard.readText())).slice(0, 4);
const shown = page.url();
await page.goto(shown);
await reach("Send POST", "BUTTON");
await key("Enter");
await page.waitForURL((there) => /calls\/\d+$/.test(there.pathname) && there.href !== shown);
told.again = await page.locator("h1 .status").textContent();

// something made by form
await page.goto(`${url}/_invigilate/world/${install}/create`);
await reach("The body", "TEXTAREA");
told.trapped = (await tab()).name; // Tab leaves the text
await key("Enter");
await page.waitForURL(/calls\/\d+$|world\/[^/]+\/(?!create)/);
told.created = await page.locator("main").textContent().then((text) => text.includes("Created"));

// weather, clock, and a reset that asks first
await page.goto(`${url}/_invigilate/controls`);
await reach("Next call: 503", "BUTTON");
await key("Enter");
await page.locator(".mark.done").waitFor();
told.weather = (await send()).status;
await page.goto(`${url}/_invigilate/controls`);
await reach("Days");
await page.keyboard.type("2");
await key("Enter");
await page.locator(".mark.done").waitFor();
told.moved = await page.evaluate(async () => Math.round((Date.parse((await (await fetch("/_invigilate/clock")).json()).now) - Date.now()) / 86_400_000));
await page.goto(`${url}/_invigilate/controls`);
await reach("Reset", "BUTTON", "Shift+Tab"); // from the end
const asked = [];
page.on("dialog", async (one) => { asked.push(one.message()); await (asked.length === 1 ? one.dismiss() : one.accept()); });
const count = () => page.evaluate(async () => (await (await fetch("/_invigilate/journal/count")).json()).count);
await key("Enter"); // and Escape at the question
told.refused = await count() > 0;
told.back = (await focused()).name.startsWith("Reset");
await key("Enter");
await page.locator(".mark.done").waitFor();
told.asked = asked.length;
told.reset = await count();

// no trap: Tab leaves every page at its end, and Shift-Tab leads back the same way
for (const path of ["/", "/controls"]) {
  await page.goto(`${url}/_invigilate${path}`);
  const stops = [];
  for (let step = 0; step < 400; step += 1) {
    const one = await tab();
    if (one.tag === "BODY" || (stops.length && one.name === "Skip to the content")) break;
    stops.push(one.name);
  }
  const places = await page.evaluate(() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter((one) => one.checkVisibility() && !one.disabled && one.type !== "hidden").length);
  if (stops.length !== places) told.hidden.push(`${path}: ${places} places, ${stops.length} stops`);
}
await browser.close();
console.log(JSON.stringify(told));
