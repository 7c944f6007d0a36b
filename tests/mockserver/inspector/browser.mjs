// What a real browser makes of the pages. Says as JSON what is wrong; the test that starts it says what was to be so.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const { url, paths, call, profile, executable, pictures } = JSON.parse(process.env.ASKED);
const wrong = [], told = {};
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: executable,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
browser.setDefaultTimeout(200_000);
const page = await browser.newPage();
page.on("console", (one) => { if (["error", "warning"].includes(one.type()) && !one.text().includes("status of 4")) wrong.push(`console: ${one.text()}`); });
page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
page.on("request", (one) => { if (!one.url().startsWith(`${url}/`)) wrong.push(`loads ${one.url()}`); });

for (const [colorScheme, width] of [["light", 360], ["dark", 1400]]) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 900 });
  for (const path of paths) {
    const where = `${path} ${colorScheme} ${width}`;
    await page.goto(url + path, { waitUntil: "load" });
    for (const one of await page.locator("details").all()) await one.evaluate((element) => { element.open = true; });
    for (const other of width === 360 ? [600, 720, 800, 900, width] : [1100, width]) {
      await page.setViewportSize({ width: other, height: 900 });
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong.push(`${where}: wider than a window of ${other}`);
    }
    await page.evaluate(`${axe}\nundefined`); // by the debugger, whom no policy of a page binds
    const some = path.endsWith("/contract") && width < 1000 ? { runOnly: ["color-contrast"] } : {}; // a long one: all rules once are enough
    const { violations } = await page.evaluate((options) => axe.run(document, options), some);
    for (const one of violations) wrong.push(`${where}: ${one.id}: ${one.nodes[0].html}: ${one.nodes[0].failureSummary}`);
    if (pictures) await page.screenshot({ path: `${pictures}/${path.replace(/\W+/g, "_")}-${width}-${colorScheme}.png`, fullPage: true });
  }
}

await page.goto(`${url}/_invigilate/`);
await page.keyboard.press("Tab");
told.first = await page.evaluate(() => document.activeElement.textContent);
await page.locator("#live.on").waitFor();
const rows = page.locator("#rows tr");
const before = await rows.count();
const again = async () => { const answer = await fetch(call.url, { method: "POST", headers: call.headers, body: call.body }); return answer.status; };
told.status = await again();
await page.locator("#rows tr.new").first().waitFor();
told.came = await rows.count() - before;
await page.getByRole("button", { name: "Pause" }).click();
await again();
await again();
told.paused = await page.locator("#live-text").textContent();
await page.getByRole("button", { name: "Pause" }).click();
await page.waitForFunction((count) => document.querySelectorAll("#rows tr").length === count, before + 3);
await page.getByLabel("Search").fill("needle");
await page.waitForFunction(() => document.querySelectorAll("#rows tr").length === 1);
told.found = await page.locator("#rows .said").first().textContent();
told.address = new URL(page.url()).search;
await page.locator("#rows a").first().click();
await page.waitForURL(/calls\/\d+$/);
const shown = new URL(page.url()).pathname;
await page.getByText("As curl").click();
told.copy = await page.getByRole("button", { name: "Copy curl" }).isVisible();
await page.getByRole("button", { name: /^Send POST/ }).click(); // a form of our own page, with the Origin that a browser sends
await page.waitForURL((there) => /calls\/\d+$/.test(there.pathname) && there.pathname !== shown);
told.again = await page.locator("h1 .status").textContent();
page.once("dialog", (dialog) => dialog.dismiss());
await page.goto(`${url}/_invigilate/controls`);
await page.getByRole("button", { name: "Reset the whole mock" }).click();
told.kept = await page.evaluate(async () => (await (await fetch("/_invigilate/journal/count")).json()).count > 0);
await page.goto(`${url}${paths.at(-2)}`); // of a user
const opened = browser.waitForEvent("page");
await page.getByRole("button", { name: "Sign on" }).click();
const signon = await opened;
await signon.waitForLoadState();
told.signon = await signon.locator("h1").textContent();
await browser.close();
console.log(JSON.stringify({ wrong, told }));
