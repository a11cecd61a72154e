-- SPDX-License-Identifier: Apache-2.0
-- Applying one observation of a kind other than orders. Each returns an outcome:
--   A applied   = already known   < older than what is stored
--   W differs at an equal version and won   L differs and lost: both ask for another reading
--   B newer version with an older time: changes nothing, asks for another reading
--   U applied, with a line whose listing is mapped to no SKU

-- {feed, is_count, sku, version, T, units | false, suspect}
local function apply_stock(tx, feed, is_count, sku, version, at, units, suspect)
  version, at = tonumber(version), min(tonumber(at), tx.now)
  units = units and tonumber(units)
  suspect = tonumber(suspect)
  local r = sku_of(tx, sku)
  local id, list = feed * 2 + is_count, r.readings
  local slot = #list + 1
  for i = 1, #list, 5 do
    if list[i] == id then slot = i end
  end
  local field = 's:' .. id .. ':' .. sku
  local outcome = 'A'
  if slot <= #list then
    local old, old_units, flags = list[slot + 1], list[slot + 3], list[slot + 4]
    local old_suspect = flags % 2
    if version < old then return '<' end
    if version == old then
      if units == old_units and suspect == old_suspect then return '=' end
      doubt(tx, field, version)
      touch(tx, sku)
      -- The reading with less stock wins; a number beats none; at equal numbers doubt wins.
      local wins
      if units and old_units then
        wins = units < old_units or (units == old_units and suspect > old_suspect)
      else
        wins = (units and not old_units) or (units == old_units and suspect > old_suspect)
      end
      if not wins then
        list[slot + 4] = old_suspect + 2
        return 'L'
      end
      at = max(at, list[slot + 2])
      suspect = suspect + 2
      outcome = 'W'
    else
      if at < list[slot + 2] then
        doubt(tx, field, version)
        list[slot + 4] = old_suspect + 2
        touch(tx, sku)
        return 'B'
      end
      if flags >= 2 then settle(tx, field) end
    end
  end
  list[slot], list[slot + 1], list[slot + 2], list[slot + 3], list[slot + 4] = id, version, at, units, suspect
  derive(r, tx.c)
  prune(r)
  touch(tx, sku)
  return outcome
end

-- Versioned storage of a content that starts with its version: the common rule for everything that is one
-- packed text. The stored record is content .. flags (2 = doubtful). `beats(new, old)` says whether content
-- `new` means less stock or more commitment; nil leaves it to the bytes. Returns outcome, the old content
-- to be taken back (or nil), and whether the new one is to be applied.
local function larger_bytes(a, b)  -- not `>`, which follows the server's locale
  for i = 1, min(#a, #b) do
    if byte(a, i) ~= byte(b, i) then return byte(a, i) > byte(b, i) end
  end
  return #a > #b
end

local function admit(tx, mark, version, content, old, old_version, old_flags, beats)
  version = tonumber(version)
  if not old then return 'A', version, 0 end
  if version < old_version then return '<' end
  if version > old_version then
    if old_flags >= 2 then settle(tx, mark) end
    return 'A', version, 0
  end
  if sub(old, 1, #content) == content then return '=' end
  doubt(tx, mark, version)
  local wins = beats()
  if wins == nil then wins = larger_bytes(content, old) end
  if wins then return 'W', version, 2 end
  return 'L', nil, 2
end

-- Stored: version, sku, place, expected, preorder, closed_at, expected_at, {units, at, ...}, flags.
local function receipt_effect(tx, sign, sku, place, expected, preorder, closed_at, arrived)
  local r, in_all = sku_of(tx, sku), 0
  for i = 1, #arrived, 2 do
    in_all = in_all + arrived[i]
    add_receipt(r, place, arrived[i + 1], sign * arrived[i])
  end
  local promised = (preorder == 1 and closed_at == 0) and max(0, expected - in_all) or 0
  add_receipt(r, 2, 0, sign * promised)
  touch(tx, sku)
end

local function receipt_weight(expected, preorder, closed_at, arrived)
  local in_all = 0
  for i = 1, #arrived, 2 do in_all = in_all + arrived[i] end
  return in_all, (preorder == 1 and closed_at == 0) and max(0, expected - in_all) or 0
end

local function apply_receipt(tx, field, content)
  local version, sku, place, expected, preorder, closed_at, _, arrived = unpack_all(content)
  local key, mark = tx.k.receipt, 'r:' .. field
  local old = tx.puts[key] and tx.puts[key][field] or call('HGET', key, field) or nil
  local v0, sku0, place0, expected0, preorder0, closed0, arrived0, flags0, _
  if old then v0, sku0, place0, expected0, preorder0, closed0, _, arrived0, flags0 = unpack_all(old) end
  local outcome, apply, flags = admit(tx, mark, version, content, old, v0, flags0, function()
    local a, b = receipt_weight(expected, preorder, closed_at, arrived)
    local a0, b0 = receipt_weight(expected0, preorder0, closed0, arrived0)
    if a ~= a0 then return a < a0 end
    if b ~= b0 then return b < b0 end
    return nil
  end)
  if apply then
    if old then receipt_effect(tx, -1, sku0, place0, expected0, preorder0, closed0, arrived0) end
    receipt_effect(tx, 1, sku, place, expected, preorder, closed_at, arrived)
    put(tx, key, field, content .. pack(flags))
  elseif flags then
    put(tx, key, field, sub(old, 1, -2) .. pack(2))
  end
  return outcome
end

-- Stored: version, sku, place, units, at, flags.
local function apply_pick(tx, field, content)
  local version, sku, place, units, at = unpack_all(content)
  local key, mark = tx.k.pick, 'p:' .. field
  local old = tx.puts[key] and tx.puts[key][field] or call('HGET', key, field) or nil
  local v0, sku0, place0, units0, at0, flags0
  if old then v0, sku0, place0, units0, at0, flags0 = unpack_all(old) end
  local outcome, apply, flags = admit(tx, mark, version, content, old, v0, flags0, function()
    if units ~= units0 then return units > units0 end
    if at ~= at0 then return at > at0 end
    return nil
  end)
  if apply then
    if old then
      add_quarantine(sku_of(tx, sku0), place0, at0, -units0)
      touch(tx, sku0)
    end
    add_quarantine(sku_of(tx, sku), place, at, units)
    touch(tx, sku)
    put(tx, key, field, content .. pack(flags))
  elseif flags then
    put(tx, key, field, sub(old, 1, -2) .. pack(2))
  end
  return outcome
end

-- Listing record: version, T, quantity | false, activity, flags, components, pool, mode, hold.
--   flags       1 while a stored order met it unmapped, 2 when its readings contradict each other
--   components  0 unmapped, 1 one unit of the SKU of the same text, or {sku, units, ...}
local function listing_of(tx, field)
  local l = tx.listings[field]
  if l ~= nil then return l end
  local raw = call('HGET', tx.k.listing, field)
  if raw then
    l = {unpack_all(raw)}
  else
    l = false
  end
  tx.listings[field] = l
  return l
end

local function write_listing(tx, field, l)
  tx.listings[field] = l
  put(tx, tx.k.listing, field, pack(unpack(l)))
end

-- For an order that names the listing. One that nobody spoke of before gets a record, so that it is reported;
-- one that is not mapped remembers that an order has to be moved when it will be.
local function components_of(tx, field)
  local l = listing_of(tx, field) or {0, 0, false, 0, 0, 0, 0, 0, 0}
  if l[6] == 0 and l[5] % 2 == 0 then
    l[5] = l[5] + 1
    write_listing(tx, field, l)
  end
  return l[6]
end

local function apply_listing(tx, field, version, at, quantity, activity)
  version, at = tonumber(version), min(tonumber(at), tx.now)
  local l, mark = listing_of(tx, field), 'l:' .. field
  if not l then
    write_listing(tx, field, {version, at, quantity, activity, 0, 0, 0, 0, 0})
    return 'A'
  end
  if version < l[1] then return '<' end
  local flags, outcome = 0, 'A'
  if version == l[1] and l[2] > 0 then
    if quantity == l[3] and activity == l[4] then return '=' end
    doubt(tx, mark, version)
    flags = 2
    -- What may still be sold at the channel counts as commitment: more listed wins, active before inactive.
    local more, old = quantity or math.huge, l[3] or math.huge
    if more < old or (more == old and activity > l[4]) then
      l[5] = l[5] % 2 + 2
      write_listing(tx, field, l)
      return 'L'
    end
    outcome = 'W'
  elseif l[5] >= 2 then
    settle(tx, mark)
  end
  l[1], l[2], l[3], l[4], l[5] = version, at, quantity, activity, l[5] % 2 + flags
  write_listing(tx, field, l)
  return outcome
end

-- Everything that is only kept: version, closed_at, weight, payload, flags. The larger weight is the reading
-- that asks more of the seller.
local function apply_entity(tx, field, content)
  local version, _, weight = unpack_all(content)
  local key, mark = tx.k.entity, 'e:' .. field
  local old = tx.puts[key] and tx.puts[key][field] or call('HGET', key, field) or nil
  local v0, w0, flags0, _
  if old then v0, _, w0, _, flags0 = unpack_all(old) end
  local outcome, apply, flags = admit(tx, mark, version, content, old, v0, flags0, function()
    if weight ~= w0 then return weight > w0 end
    return nil
  end)
  if apply then
    put(tx, key, field, content .. pack(flags))
  elseif flags then
    put(tx, key, field, sub(old, 1, -2) .. pack(2))
  end
  return outcome
end
