-- SPDX-License-Identifier: Apache-2.0
-- One SKU: its readings, what is committed, received, quarantined since, and what follows for `available`.
--
-- Record: seq, out, reserve, readings, commits, receipts, quarantine, high (each a packed value; lists are
-- flat).
--   out         bit 2^pool is set while available <= 0 (the last stock-state edge told)
--   reserve     {pool, units, ...} or 0
--   readings    {feed * 2 + (1 if count), version, T, units | false, 1 suspect + 2 doubtful, ...}
--   commits     {place, td_place, td_pool, units, ...}: not deducted yet as far as the readings tell
--   receipts    {place, at, units, ...}; at = 0: promised, sold from pool preorder
--   quarantine  {place, at, units, ...}
--   high        {pool, H, ...} where H is not simply the oldest T of the pool, or 0
--
-- A commitment is settled (inside the reading) once its place's T has reached td_place, or the pool's H has
-- reached td_pool. H is the running maximum of the oldest T of the pool's places, so nothing settled comes
-- back.
local NONE = {}  -- never written to
local function derive(r, c)
  local t, units, suspect, counted, counted_pool, oldest, h = {}, {}, NONE, NONE, NONE, {}, r.h
  local list = r.readings
  for i = 1, #list, 5 do
    local id, at, flags = list[i], list[i + 2], list[i + 4]
    local is_count = id % 2 == 1
    local feed = is_count and (id - 1) / 2 or id / 2
    local place = c.place[feed]
    if place then
      if is_count then
        if counted == NONE then counted, counted_pool = {}, {} end
        local pool = place % 4
        counted[place] = max(counted[place] or 0, at)
        counted_pool[pool] = max(counted_pool[pool] or 0, at)
      end
      if is_count or c.authority[feed] then
        -- The newest reading speaks for the place; of two for one instant the count does.
        local before = t[place]
        if not before or at > before or (at == before and is_count) then
          t[place], units[place] = at, list[i + 3]
          if flags % 2 == 1 or suspect ~= NONE then
            if suspect == NONE then suspect = {} end
            suspect[place] = flags % 2 == 1
          end
        end
      end
    end
  end
  for place, at in next, t do
    local pool = place % 4
    if not oldest[pool] or at < oldest[pool] then oldest[pool] = at end
  end
  for pool, at in next, oldest do
    if not h[pool] or h[pool] < at then h[pool] = at end
  end
  r.t, r.units, r.suspect, r.oldest = t, units, suspect, oldest
  r.counted, r.counted_pool = counted, counted_pool
end

local function decode_sku(raw, c)
  local seq, out, reserve, readings, commits, receipts, quarantine, high = unpack_all(raw)
  local h = {}
  if high ~= 0 then
    for i = 1, #high, 2 do h[high[i]] = high[i + 1] end
  end
  local r = {seq = seq, out = out, reserve = reserve, readings = readings, commits = commits,
             receipts = receipts, quarantine = quarantine, h = h}
  derive(r, c)
  return r
end

local function sku_of(tx, sku)
  local r = tx.skus[sku]
  if r then return r end
  local raw = call('HGET', tx.k.sku, sku)
  if raw then
    r = decode_sku(raw, tx.c)
  else
    r = {seq = 0, out = 0, reserve = 0, readings = {}, commits = {}, receipts = {}, quarantine = {}, h = {}}
    derive(r, tx.c)
  end
  tx.skus[sku] = r
  return r
end

local function touch(tx, sku)
  tx.touched[sku], tx.changed = true, true
end

local function commit_settled(r, place, td_place, td_pool)
  local t = r.t[place]
  if td_place > 0 and t and td_place <= t then return true end
  local h = r.h[place % 4]
  return td_pool > 0 and h ~= nil and td_pool <= h
end

local function receipt_settled(r, place, at)
  local t = r.t[place]
  return at > 0 and t ~= nil and at <= t
end

-- A count ends quarantine at its place; where the place of the unit is not known, any count in the pool does.
local function quarantine_settled(r, place, at)
  local counted
  if place < 4 then counted = r.counted_pool[place] else counted = r.counted[place] end
  return counted ~= nil and at <= counted
end

local function add_commit(r, place, td_place, td_pool, units)
  if units == 0 or commit_settled(r, place, td_place, td_pool) then return end
  local list = r.commits
  local n = #list
  for i = 1, n, 4 do
    if list[i] == place and list[i + 1] == td_place and list[i + 2] == td_pool then
      local left = list[i + 3] + units
      if left ~= 0 then
        list[i + 3] = left
      else
        for j = 0, 3 do list[i + j] = list[n - 3 + j] end
        for j = n, n - 3, -1 do list[j] = nil end
      end
      return
    end
  end
  list[n + 1], list[n + 2], list[n + 3], list[n + 4] = place, td_place, td_pool, units
end

local function add_dated(list, place, at, units)
  if units == 0 then return end
  local n = #list
  for i = 1, n, 3 do
    if list[i] == place and list[i + 1] == at then
      local left = list[i + 2] + units
      if left ~= 0 then
        list[i + 2] = left
      else
        for j = 0, 2 do list[i + j] = list[n - 2 + j] end
        for j = n, n - 2, -1 do list[j] = nil end
      end
      return
    end
  end
  list[n + 1], list[n + 2], list[n + 3] = place, at, units
end

local function add_receipt(r, place, at, units)
  if not receipt_settled(r, place, at) then add_dated(r.receipts, place, at, units) end
end
local function add_quarantine(r, place, at, units)
  if not quarantine_settled(r, place, at) then add_dated(r.quarantine, place, at, units) end
end

-- After readings moved on: forget what is inside them now.
local function prune(r)
  local kept, n = {}, 0
  local list = r.commits
  for i = 1, #list, 4 do
    if not commit_settled(r, list[i], list[i + 1], list[i + 2]) then
      for j = 0, 3 do kept[n + 1 + j] = list[i + j] end
      n = n + 4
    end
  end
  r.commits = kept
  local function keep(dated, settled)
    local left, m = {}, 0
    for i = 1, #dated, 3 do
      if not settled(r, dated[i], dated[i + 1]) then
        left[m + 1], left[m + 2], left[m + 3] = dated[i], dated[i + 1], dated[i + 2]
        m = m + 3
      end
    end
    return left
  end
  r.receipts = keep(r.receipts, receipt_settled)
  r.quarantine = keep(r.quarantine, quarantine_settled)
end

-- Nobody reads stock for this pool: the dated commitments would pile up until a first reading comes. All
-- but the newest 128 are then taken as settled; the horizon is stored, so that taking one back still finds
-- the same.
local MOST_DATED = 256
local function bound(r)
  if #r.commits <= 4 * MOST_DATED then return end
  for pool = 0, 2 do
    if not r.oldest[pool] then
      local times = {}
      for i = 1, #r.commits, 4 do
        if r.commits[i] % 4 == pool and r.commits[i + 2] > 0 then times[#times + 1] = r.commits[i + 2] end
      end
      if #times > MOST_DATED then
        table.sort(times)
        r.h[pool] = max(r.h[pool] or 0, times[#times - 128])
        prune(r)
      end
    end
  end
end

local function encode_sku(r)
  local high = 0
  for pool, h in next, r.h do
    if h ~= r.oldest[pool] then
      if high == 0 then high = {} end
      high[#high + 1] = pool
      high[#high + 1] = h
    end
  end
  return pack(r.seq, r.out, r.reserve, r.readings, r.commits, r.receipts, r.quarantine, high)
end

-- Appends the state of each pool that has one to `into`, ten values each:
-- sku, pool, certainty, available, on hand, receipts, committed, quarantined, reserve, oldest T.
-- Returns a bit set of the pools that are known to have nothing left, and of those known at all.
local WIDTH = 10
local function pools_of(r)
  local own, marketplace, preorder = false, false, false
  local function see(pool)
    if pool == 0 then own = true elseif pool == 1 then marketplace = true else preorder = true end
  end
  for place in next, r.t do see(place % 4) end
  for i = 1, #r.commits, 4 do see(r.commits[i] % 4) end
  for i = 1, #r.receipts, 3 do see(r.receipts[i] % 4) end
  for i = 1, #r.quarantine, 3 do see(r.quarantine[i] % 4) end
  if r.reserve ~= 0 then
    for i = 1, #r.reserve, 2 do see(r.reserve[i]) end
  end
  return own, marketplace, preorder
end

local function evaluate_pool(r, sku, pool, into)
  local told, unknown, wrong = false, false, false
  local on_hand, late, committed, quarantined, reserve = 0, 0, 0, 0, 0
  for place, units in next, r.units do
    if place % 4 == pool then
      told = true
      if units then
        on_hand = on_hand + units
        if units < 0 then wrong = true end
      else
        unknown = true
      end
      if r.suspect[place] then wrong = true end
    end
  end
  local list = r.commits
  for i = 1, #list, 4 do
    if list[i] % 4 == pool then committed = committed + list[i + 3] end
  end
  list = r.receipts
  for i = 1, #list, 3 do
    if list[i] % 4 == pool then
      if list[i + 1] == 0 then told = true end
      if list[i + 1] == 0 or r.t[list[i]] then late = late + list[i + 2] end
    end
  end
  list = r.quarantine
  for i = 1, #list, 3 do
    if list[i] % 4 == pool then
      wrong = true
      quarantined = quarantined + list[i + 2]
    end
  end
  list = r.reserve
  if list ~= 0 then
    for i = 1, #list, 2 do
      if list[i] == pool then reserve = list[i + 1] end
    end
  end
  local certainty = (unknown or not told) and 0 or (wrong and 2 or 1)
  local available, n = on_hand + late - committed - quarantined - reserve, #into
  into[n + 1], into[n + 2], into[n + 3], into[n + 4], into[n + 5] = sku, pool, certainty, available, on_hand
  into[n + 6], into[n + 7], into[n + 8], into[n + 9] = late, committed, quarantined, reserve
  into[n + 10] = r.oldest[pool] or 0
  return certainty > 0 and 2 ^ pool or 0, available <= 0
end

local function evaluate(r, sku, into)
  local out, known = 0, 0
  local own, marketplace, preorder = pools_of(r)
  local function one(pool)
    local bit, none = evaluate_pool(r, sku, pool, into)
    known = known + bit
    if none then out = out + bit end
  end
  if own then one(0) end
  if marketplace then one(1) end
  if preorder then one(2) end
  return out, known
end
