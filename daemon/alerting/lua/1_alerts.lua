-- SPDX-License-Identifier: Apache-2.0
-- The alerts of one seller. KEYS[1] is the seller's prefix, 'forestall:{acme}', shared with the ledger and fenced
-- by the ledger's lease: ARGV[1] its token, ARGV[2] now in ms.
--
--   alert          hash: id -> what stands, or was over lately
--   alert_outbox   hash: message id -> a message that has not been delivered
--   alert_told     hash: 'sink group' -> what the sink knows of the group
--   alert_silence  hash: id -> what nobody wants to hear of for a while
--   alert_place    hash: name of a feed -> how far it was read
--   alert_log      stream: what was raised, sent, acknowledged, given up
--   alert_schema   version of all this
--
-- Values are opaque here: daemon/alerting packs them. What belongs together is written in one call or not at all.
local SCHEMA = '1'
local HASHES = {alert = true, alert_outbox = true, alert_told = true, alert_silence = true, alert_place = true}
local call, unpack_all
-- While a library loads, Redis hides every module.
local function begin(keys, args)
  if not call then call, unpack_all = redis.call, cmsgpack.unpack end
  local held = call('GET', keys[1] .. ':lease')
  if held ~= args[1] then return nil, redis.error_reply('LEASE held by ' .. (held or 'nobody')) end
  return keys[1]
end

-- Stamps the schema where there is none; refuses another one.
local function open(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local is = call('GET', p .. ':alert_schema')
  if not is then
    call('SET', p .. ':alert_schema', SCHEMA)
  elseif is ~= SCHEMA then
    return redis.error_reply('SCHEMA alerts have version ' .. is .. ', this library has ' .. SCHEMA)
  end
  return SCHEMA
end
redis.register_function('forestall_alerts_open', open)

-- ARGV from 3: keep of the log in ms, most entries of it, then packed rows: (hash, field, value), an empty value
-- deletes the field; ('log', what, text) adds a line. Written twice it is the same, but for lines of the log.
local function write(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local rows = {}
  for i = 5, #args do
    local row = {unpack_all(args[i])}
    if row[1] ~= 'log' and not HASHES[row[1]] then return redis.error_reply('ROW of no such hash') end
    rows[#rows + 1] = row
  end
  local logged = false
  for _, row in ipairs(rows) do
    if row[1] == 'log' then
      call('XADD', p .. ':alert_log', '*', 'what', row[2], 'text', row[3])
      logged = true
    elseif row[3] == '' then
      call('HDEL', p .. ':' .. row[1], row[2])
    else
      call('HSET', p .. ':' .. row[1], row[2], row[3])
    end
  end
  if logged then
    local oldest = tonumber(args[2]) - tonumber(args[3])
    if oldest > 0 then call('XTRIM', p .. ':alert_log', 'MINID', '~', string.format('%.0f', oldest)) end
    call('XTRIM', p .. ':alert_log', 'MAXLEN', '~', args[4])
  end
  return #rows
end
redis.register_function('forestall_alerts_write', write)
