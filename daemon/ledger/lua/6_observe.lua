-- SPDX-License-Identifier: Apache-2.0
-- observe: the one way in. All observations of a call are applied together, in order, with the poll cursor
-- that the last page's last observation moves.

local function stock_edges(tx, r, sku, out, known)
  for pool = 0, 2 do
    local bit = 2 ^ pool
    if floor(known / bit) % 2 == 1 then
      local is, was = floor(out / bit) % 2, floor(r.out / bit) % 2
      if is ~= was then
        event(tx, sku, pool, is == 1 and 1 or 2, 0, tx.now)
        r.out = r.out + (is - was) * bit
      end
    end
  end
end

-- Writes the unit of work. Returns the sequence number it got (0 if nothing changed) and the SKUs' new state.
local function commit(tx)
  if not tx.changed then return 0, {} end
  local k, states = tx.k, {}
  local seq = call('INCR', k.seq)
  local seq_text = string.format('%.0f', seq)
  local records, dirty, any = {}, {}, false
  for sku in next, tx.touched do
    local r = tx.skus[sku]
    bound(r)
    local out, known = evaluate(r, sku, states)
    if out ~= r.out then stock_edges(tx, r, sku, out, known) end
    r.seq = seq
    records[sku], dirty[sku], any = encode_sku(r), seq_text, true
  end
  if any then
    hset_all(k.sku, records)
    hset_all(k.dirty, dirty)
  end
  for key, fields in next, tx.puts do hset_all(key, fields) end
  for key, fields in next, tx.counts do
    for field, by in next, fields do
      if by ~= 0 and call('HINCRBY', key, field, by == 1 and '1' or by) == 0 then call('HDEL', key, field) end
    end
  end
  if next(tx.calm) then
    local fields = {}
    for field in pairs(tx.calm) do fields[field] = false end
    hset_all(k.reread, fields)
  end
  if next(tx.reread) then hset_all(k.reread, tx.reread) end
  write_events(tx, seq_text)
  return seq, states
end

local APPLY = {apply_stock, apply_order, apply_listing, apply_receipt, apply_pick, apply_entity}
local function apply(tx, kind, ...) return APPLY[kind](tx, ...) end

-- ARGV: token, now, cursor name ('' for none), cursor value, observation...
-- Reply: outcomes (one letter each), sequence, SKU states (see evaluate), events (see history), doubtful
-- entities.
local function observe(keys, args)
  local tx, refused = begin(keys, args)
  if not tx then return refused end
  local outcomes = {}
  for i = 5, #args do outcomes[i - 4] = apply(tx, unpack_all(args[i])) end
  local cursor = args[3]
  if cursor ~= '' then put(tx, tx.k.cursor, cursor, args[4]) end
  local seq, states = commit(tx)
  local doubtful, n = {}, 0
  for field in next, tx.reread do
    n = n + 1
    doubtful[n] = field
  end
  return pack(table.concat(outcomes), seq, states, tx.events, doubtful)
end
redis.register_function('forestall_observe', observe)
