-- SPDX-License-Identifier: Apache-2.0
-- Orders: what each line commits, quarantines and demands, and the counters of the cancellation budget.
--
-- Content (as sent): version, placed_at, placed_day, state, ship_by, deliver_by, closed_at, lines.
-- lines, six values each: id, listing, ordered, place + 1, cancel, portions. What is absent is false.
--   cancel    false or {units, by, reason, at, day, flags}; flags 1: stock in doubt, 2: no longer wanted
--   portions  false or {units, allocated_at, picked_at, shipped_at, ...}; 0 is "not reached"
-- Stored: content, resolved (components of each line, see listings), flags.

-- When units of a portion leave the books of a source that deducts at `stage`; 0 is "not yet".
local function deducted_at(stage, placed, allocated, picked, shipped)
  if stage == 0 then return placed end
  if stage == 1 and allocated > 0 then return allocated end
  if stage <= 2 and picked > 0 then return picked end
  return shipped
end

local function add_demand(list, sku, pool, at, units)
  for i = 1, #list, 4 do
    if list[i] == sku and list[i + 1] == pool and list[i + 2] == at then
      list[i + 3] = list[i + 3] + units
      return
    end
  end
  local n = #list
  list[n + 1], list[n + 2], list[n + 3], list[n + 4] = sku, pool, at, units
end

-- Adds (sign 1) or takes back (sign -1) all that an order does to its SKUs.
local function line_effect(tx, sign, placed, ordered, place, cancel, portions, sku, n, demand)
  local r, c, pool = sku_of(tx, sku), tx.c, place % 4
  local here, pool_stage = place >= 4 and c.stage[place] or nil, c.last_stage[pool] or 3
  local rest, wanted = ordered, ordered
  if cancel then
    rest = rest - cancel[1]
    if cancel[6] >= 2 then wanted = wanted - cancel[1] end
    if cancel[6] % 2 == 1 then add_quarantine(r, place, cancel[4], sign * cancel[1] * n) end
  end
  if portions then
    for i = 1, #portions, 4 do
      local units, allocated, picked, shipped = portions[i], portions[i + 1], portions[i + 2], portions[i + 3]
      rest = rest - units
      -- What a receipt backed is gone once it is shipped; there is no shelf to read.
      if pool ~= 2 or shipped == 0 then
        add_commit(r, place, here and deducted_at(here, placed, allocated, picked, shipped) or 0,
                   pool == 2 and 0 or deducted_at(pool_stage, placed, allocated, picked, shipped),
                   sign * units * n)
      end
    end
  end
  if rest > 0 then
    add_commit(r, place, here == 0 and placed or 0, (pool ~= 2 and pool_stage == 0) and placed or 0,
               sign * rest * n)
  end
  add_demand(demand, sku, pool, placed, sign * wanted * n)
  touch(tx, sku)
end

local function order_effect(tx, sign, placed, lines, resolved, demand)
  for i = 1, #lines, 6 do
    local components, listing = resolved[(i + 5) / 6], lines[i + 1]
    local ordered, place, cancel, portions = lines[i + 2], lines[i + 3] - 1, lines[i + 4], lines[i + 5]
    if components == 1 then
      line_effect(tx, sign, placed, ordered, place, cancel, portions, listing, 1, demand)
    elseif components ~= 0 then
      for j = 1, #components, 2 do
        local sku, n = components[j], components[j + 1]
        line_effect(tx, sign, placed, ordered, place, cancel, portions, sku, n, demand)
      end
    end
  end
end

-- Orders placed by account and day; cancelled orders by account, day, reason and who. Whole orders, each
-- counted once per distinct combination; what the marketplace ships itself does not count. Days that the
-- sweep has dropped are not begun again.
local function budget_effect(tx, sign, account, day, lines)
  local own, seen = false, nil
  for i = 1, #lines, 6 do
    if (lines[i + 3] - 1) % 4 ~= 1 then
      own = true
      local cancel = lines[i + 4]
      if cancel and cancel[1] > 0 and cancel[5] >= tx.first_day then
        local field = account .. ':' .. cancel[5] .. ':' .. cancel[3] .. ':' .. cancel[2]
        seen = seen or {}
        if not seen[field] then
          seen[field] = true
          count(tx, tx.k.cancel, field, sign)
        end
      end
    end
  end
  if own and day >= tx.first_day then count(tx, tx.k.day, account .. ':' .. day, sign) end
end

local function resolve(tx, account, lines)
  local resolved, unmapped = {}, false
  for i = 1, #lines, 6 do
    local components = components_of(tx, account .. ':' .. lines[i + 1])
    if components == 0 then unmapped = true end
    resolved[(i + 5) / 6] = components
  end
  return resolved, unmapped
end

-- Live units, units in doubt, units moved: the reading with more commitment wins.
local function order_weight(lines)
  local live, in_doubt, moved = 0, 0, 0
  for i = 1, #lines, 6 do
    live = live + lines[i + 2]
    local cancel, portions = lines[i + 4], lines[i + 5]
    if cancel then
      live = live - cancel[1]
      if cancel[6] % 2 == 1 then in_doubt = in_doubt + cancel[1] end
    end
    if portions then
      for j = 1, #portions, 4 do moved = moved + portions[j] end
    end
  end
  return live, in_doubt, moved
end

-- The effect of an order changing from (placed0, lines0, resolved0), if any, to (placed, lines, resolved).
local function change_order(tx, placed0, lines0, resolved0, placed, lines, resolved)
  local demand = {}
  if lines0 then order_effect(tx, -1, placed0, lines0, resolved0, demand) end
  if lines then order_effect(tx, 1, placed, lines, resolved, demand) end
  for i = 1, #demand, 4 do
    if demand[i + 3] ~= 0 then event(tx, demand[i], demand[i + 1], 0, demand[i + 3], demand[i + 2]) end
  end
end

-- A channel that does not say when something happened states its last change: an upper bound, which every later
-- change of the order moves on. Where it equals the version, what was stored of the same units before is nearer
-- to the truth: the day a cancellation counts for, the time from which a reading of stock is free of them.
local function keep_earlier(version, lines, lines0)
  local kept, before = false, {}
  for i = 1, #lines0, 6 do before[lines0[i]] = i end
  for i = 1, #lines, 6 do
    local j = before[lines[i]]
    if j then
      local cancel, cancel0 = lines[i + 4], lines0[j + 4]
      if cancel and cancel0 and cancel[1] == cancel0[1] and cancel[4] == version and cancel0[4] < version then
        cancel[4], cancel[5], kept = cancel0[4], cancel0[5], true
      end
      local portions, portions0 = lines[i + 5], lines0[j + 5]
      if portions and portions0 and #portions == #portions0 then
        for p = 1, #portions, 4 do
          local at = portions0[p + 3]
          if portions[p] == portions0[p] and portions[p + 3] == version and at > 0 and at < version then
            portions[p + 3], kept = at, true
          end
        end
      end
    end
  end
  return kept
end

local function apply_order(tx, account, id, content)
  local version, placed, day, state, ship_by, deliver_by, closed_at, lines = unpack_all(content)
  version, placed, day = tonumber(version), tonumber(placed), tonumber(day)
  closed_at = closed_at and tonumber(closed_at)
  local key, field = tx.k.order, account .. ':' .. id
  local old = tx.puts[key] and tx.puts[key][field] or call('HGET', key, field) or nil
  local v0, placed0, day0, lines0, resolved0, flags0, _
  if old then
    v0, placed0, day0, _, _, _, _, lines0, resolved0, flags0 = unpack_all(old)
    v0, placed0, day0 = tonumber(v0), tonumber(placed0), tonumber(day0)
    if version >= v0 and keep_earlier(version, lines, lines0) then
      local a, b, c, d, e, f, g = unpack_all(content)
      content = pack(a, b, c, d, e, f, g, lines)
    end
  elseif closed_at and closed_at < tx.now - KEEP_CLOSED then
    -- Old orders are taken in when an account is first filled, and never again once the account has let go of
    -- orders closed as late as this one: it was one of them.
    local dropped = call('HGET', tx.k.dropped, account)
    if dropped and closed_at <= tonumber(dropped) then return '<' end
  end
  local outcome, apply, flags = 'A', true, 0
  if old then outcome, apply, flags = admit(tx, 'o:' .. field, version, content, old, v0, flags0, function()
    local live, in_doubt, moved = order_weight(lines)
    local live0, in_doubt0, moved0 = order_weight(lines0)
    if live ~= live0 then return live > live0 end
    if in_doubt ~= in_doubt0 then return in_doubt > in_doubt0 end
    if moved ~= moved0 then return moved < moved0 end
    return nil
  end) end
  if apply then
    local resolved, unmapped = resolve(tx, account, lines)
    change_order(tx, placed0, lines0, resolved0, placed, lines, resolved)
    if old then budget_effect(tx, -1, account, day0, lines0) end
    budget_effect(tx, 1, account, day, lines)
    put(tx, key, field, content .. pack(resolved, flags))
    if unmapped and outcome == 'A' then return 'U' end
  elseif flags then
    put(tx, key, field, sub(old, 1, -2) .. pack(2))
  end
  return outcome
end
