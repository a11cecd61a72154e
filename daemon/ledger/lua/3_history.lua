-- SPDX-License-Identifier: Apache-2.0
-- Demand history: what buyers wanted and when a SKU ran out or came back. Kept twice: per SKU, packed, for
-- 400 days; and as one stream in order of sequence, from which a restart replays exactly what it missed.
--
-- Per SKU: base and last as 32-bit seconds, then for each event the zigzag difference to the last one's
-- second and the zigzag units * 9 + kind * 3 + pool, both as variable-length integers.
-- Kinds: 0 demand (negative: taken back), 1 ran out, 2 came back.
local SECONDS_KEPT = KEEP_DAYS * 86400

local function varint(n)
  if n < 128 then return char(n) end
  if n < 16384 then return char(n % 128 + 128, floor(n / 128)) end
  local out = ''
  while n >= 128 do
    out = out .. char(n % 128 + 128)
    n = floor(n / 128)
  end
  return out .. char(n)
end
local function zigzag(n) return n >= 0 and 2 * n or -2 * n - 1 end
local function unzigzag(n) return n % 2 == 0 and n / 2 or -(n + 1) / 2 end

local function varint_at(s, i)
  local n, scale = 0, 1
  while true do
    local b = byte(s, i)
    i = i + 1
    if b < 128 then return n + b * scale, i end
    n, scale = n + (b - 128) * scale, scale * 128
  end
end

local function decode_history(raw)
  local at = struct.unpack('<I4', raw)
  local events, i = {}, 9
  while i <= #raw do
    local step, code
    step, i = varint_at(raw, i)
    code, i = varint_at(raw, i)
    at = at + unzigzag(step)
    events[#events + 1] = {at, code}
  end
  return events
end

local function encode_history(events)
  if #events == 0 then return false end
  local parts, at = {struct.pack('<I4I4', events[1][1], events[#events][1])}, events[1][1]
  for i = 1, #events do
    parts[#parts + 1] = varint(zigzag(events[i][1] - at)) .. varint(events[i][2])
    at = events[i][1]
  end
  return table.concat(parts)
end

local function trim_history(raw, oldest)
  local kept = {}
  for _, e in ipairs(decode_history(raw)) do
    if e[1] >= oldest then kept[#kept + 1] = e end
  end
  return encode_history(kept)
end

-- Re-packed at most once a month and SKU.
local function worth_trimming(base, now) return base < now - SECONDS_KEPT - 30 * 86400 end

local function append_history(raw, at, code, now)
  if not raw then return struct.pack('<I4I4', at, at) .. varint(0) .. varint(code) end
  local base, last = struct.unpack('<I4I4', raw)
  raw = sub(raw, 1, 4) .. struct.pack('<I4', at) .. sub(raw, 9) .. varint(zigzag(at - last)) .. varint(code)
  return worth_trimming(base, now) and trim_history(raw, now - SECONDS_KEPT) or raw
end

-- For a SKU that nobody orders any more. Returns what is left (false: nothing), or nil where it is to stay.
local function age_history(raw, now)
  local base, last = struct.unpack('<I4I4', raw)
  if last < now - SECONDS_KEPT then return false end
  if worth_trimming(base, now) then return trim_history(raw, now - SECONDS_KEPT) end
end

-- kind, units and instant (ms) of something that happened to a SKU in a pool.
local function event(tx, sku, pool, kind, units, at)
  local e = tx.events
  local n = #e
  e[n + 1], e[n + 2], e[n + 3], e[n + 4], e[n + 5] = sku, pool, kind, units, at
end

-- `seq` as text.
local function write_events(tx, seq)
  local e = tx.events
  if #e == 0 then return end
  local now, packed = floor(tx.now / 1000), {}
  for i = 1, #e, 5 do
    local sku = e[i]
    local raw = packed[sku] or call('HGET', tx.k.history, sku)
    local code = zigzag(e[i + 3]) * 9 + e[i + 2] * 3 + e[i + 1]
    packed[sku] = append_history(raw, max(0, floor(e[i + 4] / 1000)), code, now)
  end
  hset_all(tx.k.history, packed)
  call('XADD', tx.k.demand, seq .. '-1', 'e', pack(e))
end
