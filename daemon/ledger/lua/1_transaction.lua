-- SPDX-License-Identifier: Apache-2.0
-- Keys, settings and the unit of work. A function reads what it needs into `tx`, changes it there, and writes
-- everything at the end: Redis does not roll back a function that fails half-way.
local SCHEMA = '2'
local DAY = 86400000
local KEEP_CLOSED = 120 * DAY
local KEEP_DAYS = 400  -- counters of the budget and demand history

-- While a library loads, Redis hides every module: keys_of() fills these in.
local call, pack, unpack_all, floor, min, max, sub, char, byte
local function wake()
  call, pack, unpack_all = redis.call, cmsgpack.pack, cmsgpack.unpack
  floor, min, max = math.floor, math.min, math.max
  sub, char, byte = string.sub, string.char, string.byte
end

-- One hash tag a seller: 'forestall:{acme}' .. ':order'.
local key_cache, key_count = {}, 0
local KEY_NAMES = {'cfg', 'lease', 'epoch', 'schema', 'seq', 'names', 'sku', 'listing', 'order', 'receipt',
                   'pick', 'entity', 'dirty', 'reread', 'cursor', 'day', 'cancel', 'day_base', 'cancel_base',
                   'dropped', 'history', 'demand', 'forgotten', 'remap', 'resettle', 'shadow', 'shadow_seen'}
local function keys_of(prefix)
  if not call then wake() end
  local k = key_cache[prefix]
  if not k then
    if key_count > 64 then key_cache, key_count = {}, 0 end
    k = {}
    for _, name in ipairs(KEY_NAMES) do k[name] = prefix .. ':' .. name end
    key_cache[prefix], key_count = k, key_count + 1
  end
  return k
end

-- Settings of stock feeds (feed = source at a location), compiled once for each distinct text. A place is
-- location * 4 + pool; location 0 is "not said". place[f] and authority[f] describe feed f; stage[place] is
-- when the place's authority deducts, last_stage[pool] the latest of the pool's places.
local settings_cache, settings_count = {}, 0
local function settings_of(raw)
  raw = raw or ''
  local c = settings_cache[raw]
  if c then return c end
  if settings_count > 64 then settings_cache, settings_count = {}, 0 end
  c = {place = {}, authority = {}, stage = {}, last_stage = {}}
  local feeds = raw == '' and {} or unpack_all(raw)
  for i = 1, #feeds, 4 do
    local f = (i + 3) / 4
    local place = feeds[i] * 4 + feeds[i + 1]
    c.place[f] = place
    if feeds[i + 3] == 1 then
      c.authority[f] = true
      c.stage[place] = feeds[i + 2]
      local pool = feeds[i + 1]
      c.last_stage[pool] = max(c.last_stage[pool] or 0, feeds[i + 2])
    end
  end
  settings_cache[raw], settings_count = c, settings_count + 1
  return c
end

-- Every writing function takes: KEYS[1] the prefix, ARGV[1] the lease's token, ARGV[2] now in ms.
local function begin(keys, args)
  local k = keys_of(keys[1])
  local got = call('MGET', k.cfg, k.lease)
  if got[2] ~= args[1] then
    return nil, redis.error_reply('LEASE held by ' .. (got[2] or 'nobody'))
  end
  local now = tonumber(args[2])
  return {k = k, now = now, first_day = floor(now / DAY) - KEEP_DAYS, c = settings_of(got[1]), skus = {}, touched = {}, listings = {},
          puts = {}, counts = {}, events = {}, reread = {}, calm = {}, changed = false}
end

-- Remembers that hash `key` is to get `field` = `value` (false deletes it).
local function put(tx, key, field, value)
  local hash = tx.puts[key]
  if not hash then hash = {} tx.puts[key] = hash end
  hash[field] = value
  tx.changed = true
end

local function count(tx, key, field, by)
  local hash = tx.counts[key]
  if not hash then hash = {} tx.counts[key] = hash end
  hash[field] = (hash[field] or 0) + by
end

local function hset_all(key, fields)
  local field, value = next(fields)
  if value and next(fields, field) == nil then
    call('HSET', key, field, value)
    return
  end
  local sets, dels = {}, {}
  local function flush()
    if #sets > 0 then call('HSET', key, unpack(sets)) sets = {} end
    if #dels > 0 then call('HDEL', key, unpack(dels)) dels = {} end
  end
  for field, value in pairs(fields) do
    if value then
      sets[#sets + 1] = field
      sets[#sets + 1] = value
    else
      dels[#dels + 1] = field
    end
    if #sets + #dels > 2000 then flush() end
  end
  flush()
end

-- An entity is doubtful when two readings of one version differ: it is listed until a newer version settles
-- it.
local function doubt(tx, field, version)
  tx.reread[field], tx.calm[field], tx.changed = version, nil, true
end
local function settle(tx, field)
  tx.reread[field], tx.calm[field], tx.changed = nil, true, true
end
