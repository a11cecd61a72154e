-- SPDX-License-Identifier: Apache-2.0
-- Lease, names, settings, mapping, holds, the dirty set, loading, retention.

-- ARGV: owner, ttl in ms. Reply: {1, token} when held, {0, holder, ms left} when another owner has it. The
-- token starts with an epoch that grows with every change of hands: a call with an old token changes
-- nothing.
local function lease(keys, args)
  local k = keys_of(keys[1])
  local held = call('GET', k.lease)
  if held then
    if sub(held, string.find(held, ':', 1, true) + 1) ~= args[1] then
      return {0, held, call('PTTL', k.lease)}
    end
    call('PEXPIRE', k.lease, args[2])
    return {1, held}
  end
  local token = string.format('%.0f', call('INCR', k.epoch)) .. ':' .. args[1]
  call('SET', k.lease, token, 'PX', args[2])
  return {1, token}
end
redis.register_function('forestall_lease', lease)

local function release(keys, args)
  local k = keys_of(keys[1])
  if call('GET', k.lease) ~= args[1] then return 0 end
  return call('DEL', k.lease)
end
redis.register_function('forestall_release', release)

-- Numbers for names, given once and never reused. ARGV: token, now, 'kind:name'... Reply: the numbers.
local function intern(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local numbers = {}
  for i = 3, #args do
    local n = call('HGET', tx.k.names, args[i])
    if not n then
      n = call('HINCRBY', tx.k.names, '#' .. sub(args[i], 1, string.find(args[i], ':', 1, true) - 1), 1)
      call('HSET', tx.k.names, args[i], n)
    end
    numbers[i - 2] = tonumber(n)
  end
  return numbers
end
redis.register_function('forestall_intern', intern)

-- ARGV: token, now, settings. Reply: 1 if they changed, or changed before and the rebuild that has to follow did
-- not come to its end: key `resettle` stands until then. Then the counters must be rebuilt.
local function configure(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  if (call('GET', tx.k.cfg) or '') == args[3] then return call('EXISTS', tx.k.resettle) end
  call('SET', tx.k.resettle, '1')
  call('SET', tx.k.cfg, args[3])
  return 1
end
redis.register_function('forestall_configure', configure)

-- ARGV: token, now, then packed (field, components, pool)... Orders taken before keep what they resolved to
-- until `remap` has passed them; that it has to is remembered in key `remap`. Reply: number of listings that
-- stored orders may name.
local function map(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local named = 0
  for i = 3, #args do
    local field, components, pool = unpack_all(args[i])
    local l = listing_of(tx, field) or {0, 0, false, 0, 0, 0, 0, 0, 0}
    if pack(l[6]) ~= pack(components) then
      if l[6] ~= 0 or l[5] % 2 == 1 then named = named + 1 end
      l[5], l[6], l[7] = l[5] - l[5] % 2, components, pool
      write_listing(tx, field, l)
    elseif l[7] ~= pool then
      l[7] = pool
      write_listing(tx, field, l)
    end
  end
  local seq = commit(tx)
  if named > 0 then call('SET', tx.k.remap, string.format('%.0f', seq)) end
  return named
end
redis.register_function('forestall_map', map)

-- Moves one stored order to what its lines' listings are made of now.
local function move_order(tx, field, raw)
  local _, placed, _, _, _, _, _, lines, resolved, flags = unpack_all(raw)
  local now_resolved = resolve(tx, sub(field, 1, string.find(field, ':', 1, true) - 1), lines)
  local old_tail, new_tail = pack(resolved, flags), pack(now_resolved, flags)
  if old_tail == new_tail then return end
  placed = tonumber(placed)
  change_order(tx, placed, lines, resolved, placed, lines, now_resolved)
  put(tx, tx.k.order, field, sub(raw, 1, -#old_tail - 1) .. new_tail)
end

-- One slice over the stored orders: lines whose listing resolves to something else now are moved.
-- ARGV: token, now, cursor, count, ticket. The ticket is what key `remap` held before the first slice (''
-- where there is none): if it still does after the last, no change of mapping is left to be followed.
-- Reply: packed cursor, sequence, SKU states, events.
local function remap(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local slice = call('HSCAN', tx.k.order, args[3], 'COUNT', args[4])
  for i = 1, #slice[2], 2 do move_order(tx, slice[2][i], slice[2][i + 1]) end
  local seq, states = commit(tx)
  if slice[1] == '0' and args[5] and (call('GET', tx.k.remap) or '') == args[5] then
    call('SET', tx.k.remap, '0')
  end
  return pack(slice[1], seq, states, tx.events)
end
redis.register_function('forestall_remap', remap)

-- The same for the orders that are named. ARGV: token, now, order field... Reply as remap.
local function move(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  for i = 3, #args do
    local raw = call('HGET', tx.k.order, args[i])
    if raw then move_order(tx, args[i], raw) end
  end
  local seq, states = commit(tx)
  return pack('0', seq, states, tx.events)
end
redis.register_function('forestall_move', move)

-- ARGV: token, now, then packed ('reserve', sku, pool, units) | ('hold', listing field, hold | 0) |
-- ('mode', listing field, mode) | ('reread', entity)... Reply as remap, without cursor.
local function set(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  for i = 3, #args do
    local what, name, a, b = unpack_all(args[i])
    if what == 'reserve' then
      local r, left = sku_of(tx, name), {}
      if r.reserve ~= 0 then
        for j = 1, #r.reserve, 2 do
          if r.reserve[j] ~= a then left[#left + 1] = r.reserve[j] left[#left + 1] = r.reserve[j + 1] end
        end
      end
      if b > 0 then left[#left + 1] = a left[#left + 1] = b end
      r.reserve = #left > 0 and left or 0
      touch(tx, name)
    elseif what == 'reread' then
      settle(tx, name)
    else
      local l = listing_of(tx, name) or {0, 0, false, 0, 0, 0, 0, 0, 0}
      l[what == 'mode' and 8 or 9] = a
      write_listing(tx, name, l)
    end
  end
  local seq, states = commit(tx)
  return pack(seq, states, tx.events)
end
redis.register_function('forestall_set', set)

-- A decision was made: ARGV: token, now, then sku, sequence it was made on... Only what has not changed
-- since is taken off. Reply: number taken off.
local function clean(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local off = {}
  for i = 3, #args, 2 do
    if call('HGET', tx.k.dirty, args[i]) == args[i + 1] then off[#off + 1] = args[i] end
  end
  if #off > 0 then call('HDEL', tx.k.dirty, unpack(off)) end
  return #off
end
redis.register_function('forestall_clean', clean)

-- A slice of a hash, as a mirror wants it. ARGV: what ('sku', 'listing', 'order', ...), cursor, count.
-- Reply: packed cursor, then for 'sku' the states, else {field, record, ...}.
local function load(keys, args)
  local k = keys_of(keys[1])
  local slice = call('HSCAN', k[args[1]], args[2], 'COUNT', args[3])
  if args[1] ~= 'sku' then return pack(slice[1], slice[2]) end
  local c, states = settings_of(call('GET', k.cfg)), {}
  for i = 1, #slice[2], 2 do evaluate(decode_sku(slice[2][i + 1], c), slice[2][i], states) end
  return pack(slice[1], states)
end
redis.register_function{function_name = 'forestall_load', callback = load, flags = {'no-writes'}}

-- A stored counter moves to its base when the order behind it is dropped.
local function keep_budget(tx, account, day, lines)
  local counts = tx.counts
  tx.counts = {}
  budget_effect(tx, 1, account, day, lines)
  local now = tx.counts
  tx.counts = counts
  for key, fields in pairs(now) do
    local base = key == tx.k.day and tx.k.day_base or tx.k.cancel_base
    for field, by in pairs(fields) do count(tx, base, field, by) end
  end
end

-- The day of a counter: 'account:day' or 'account:day:reason:who'.
local function day_of(field) return tonumber(string.match(field, '^%d+:(-?%d+)')) end

-- One slice of what is kept for 400 days. Returns the fields dropped.
local function sweep_days(tx, what, slice)
  local gone = {}
  for i = 1, #slice, 2 do
    local field, left = slice[i], nil
    if what == 'history' then
      left = age_history(slice[i + 1], floor(tx.now / 1000))
    elseif day_of(field) < tx.first_day then
      left = false
    end
    if left ~= nil then put(tx, tx.k[what], field, left) end
    if left == false then gone[#gone + 1] = field end
  end
  return gone
end

-- Retention, one slice: orders and other entities closed more than 120 days ago; counters and history of
-- more than 400 days ago.
-- ARGV: token, now, what ('order' | 'receipt' | 'pick' | 'entity' | 'day' | 'cancel' | 'day_base' |
-- 'cancel_base' | 'history'), cursor, count.
-- Reply: packed cursor, number dropped, sequence, SKU states, fields dropped.
local CLOSED_AT = {order = 7, receipt = 6, pick = 5, entity = 2}  -- position in the record
local function sweep(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local what, oldest, gone = args[3], tx.now - KEEP_CLOSED, {}
  local mark = ({order = 'o:', receipt = 'r:', pick = 'p:'})[what] or 'e:'
  local slice = call('HSCAN', tx.k[what], args[4], 'COUNT', args[5])
  if not CLOSED_AT[what] then
    gone = sweep_days(tx, what, slice[2])
    local seq, states = commit(tx)
    return pack(slice[1], #gone, seq, states, gone)
  end
  local latest = {}
  for i = 1, #slice[2], 2 do
    local field, raw = slice[2][i], slice[2][i + 1]
    local v = {unpack_all(raw)}
    local closed = tonumber(v[CLOSED_AT[what]] or 0) or 0
    if closed > 0 and closed < oldest then
      if what == 'order' then
        local account = sub(field, 1, string.find(field, ':', 1, true) - 1)
        order_effect(tx, -1, tonumber(v[2]), v[8], v[9], {})
        keep_budget(tx, account, tonumber(v[3]), v[8])
        latest[account] = max(latest[account] or 0, closed)
      elseif what == 'receipt' then
        receipt_effect(tx, -1, v[2], v[3], v[4], v[5], v[6], v[8])
      elseif what == 'pick' then
        add_quarantine(sku_of(tx, v[2]), v[3], v[5], -v[4])
        touch(tx, v[2])
      end
      put(tx, tx.k[what], field, false)
      if v[#v] >= 2 then settle(tx, mark .. field) end
      gone[#gone + 1] = field
    end
  end
  for account, at in pairs(latest) do
    put(tx, tx.k.dropped, account, max(at, tonumber(call('HGET', tx.k.dropped, account) or 0)))
  end
  local seq, states = commit(tx)
  return pack(slice[1], #gone, seq, states, gone)
end
redis.register_function('forestall_sweep', sweep)

-- ARGV: token, now, sequence, most. The forecast has stored what it made of the events up to `sequence`:
-- the stream may forget them, and whatever is more than `most` entries. What was forgotten is remembered,
-- so that a reader who comes too late is told.
local function trim(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local through = tonumber(args[3])
  local gone = call('XTRIM', tx.k.demand, 'MINID', string.format('%.0f-1', through + 1))
  local before = call('XLEN', tx.k.demand)
  if before > tonumber(args[4]) then
    local last = call('XRANGE', tx.k.demand, '-', '+', 'COUNT', before - tonumber(args[4]))
    local id = last[#last][1]
    through = max(through, tonumber(sub(id, 1, string.find(id, '-', 1, true) - 1)))
    gone = gone + call('XTRIM', tx.k.demand, 'MINID', string.format('%.0f-1', through + 1))
  end
  if through > tonumber(call('GET', tx.k.forgotten) or 0) then
    call('SET', tx.k.forgotten, string.format('%.0f', through))
  end
  return gone
end
redis.register_function('forestall_trim', trim)
