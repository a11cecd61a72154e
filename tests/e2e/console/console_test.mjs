// SPDX-License-Identifier: Apache-2.0
// The console as a person uses it: reads it, looks something up, holds and resumes by keyboard, on a phone, in the
// dark, while the daemon goes away and comes back. Run by in_chromium.
import assert from "node:assert/strict";
import { World, until } from "./world.mjs";

const { chromium } = await import(process.env.PLAYWRIGHT);
const world = new World(process.env.BIN, process.env.FOLDER);
let browser;
let failed = 0;

async function test(name, body) {
  const began = Date.now();
  try {
    await body();
    console.log(`ok     ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED ${name}: ${error.stack}`);
  }
}

// Everything the page asked for, complained about or was refused.
function watched(page) {
  const seen = { requests: [], complaints: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") seen.complaints.push(message.text()); });
  return seen;
}

async function open(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(60000);
  const seen = watched(page);
  await page.goto(`${world.url}/`);
  await page.waitForSelector('#live[data-state="live"]');
  return { page, seen };
}
const explained = (sku) => world.json(`/api/v1/sellers/acme/explain?account=amazon-us&sku=${encodeURIComponent(sku)}`);
const held = async (sku) => Boolean((await explained(sku)).listings[0]?.hold);

// The contrast of each visible text with what is behind it (WCAG 2.2, 1.4.3).
function contrasts() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim());
    if (!own || !node.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${node.tagName} "${node.textContent.trim().slice(0, 30)}" ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
  }
  return poor;
}

async function dialog(page, id, act) {
  await page.waitForSelector(`#${id}[open]`);
  await act();
  await page.waitForSelector(`#${id}:not([open])`, { state: "attached" });
}

try {
  await world.start();
  console.log(`ready  ${Math.round(performance.now())} ms after the begin`);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  const desk = await browser.newContext({ viewport: { width: 1400, height: 1000 }, colorScheme: "light", reducedMotion: "reduce" });
  const { page, seen } = await open(desk);

  await test("shows how everything stands, live, without a reload", async () => {
    await page.waitForSelector("#list-deeds li[data-tone]");
    await page.waitForSelector("#list-accounts li:has-text('amazon-ca')");
    await page.waitForFunction(() => [...document.querySelectorAll("#tiles dt")].length === 7);
    const first = await page.locator("#list-deeds li").first().getAttribute("data-key");
    await page.waitForFunction((key) => document.querySelector("#list-deeds li")?.dataset.key !== key, first);
    const confirmed = async () => (await world.json("/api/v1/sellers/acme/overview")).acting.reduce((all, row) => all + row.confirmed, 0);
    await until("a change read back", async () => (await confirmed()) > 0);
    await page.waitForFunction(() => Number(document.querySelectorAll("#tiles dd")[4].textContent.replaceAll(",", "")) > 0);
  });

  await test("asks nobody but the daemon, and its policy forbids anything else", async () => {
    assert.deepEqual(seen.requests.filter((url) => !url.startsWith(`${world.url}/`)), []);
    const response = await world.get("/");
    const policy = response.headers.get("content-security-policy");
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"])
      assert.ok(policy.includes(rule), rule);
    const html = await response.text();
    assert.ok(!/<script(?![^>]*src=)|<style|\son\w+=|style="/.test(html), "no script or style inside the page");
    const refused = await page.evaluate(() => {
      try { document.body.innerHTML = "<b>x</b>"; return ""; } catch (error) { return error.name; }
    });
    assert.equal(refused, "TypeError", "markup from text");
    seen.complaints.length = 0;  // of that attempt
  });

  await test("looks a SKU up and explains it, whatever it is called", async () => {
    const { skus } = await world.json("/api/v1/sellers/acme/skus?limit=100");
    const odd = skus.map((row) => row.sku).filter((sku) => !/^SKU-\d+$/.test(sku));
    assert.ok(odd.length > 0, "the sandbox has names with odd characters");
    for (const sku of odd) {
      await page.fill("#query", sku);
      await page.click("#search button");
      await page.click(`#list-found button[data-sku="${sku.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"]`);
      await page.waitForFunction((name) => document.querySelector("#explained h3")?.textContent === name, sku);
      await page.waitForSelector("#explained li:has-text('available')");
    }
    await page.fill("#query", "no such thing");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#search-said:has-text('No SKU')");
  });

  const sku = "SKU-00012";
  await test("a wrong token changes nothing and says so", async () => {
    await page.fill("#query", sku);
    await page.keyboard.press("Enter");
    await page.waitForFunction((name) => document.querySelector("#explained h3")?.textContent === name, sku);
    await page.click(`#explained button[aria-label="Hold for 2 hours: ${sku} at amazon-us"]`);
    await dialog(page, "token-dialog", async () => { await page.fill("#token", "wrong"); await page.click("#token-form button[value=use]"); });
    await dialog(page, "ask-dialog", () => page.click("#ask-yes"));
    await page.waitForSelector("#said p:has-text('Not done')");
    assert.equal(await held(sku), false);
    seen.complaints = seen.complaints.filter((text) => !text.includes("401"));
  });

  await test("holds by keyboard alone, and shows it live", async () => {
    const button = page.locator(`#explained button[aria-label="Hold for 2 hours: ${sku} at amazon-us"]`);
    await button.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("#token-dialog[open]");
    await page.keyboard.type(world.token);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#ask-dialog[open]");
    await page.keyboard.press("Enter");
    await until("the hold", () => held(sku));
    await page.waitForSelector(`#list-persons li:has-text("${sku} at amazon-us: a person holds it")`);
    assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0, "the token outlives no tab");
  });

  await test("resumes, and shows that too", async () => {
    await page.click(`#list-persons button[aria-label="Resume: ${sku} at amazon-us"]`);
    await dialog(page, "ask-dialog", () => page.click("#ask-yes"));
    await until("no hold", async () => !(await held(sku)));
    await page.waitForSelector(`#list-persons li:has-text("${sku} at amazon-us")`, { state: "detached" });
  });

  await test("every control has a name and can be reached with the tabulator", async () => {
    const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select")].filter((node) =>
      !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length)).map((node) => node.outerHTML));
    assert.deepEqual(nameless, []);
    await page.reload();
    await page.waitForSelector('#live[data-state="live"]');
    await page.waitForSelector("#list-accounts li[data-tone]");
    const reached = new Set();
    for (let i = 0; i < 1000 && !reached.has("query"); ++i) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.closest("[id]")?.id));
      if (i === 0) assert.ok(await page.evaluate(() => document.activeElement.classList.contains("skip")), "the first one skips the head");
    }
    for (const id of ["seller", "theme", "token-open", "query"]) assert.ok(reached.has(id), `${id} is never reached`);
  });

  await test("can be read in light and dark, on a desk and on a phone", async () => {
    for (const [name, width, height] of [["desk", 1400, 1000], ["phone", 360, 740]])
      for (const scheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await page.evaluate(() => scrollTo(0, 0));
        assert.deepEqual(await page.evaluate(contrasts), [], `contrast, ${name}, ${scheme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} pixels wider than the ${name}`);
        await page.screenshot({ path: `${process.env.SHOTS}/console-${name}-${scheme}.png`, fullPage: true });
      }
    await page.click("#theme");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light", "the other one than the dark of the system");
    await page.setViewportSize({ width: 1400, height: 1000 });
  });

  await test("says when the daemon is gone, and goes on by itself when it is back", async () => {
    await world.stopDaemon();
    await page.waitForSelector('#live[data-state="away"]');
    world.startDaemon();
    await page.waitForSelector('#live[data-state="live"]');
    await page.waitForSelector("#list-accounts li:has-text('amazon-us')");
    seen.complaints = seen.complaints.filter((text) => !text.includes("ERR_"));
  });

  await test("pages that are closed leave no stream behind", async () => {
    await page.close();
    for (let i = 0; i < 5; ++i) await (await open(desk)).page.close();
    await until("no stream", async () => (await world.metric('forestall_http_connections{phase="streaming"}')) === 0);
  });

  assert.deepEqual(seen.complaints, [], "errors in the page");
} catch (error) {
  failed += 1;
  console.error(error.stack);
} finally {
  console.log(`done   ${Math.round(performance.now())} ms after the begin`);
  await browser?.close();
  await world.stop();
}
console.log(failed ? `${failed} failed` : "all passed");
process.exit(failed ? 1 : 0);
