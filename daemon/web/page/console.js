// SPDX-License-Identifier: Apache-2.0
// The console: what a stream of events says, as lists. Text goes into the page as text, never as markup.
"use strict";

const $ = (id) => document.getElementById(id);
const state = { seller: "", token: sessionStorage.getItem("token") || "", topics: {}, ahead: 0, stream: null };

// --- small things -------------------------------------------------------------------------------------------------

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name === "onclick") node.addEventListener("click", value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const p = (text, className) => el("p", className ? { class: className } : {}, text);
const number = (n) => Number(n).toLocaleString("en");
const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

// The daemon's clock, which may be another than this machine's.
const now = () => Date.now() + state.ahead;
function span(milliseconds) {
  const minutes = Math.round(Math.abs(milliseconds) / 60000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 120) return plural(minutes, "minute", "minutes");
  const hours = Math.round(minutes / 60);
  return hours < 72 ? plural(hours, "hour", "hours") : plural(Math.round(hours / 24), "day", "days");
}
function ago(text) {
  if (!text) return "never";
  const past = now() - Date.parse(text);
  return past >= 0 ? `${span(past)} ago` : `in ${span(past)}`;
}

// Instants in sentences of the daemon, as people read them.
const friendly = (text) => String(text).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z/g, (instant) => {
  const left = Date.parse(instant) - now();
  return left >= 0 ? `${instant.slice(0, 16).replace("T", " ")} UTC (in ${span(left)})` : `${instant.slice(0, 16).replace("T", " ")} UTC (${span(left)} ago)`;
});

// One child a key: what did not change stays the node it is, so that focus and scrolling stay where they are.
function keyed(list, items, empty) {
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const first = !list.dataset.filled;
  const nodes = items.map(({ key, signature, make }) => {
    const known = old.get(key);
    if (known && known.dataset.signature === signature) return known;
    const node = make();
    node.dataset.key = key;
    node.dataset.signature = signature;
    if (!known && !first) node.classList.add("fresh");
    const focused = known && known.contains(document.activeElement) && document.activeElement.dataset.act;
    if (focused) queueMicrotask(() => node.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus());
    return node;
  });
  if (nodes.length === 0) nodes.push(el("li", { "data-key": "", class: "soft" }, empty));
  list.dataset.filled = "yes";
  if (nodes.length !== list.children.length || nodes.some((node, i) => node !== list.children[i]))
    list.replaceChildren(...nodes);
}
const item = (key, data, make) => ({ key, signature: JSON.stringify(data), make });

function say(text) {
  const line = p(text);
  $("said").append(line);
  setTimeout(() => line.remove(), 8000);
}

// --- the API ------------------------------------------------------------------------------------------------------

const path = (rest) => `/api/v1/sellers/${encodeURIComponent(state.seller)}/${rest}`;
const headers = () => (state.token ? { Authorization: `Bearer ${state.token}` } : {});

async function ask(target, method = "GET") {
  const response = await fetch(target, { method, headers: headers(), cache: "no-store" });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(body.detail || `status ${response.status}`), { status: response.status });
  return body;
}

async function change(verb, question, parameters) {
  if (!state.token && !(await askToken())) return;
  if (!(await confirmed(question))) return;
  const query = new URLSearchParams({ ...parameters, why: "console" });
  try {
    const done = await ask(path(`${verb}?${query}`), "POST");
    const rows = done.listings || [];
    say(rows.length ? rows.map((row) => `${row.account} ${row.listing}: ${row.what}`).join("; ") : "Done.");
    explainAgain();
  } catch (error) {
    if (error.status === 401) forgetToken();
    say(`Not done: ${error.message}`);
  }
}

// --- the stream ---------------------------------------------------------------------------------------------------

function live(kind, text) {
  $("live").dataset.state = kind;
  if ($("live-text").textContent !== text) $("live-text").textContent = text;
}

function take(block) {
  let topic = "";
  const data = [];
  for (const line of block.split("\n"))
    if (line.startsWith("event: ")) topic = line.slice(7);
    else if (line.startsWith("data: ")) data.push(line.slice(6));
  if (!topic) return;
  state.topics[topic] = JSON.parse(data.join("\n"));
  show(topic);
}

// By fetch and not by EventSource, which can send no token.
async function listen(seller, signal) {
  let pause = 500;
  while (!signal.aborted) {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    signal.addEventListener("abort", stop);
    // The daemon says something at least every 15 seconds.
    let silence = setTimeout(stop, 40000);
    try {
      const response = await fetch(path("events"), { headers: headers(), signal: attempt.signal, cache: "no-store" });
      if (response.status === 401) {
        live("away", "needs a token");
        forgetToken();
        await askToken();
        throw new Error("token");
      }
      if (!response.ok) throw new Error(`status ${response.status}`);
      live("live", "live");
      pause = 500;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        if (done) break;
        clearTimeout(silence);
        silence = setTimeout(stop, 40000);
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        blocks.forEach(take);
      }
    } catch { /* told below */ }
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
    if (signal.aborted || state.seller !== seller) return;
    live("away", "not connected; trying again");
    await new Promise((resume) => setTimeout(resume, pause * (0.5 + Math.random())));
    pause = Math.min(pause * 2, 15000);
  }
}

function watch(seller) {
  if (state.stream) state.stream.abort();
  Object.assign(state, { seller, topics: {}, stream: new AbortController() });
  listen(seller, state.stream.signal);
}

// --- words --------------------------------------------------------------------------------------------------------

const reasons = {
  sold_elsewhere: "sold through another channel", sold_out: "nothing is left", over_cap: "more shown than the cap",
  restocked: "there is more again", back_in_stock: "back in stock", held: "a person holds it",
  not_ours: "it was taken off sale, and not by us", suspect: "its stock is in doubt",
  stock_unknown: "nobody says how many there are", unmapped: "which SKU it sells is not known",
  sold_out_by_itself: "it sold out by itself", person: "a person asked for it",
};
const states = {
  requested: "about to be sent", sent: "sent", accepted: "taken by the channel", confirmed: "live, read back",
  rejected: "refused by the channel", stuck: "not live in time", superseded: "replaced by a newer decision",
  abandoned: "given up", unresolved: "no answer, being checked", noted: "only noted: this account does not act",
};
const causes = {
  stock_short: "not enough stock", handling_late: "not handed over in time", never_scanned: "never scanned by the carrier",
  parcel_stuck: "the parcel is stuck", parcel_lost: "the parcel is probably lost", parcel_late: "the parcel will be late",
  payment_pending: "payment pending", cancel_requested: "the buyer asks to cancel", auto_cancel: "the channel will cancel it",
};
const inWords = (table, word) => table[word] || String(word).replaceAll("_", " ");

// --- what is shown ------------------------------------------------------------------------------------------------

const body = (topic) => (state.topics[topic]?.status === 200 ? state.topics[topic].body : null);

function show(topic) {
  if (topic === "overview") {
    const overview = body("overview");
    if (overview) state.ahead = Date.parse(overview.now) - Date.now();
    showAbout(overview);
  }
  showTiles();
  showPersons();
  if (topic === "orders" || topic === "overview") showOrders();
  if (topic === "stock") showRisk();
  if (topic === "overview" || topic === "budget") showAccounts();
  if (topic === "deeds" || topic === "overview") showDeeds();
}

function showAbout(overview) {
  const banner = $("banner");
  banner.hidden = !overview || overview.ready;
  if (!overview) return;
  const missing = overview.conditions.filter((c) => !c.ok);
  const text = `Not fit to act yet: ${missing.map((c) => `${c.name} (${c.reason || "missing"})`).join("; ")}`;
  if (!overview.ready && banner.textContent !== text) banner.textContent = text;
  $("about").textContent = `Forestall ${overview.version}, ${overview.phase}. The daemon's time: ${overview.now.slice(0, 16).replace("T", " ")} UTC.`;
}

function showTiles() {
  const survey = body("overview")?.survey;
  if (!survey) return;
  const acting = body("overview").acting || [];
  const sum = (name) => acting.reduce((all, row) => all + (row[name] || 0), 0);
  const orders = body("orders")?.orders || [];
  const tiles = [
    ["orders at risk", orders.length],
    ["units on offer without stock", survey.over_offered_units],
    ["listings closed by us, nothing being left", survey.closed],
    ["units they would still show", survey.closed_units],
    ["changes read back as live", sum("confirmed")],
    ["changes only noted", sum("noted")],
    ["wait for a person", $("list-persons").dataset.found || 0],
  ];
  const list = $("tiles");
  if (list.children.length !== tiles.length)
    list.replaceChildren(...tiles.map(([label]) => el("div", {}, el("dt", {}, label), el("dd", {}, "0"))));
  tiles.forEach(([, value], i) => {
    const dd = list.children[i].lastChild;
    if (dd.textContent !== number(value)) dd.textContent = number(value);
  });
}

function listingButtons(row, withPause = true) {
  const which = { account: row.account, listing: row.listing };
  const name = `${row.listing} at ${row.account}`;
  const button = (act, label, question, more = {}) =>
    el("button", { type: "button", "data-act": `${act} ${row.account} ${row.listing}`, "aria-label": `${label}: ${name}`,
      onclick: () => change(act, question, { ...which, ...more }) }, label);
  return el("p", { class: "row" },
    button("hold", "Hold for 2 hours", `Leave ${name} as it is for two hours?`, { for: "2h" }),
    withPause ? button("pause", "Pause", `Put ${name} to zero until it is resumed?`) : null,
    button("resume", "Resume", `Lift holds on ${name}, so that it is decided like any other?`),
    row.sku ? el("button", { type: "button", "data-act": `explain ${row.sku}`, "aria-label": `Explain ${row.sku}`, onclick: () => explain(row.sku) }, "Explain") : null);
}

function showPersons() {
  const overview = body("overview");
  const stock = body("stock");
  const rows = [];
  const add = (key, tone, head, text, extra) => rows.push(item(key, [tone, head, text], () =>
    el("li", { "data-tone": tone }, p(head, "head"), text ? p(friendly(text), "soft") : null, extra ? extra() : null)));
  for (const account of overview?.acting || []) {
    if (account.breaker === "open")
      add(`breaker ${account.account}`, "bad", `${account.account}: the breaker stopped all changes`, `${account.breaker_why}. Look at what was about to change, then close it.`,
        () => el("p", { class: "row" }, el("button", { type: "button", "data-act": `breaker ${account.account}`,
          onclick: () => change("breaker", `You have looked: close the breaker of ${account.account}?`, { account: account.account }) }, "Close the breaker")));
    else if (account.not_fit && overview.ready)
      add(`fit ${account.account}`, "warn", `${account.account} does not act`, account.not_fit);
  }
  for (const account of overview?.accounts || [])
    if (account.error) add(`error ${account.id}`, "warn", `${account.id}: reading fails`, account.error);
  for (const source of overview?.stock || []) {
    if (source.suspect) add(`suspect ${source.source}`, "bad", `Stock of ${source.source} is in doubt`, "Too much of it fell to zero at once. Nothing is changed by it until it is checked: forestall accept SOURCE.");
    else if (source.stale) add(`stale ${source.source}`, "warn", `Stock of ${source.source} is old`, `Last true ${ago(source.true_at)}.`);
  }
  for (const account of body("budget")?.accounts || []) {
    for (const limit of account.limits)
      if (limit.breached)
        add(`budget ${account.account} ${limit.name}`, "bad", `${account.account}: too many cancellations (${inWords({}, limit.name)})`, `${number(limit.cancelled)} of ${number(limit.orders)} orders; ${number(limit.allowed)} are allowed${limit.oldest_leaves ? `; the oldest rolls out on ${limit.oldest_leaves}` : ""}.`);
    for (const row of account.in_a_row?.listings || [])
      add(`row ${account.account} ${row.listing}`, "bad", `${row.listing} at ${account.account}: one more cancellation in a row and it is taken off`, `${number(row.cancelled)} in a row; ${number(account.in_a_row.limit)} is the limit. Make sure the next order is filled.`);
  }
  const listings = stock?.persons || [];
  for (const row of listings)
    add(`listing ${row.account} ${row.listing}`, row.reason === "held" ? "good" : "warn", `${row.listing} at ${row.account}: ${inWords(reasons, row.reason)}${row.state === "stuck" || row.state === "unresolved" ? `, ${inWords(states, row.state)}` : ""}`, row.why, () => listingButtons(row));
  const found = rows.length - listings.length + (stock?.persons_found || 0);
  $("list-persons").dataset.found = found;
  $("n-persons").textContent = found ? `(${number(found)})` : "";
  keyed($("list-persons"), rows, "Nothing. Forestall gets on without you.");
}

function showOrders() {
  const answer = body("orders");
  if (!answer) return;
  const orders = [...answer.orders].sort((a, b) => Date.parse(a.act_by || a.deadline) - Date.parse(b.act_by || b.deadline));
  $("n-orders").textContent = `(${number(orders.length)} at risk of ${number(answer.open_orders)} open)`;
  keyed($("list-orders"), orders.slice(0, 100).map((order) => {
    const late = Date.parse(order.act_by) < now();
    const tone = late ? "bad" : order.hard ? "warn" : "good";
    const when = late ? `the last useful moment was ${ago(order.act_by)}` : `act within ${span(Date.parse(order.act_by) - now())}`;
    return item(`${order.account} ${order.order} ${order.cause}`, [order, when], () => el("li", { "data-tone": tone },
      p(`${order.order} at ${order.account}: ${inWords(causes, order.cause)}`, "head"),
      p(`${when}. Next: ${inWords({}, order.next)}. At stake: ${order.stake}.`),
      p(friendly(order.why), "soft")));
  }), "No open order is at risk.");
}

function showRisk() {
  const stock = body("stock");
  if (!stock) return;
  $("n-risk").textContent = stock.over_offered ? `(${plural(stock.over_offered, "listing", "listings")})` : "";
  keyed($("list-risk"), stock.at_risk.map((row) => item(`${row.account} ${row.listing}`, row, () =>
    el("li", { "data-tone": "warn" },
      p(`${row.listing} at ${row.account}: shows ${row.shown}, there are ${row.backed}`, "head"),
      p(`${inWords(reasons, row.reason)}${row.state ? `; ${inWords(states, row.state)}` : ""}`, "soft"),
      listingButtons(row)))), "No listing shows more than there is.");
}

// One line for each limit of the account. The first time a limit is left with nothing, a person should know.
const limitsOf = (id) => (body("budget")?.accounts || []).find((row) => row.account === id)?.limits || [];
const percent = (share) => `${(100 * share).toLocaleString("en", { maximumFractionDigits: 2 })} %`;
function budgetOf(id) {
  const limits = limitsOf(id);
  if (limits.length === 0) return [p("No limit is known for its cancellations.", "soft")];
  return limits.flatMap((limit) => {
    const head = limit.breached ? `breached: ${number(limit.cancelled)} cancelled, ${number(limit.allowed)} allowed`
      : `${plural(limit.left, "cancellation", "cancellations")} left`;
    const text = `${inWords({}, limit.name)}: ${head} (${limit.compare === "below" ? "below" : "at most"} ${percent(limit.limit)} of ${plural(limit.orders, "order", "orders")} in ${plural(limit.window_days, "day", "days")})`;
    const rest = [`chance of a breach ${percent(limit.chance)}, after one more ${percent(limit.chance_after_one_more)}`,
      limit.oldest_leaves ? `the oldest rolls out on ${limit.oldest_leaves}` : "", limit.judged ? "" : "too few orders to be judged", `limit from the ${limit.says}`];
    return [p(text, limit.breached ? "bad" : limit.left === 0 ? "warn" : ""),
      el("meter", { min: 0, max: Math.max(1, limit.allowed), low: limit.allowed / 2, high: Math.max(0, limit.allowed - 0.5), optimum: 0, value: Math.min(limit.cancelled, Math.max(1, limit.allowed)), "aria-label": text }),
      p(rest.filter(Boolean).join("; "), "soft")];
  });
}

function showAccounts() {
  const overview = body("overview");
  if (!overview) return;
  const acting = new Map((overview.acting || []).map((row) => [row.account, row]));
  keyed($("list-accounts"), (overview.accounts || []).map((account) => {
    const acts = acting.get(account.id) || {};
    const blind = account.blind_window_seconds?.total?.p95;
    const mode = acts.mode === acts.wished_mode ? acts.mode : `${acts.mode}, though ${acts.wished_mode} is wished`;
    const tone = acts.breaker === "open" ? "bad" : account.error || acts.not_fit ? "warn" : "good";
    const facts = [
      ["Mode", mode || account.mode], ["Breaker", acts.breaker || "closed"],
      ["Orders read", ago(account.orders_read_at)],
      ["A sale reaches the others", blind ? `within ${span(blind * 1000)} (19 of 20)` : "not measured yet"],
      ["Queue", `${number(acts.queued || 0)} waiting, ${number(acts.under_way || 0)} under way`],
      ["Changes", `${number(acts.confirmed || 0)} live, ${number(acts.failed || 0)} failed, ${number(acts.noted || 0)} only noted`],
    ];
    return item(account.id, [facts, tone, limitsOf(account.id)], () => el("li", { "data-tone": tone }, p(account.id, "head"), ...budgetOf(account.id),
      el("table", {}, el("tbody", {}, ...facts.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)))))));
  }), "This seller has no account.");
}

// "(2 fewer)", "(5 if it is still 7)": said where the channel was asked for more than a number.
function inItsWay(intent) {
  return intent.write && intent.target !== null && intent.write !== `${intent.target}` ? ` (${intent.write})` : "";
}

function showDeeds() {
  const answer = body("deeds");
  if (!answer) return;
  keyed($("list-deeds"), answer.deeds.map((deed) => {
    const tone = deed.state === "confirmed" ? "good" : ["rejected", "stuck", "unresolved"].includes(deed.state) ? "bad" : "";
    const from = deed.before === null ? "" : `${number(deed.before)} → `;
    return item(`${deed.account} ${deed.listing} ${deed.epoch} ${deed.at}`, [deed, ago(deed.at)], () => el("li", { "data-tone": tone },
      p(`${deed.listing} at ${deed.account}: ${from}${deed.target === null ? "?" : number(deed.target)}${inItsWay(deed)}`, "head"),
      p(`${inWords(reasons, deed.reason)}; ${inWords(states, deed.state)}; ${ago(deed.at)}`),
      deed.numbers?.counterfactual ? p(friendly(deed.numbers.counterfactual), "soft") : null));
  }), "Nothing yet.");
}

// --- looking up a SKU ---------------------------------------------------------------------------------------------

async function lookUp(typed) {
  $("list-found").replaceChildren();
  try {
    const answer = await ask(path(`skus?${new URLSearchParams({ query: typed, limit: 20 })}`));
    $("search-said").textContent = answer.skus.length ? plural(answer.skus.length, "SKU", "SKUs") : "No SKU holds that text.";
    answer.skus.sort((a, b) => a.sku.localeCompare(b.sku, "en", { numeric: true }));
    $("list-found").replaceChildren(...answer.skus.map((row) => el("li", {}, el("button", { type: "button", "data-sku": row.sku, onclick: () => explain(row.sku) },
      `${row.sku}${row.available === undefined ? "" : ` (${number(row.available)})`}`))));
    if (answer.skus.length === 1) explain(answer.skus[0].sku);
  } catch (error) {
    $("search-said").textContent = `No answer: ${error.message}`;
  }
}

let explained = "";
async function explain(sku) {
  explained = sku;
  try {
    const answer = await ask(path(`explain?${new URLSearchParams({ sku })}`));
    if (explained !== sku) return;
    const pools = answer.pools.map((pool) => p(`${pool.pool}: ${pool.available === undefined ? pool.certainty : `${number(pool.available)} available`} (${number(pool.on_hand)} on hand, ${number(pool.committed)} ordered, ${number(pool.reserve)} held back; ${pool.certainty}; ${ago(pool.as_of)})`));
    const heading = el("h3", { tabindex: "-1" }, sku);
    $("explained").replaceChildren(heading, ...pools, el("ul", { class: "cards" }, ...answer.listings.map((row) =>
      el("li", { "data-tone": row.hold ? "warn" : "good" }, p(`${row.listing} at ${row.account} (${row.mode})`, "head"), p(friendly(row.text)),
        row.hold ? p(`Held: ${friendly(row.hold)}`, "warn") : null,
        row.intent ? p(`Last change: to ${row.intent.target}${inItsWay(row.intent)}, ${inWords(states, row.intent.state)}, ${ago(row.intent.moved_at)}`, "soft") : null,
        listingButtons({ ...row, sku: "" })))));
    heading.focus();
  } catch (error) {
    $("explained").replaceChildren(p(`No answer: ${error.message}`, "bad"));
  }
}
function explainAgain() {
  if (explained) setTimeout(() => explain(explained), 300);
}

// --- token, theme, start ------------------------------------------------------------------------------------------

function answerOf(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    if (!dialog.open) dialog.showModal();
  });
}
async function askToken() {
  const answer = await answerOf($("token-dialog"));
  const typed = $("token").value.trim();
  $("token").value = "";
  if (answer === "forget") forgetToken();
  if (answer !== "use" || !typed) return false;
  state.token = typed;
  sessionStorage.setItem("token", typed);
  return true;
}
function forgetToken() {
  state.token = "";
  sessionStorage.removeItem("token");
}
async function confirmed(question) {
  $("h-ask").textContent = question;
  $("ask-text").textContent = state.seller;
  return (await answerOf($("ask-dialog"))) === "yes";
}

function theme(next) {
  if (next) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
}

async function begin() {
  theme(localStorage.getItem("theme"));
  $("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).getPropertyValue("--ground").trim() === "#101512";
    localStorage.setItem("theme", dark ? "light" : "dark");
    theme(localStorage.getItem("theme"));
  });
  $("token-open").addEventListener("click", async () => { if (await askToken()) watch(state.seller); });
  $("search").addEventListener("submit", (event) => { event.preventDefault(); lookUp($("query").value); });
  $("seller").addEventListener("change", () => watch($("seller").value));
  for (let pause = 500; ; pause = Math.min(pause * 2, 15000)) {
    try {
      const { sellers } = await ask("/api/v1/sellers");
      $("seller").replaceChildren(...sellers.map((seller) => el("option", { value: seller.id }, seller.name)));
      if (sellers.length === 0) return live("away", "no seller is configured");
      return watch(sellers[0].id);
    } catch (error) {
      live("away", error.status === 401 ? "needs a token" : "not connected; trying again");
      if (error.status === 401) { forgetToken(); await askToken(); }
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
}
begin();
