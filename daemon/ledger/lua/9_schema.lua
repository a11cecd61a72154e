-- SPDX-License-Identifier: Apache-2.0
-- Schema versions. The library reads and writes one; `migrate` brings the one before it here, in slices,
-- and may be killed and run again at any point.
--
-- 1 -> 2: SKU records had neither `out` nor `high`, and commitments had one date for place and pool:
--         seq, reserve, readings, {place, td, units, ...}, receipts, quarantine.

local function version(keys) return SCHEMA end
redis.register_function{function_name = 'forestall_version', callback = version, flags = {'no-writes'}}

-- ARGV: none. Reply: the data's schema; '' where there are no data.
local function schema(keys)
  return call('GET', keys_of(keys[1]).schema) or ''
end
redis.register_function{function_name = 'forestall_schema', callback = schema, flags = {'no-writes'}}

local function upgrade_sku(raw)
  local values = {unpack_all(raw)}
  if #values == 8 then return raw end  -- done before we were interrupted
  local seq, reserve, readings, old, receipts, quarantine = unpack(values)
  local commits = {}
  for i = 1, #old, 3 do
    local n = #commits
    commits[n + 1], commits[n + 2] = old[i], old[i] >= 4 and old[i + 1] or 0
    commits[n + 3], commits[n + 4] = old[i + 1], old[i + 2]
  end
  return pack(seq, 0, reserve, readings, commits, receipts, quarantine, 0)
end

-- ARGV: token, now, cursor, count. Reply: {cursor, schema}. Refuses what is newer than this library.
local function migrate(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local k = tx.k
  local is = call('GET', k.schema)
  if is == SCHEMA then return {'0', SCHEMA} end
  if not is then
    call('SET', k.schema, SCHEMA)
    return {'0', SCHEMA}
  end
  if is ~= '1' then
    return redis.error_reply('SCHEMA data have version ' .. is .. ', this library has ' .. SCHEMA)
  end
  local slice = call('HSCAN', k.sku, args[3], 'COUNT', args[4])
  local records = {}
  for i = 1, #slice[2], 2 do records[slice[2][i]] = upgrade_sku(slice[2][i + 1]) end
  hset_all(k.sku, records)
  if slice[1] == '0' then
    call('SET', k.schema, SCHEMA)
    return {'0', SCHEMA}
  end
  return {slice[1], '1'}
end
redis.register_function('forestall_migrate', migrate)
