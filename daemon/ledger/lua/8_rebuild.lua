-- SPDX-License-Identifier: Apache-2.0
-- rebuild: re-derives every counter from the stored entities and reports what differs. In slices, while
-- nothing else is applied: 'start', then 'order', 'receipt', 'pick' until their cursors end, then 'sku' and
-- 'counts'.

local function shadow_add(tx, sku)
  put(tx, tx.k.shadow, 's:' .. sku, encode_sku(tx.skus[sku]))
end

-- After a change of settings the horizon is no fact any more: it starts again from the readings.
local function forget_horizon(r, c)
  r.h = {}
  derive(r, c)
end

-- The record as the shadow has it: readings, reserve and horizon are facts; the lists start empty.
local function shadow_sku(tx, sku)
  if tx.skus[sku] then return end
  local raw = call('HGET', tx.k.shadow, 's:' .. sku)
  if raw then
    tx.skus[sku] = decode_sku(raw, tx.c)
    return
  end
  local r = sku_of(tx, sku)
  r.commits, r.receipts, r.quarantine = {}, {}, {}
  if tx.resettled then forget_horizon(r, tx.c) end
end

local function unseen(tx, what, field) return call('HSETNX', tx.k.shadow_seen, what .. field, 1) == 1 end

local function skus_of_order(lines, resolved, each)
  for i = 1, #lines, 6 do
    local components = resolved[(i + 5) / 6]
    if components == 1 then
      each(lines[i + 1])
    elseif components ~= 0 then
      for j = 1, #components, 2 do each(components[j]) end
    end
  end
end

local SHADOW = {
  order = function(tx, field, raw)
    local _, placed, day, _, _, _, _, lines, resolved = unpack_all(raw)
    skus_of_order(lines, resolved, function(sku) shadow_sku(tx, sku) end)
    order_effect(tx, 1, tonumber(placed), lines, resolved, {})
    budget_effect(tx, 1, sub(field, 1, string.find(field, ':', 1, true) - 1), tonumber(day), lines)
  end,
  receipt = function(tx, _, raw)
    local _, sku, place, expected, preorder, closed_at, _, arrived = unpack_all(raw)
    shadow_sku(tx, sku)
    receipt_effect(tx, 1, sku, place, expected, preorder, closed_at, arrived)
  end,
  pick = function(tx, _, raw)
    local _, sku, place, units, at = unpack_all(raw)
    shadow_sku(tx, sku)
    add_quarantine(tx.skus[sku], place, at, units)
    touch(tx, sku)
  end,
}

local function sorted(list, width)
  local rows = {}
  for i = 1, #list, width do rows[#rows + 1] = table.concat(list, ',', i, i + width - 1) end
  table.sort(rows)
  return table.concat(rows, ' ')
end

local function compare_sku(tx, field, raw, fix, found)
  local stored = decode_sku(raw, tx.c)
  local kept = call('HGET', tx.k.shadow, 's:' .. field)
  local right = kept and decode_sku(kept, tx.c)
  if not right then
    right = decode_sku(raw, tx.c)
    right.commits, right.receipts, right.quarantine = {}, {}, {}
    if tx.resettled then forget_horizon(right, tx.c) end
  end
  local wrong = tx.resettled
  for name, width in pairs({commits = 4, receipts = 3, quarantine = 3}) do
    local is, ought = sorted(stored[name], width), sorted(right[name], width)
    if is ~= ought then
      if not tx.resettled then
        found[#found + 1] = field .. ' ' .. name .. ': stored [' .. is .. '], ought to be [' .. ought .. ']'
      end
      wrong = true
    end
  end
  if wrong and fix then
    right.seq, right.out = stored.seq, stored.out
    tx.skus[field] = right
    touch(tx, field)
  end
end

local function compare_counts(tx, key, base_key, name, fix, found)
  local function all(from)
    local flat, out = call('HGETALL', from), {}
    for i = 1, #flat, 2 do out[flat[i]] = tonumber(flat[i + 1]) end
    return out
  end
  local stored, right = all(key), all(base_key)
  local shadow = call('HGETALL', tx.k.shadow)
  for i = 1, #shadow, 2 do
    if sub(shadow[i], 1, 2) == name then
      local field = sub(shadow[i], 3)
      right[field] = (right[field] or 0) + tonumber(shadow[i + 1])
    end
  end
  local fields = {}
  for field in pairs(stored) do fields[field] = true end
  for field in pairs(right) do fields[field] = true end
  for field in pairs(fields) do
    local is, ought = stored[field] or 0, right[field] or 0
    if is ~= ought and day_of(field) >= tx.first_day then
      found[#found + 1] = key .. ' ' .. field .. ': stored ' .. is .. ', ought to be ' .. ought
      if fix then put(tx, key, field, ought ~= 0 and ought or false) end
    end
  end
end

-- ARGV: token, now, step, cursor, count, fix ('1' writes what ought to be, '2' after new settings:
-- differences are expected and the horizons start again). Reply: packed cursor, differences, sequence, SKU
-- states.
local function rebuild(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local k, step, cursor, fix, found = tx.k, args[3], '0', args[6] ~= '0', {}
  tx.resettled = args[6] == '2'
  if step == 'start' then
    call('UNLINK', k.shadow, k.shadow_seen)
  elseif SHADOW[step] then
    local slice = call('HSCAN', k[step], args[4], 'COUNT', args[5])
    cursor = slice[1]
    for i = 1, #slice[2], 2 do
      if unseen(tx, step, slice[2][i]) then SHADOW[step](tx, slice[2][i], slice[2][i + 1]) end
    end
    for sku in pairs(tx.touched) do shadow_add(tx, sku) end
    if tx.puts[k.shadow] then hset_all(k.shadow, tx.puts[k.shadow]) end
    for key, fields in pairs(tx.counts) do
      local name = key == k.day and 'd:' or 'c:'
      for field, by in pairs(fields) do call('HINCRBY', k.shadow, name .. field, by) end
    end
    return pack(cursor, found, 0, {})
  elseif step == 'sku' then
    local slice = call('HSCAN', k.sku, args[4], 'COUNT', args[5])
    cursor = slice[1]
    for i = 1, #slice[2], 2 do compare_sku(tx, slice[2][i], slice[2][i + 1], fix, found) end
  elseif step == 'counts' then
    -- SKUs that entities name and no record has.
    local shadow = call('HGETALL', k.shadow)
    for i = 1, #shadow, 2 do
      if sub(shadow[i], 1, 2) == 's:' then
        local sku = sub(shadow[i], 3)
        if call('HEXISTS', k.sku, sku) == 0 then
          found[#found + 1] = sku .. ': no record'
          if fix then
            tx.skus[sku] = decode_sku(shadow[i + 1], tx.c)
            touch(tx, sku)
          end
        end
      end
    end
    compare_counts(tx, k.day, k.day_base, 'd:', fix, found)
    compare_counts(tx, k.cancel, k.cancel_base, 'c:', fix, found)
    call('UNLINK', k.shadow, k.shadow_seen)
  end
  local seq, states = commit(tx)
  if step == 'counts' and tx.resettled then call('DEL', k.resettle) end
  return pack(cursor, found, seq, states)
end
redis.register_function('forestall_rebuild', rebuild)
