-- SPDX-License-Identifier: Apache-2.0
-- The intent journal of one seller. KEYS[1] is the seller's prefix, 'forestall:{acme}', shared with the ledger
-- and fenced by the ledger's lease: ARGV[1] its token, ARGV[2] now in ms.
--
--   intent         hash: 'account listing' -> the current intent of the listing, see RECORD
--   intent_epoch   the last epoch given, never given twice
--   intent_schema  version of all this
--   journal        stream: every intent, every move, every wish that was only noted, in order
--   control        hash: switches set at run time (modes, breakers) -> text
--   trail          hash: 'account listing' -> where in the stream its last entries are: {ms, number, ms, ...}
--   intent_damaged hash: records that nobody could read, set aside as they were
--
-- RECORD: epoch, state, moved at, sent at (0: never), target units (-1: none), intent, late, detail, reading,
-- way.
--   intent   opaque, immutable from append on
--   late     {epoch, target or way, sent at, ...}: superseded or given up after they were sent; may still land
--   detail   of the last move, for people
--   reading  opaque: the listing as it was read before the write was sent
--   way      nil: "be target". WAY {target, 1, by}: "so many more". {target, 2, expected}: "be target, but
--            only where it is expected". Absent from records of schema 1, which knew no other than nil
--
-- The stream's entries: k = 'i' intent (f, e, b), 'm' move (f, e, s, d), 's' settled (f, e), 'w' noted wish
-- (f, b).
local SCHEMA = '2'
local REQUESTED, SENT, ACCEPTED, CONFIRMED, REJECTED, STUCK, SUPERSEDED, ABANDONED, UNRESOLVED =
  0, 1, 2, 3, 4, 5, 6, 7, 8
local MOST_LATE = 3 * 16

-- MOVES[from][to]: keep in step with moves.hpp (a test compares them).
local function set(...)
  local s = {}
  for _, v in ipairs({...}) do s[v] = true end
  return s
end
local MOVES, OPEN
local call, pack, unpack_all
-- While a library loads, Redis hides every module.
local function wake()
  call, pack, unpack_all = redis.call, cmsgpack.pack, cmsgpack.unpack
  MOVES = {
    [REQUESTED] = set(SENT, CONFIRMED, SUPERSEDED, ABANDONED),
    [SENT] = set(ACCEPTED, CONFIRMED, REJECTED, STUCK, SUPERSEDED, ABANDONED, UNRESOLVED),
    [ACCEPTED] = set(CONFIRMED, STUCK, SUPERSEDED, ABANDONED),
    [STUCK] = set(CONFIRMED, SUPERSEDED, ABANDONED),
    [UNRESOLVED] = set(ACCEPTED, CONFIRMED, STUCK, SUPERSEDED, ABANDONED),
    [CONFIRMED] = {}, [REJECTED] = {}, [SUPERSEDED] = {}, [ABANDONED] = {},
  }
  OPEN = set(REQUESTED, SENT, ACCEPTED, STUCK, UNRESOLVED)
end

local function begin(keys, args)
  if not call then wake() end
  local held = call('GET', keys[1] .. ':lease')
  if held ~= args[1] then return nil, redis.error_reply('LEASE held by ' .. (held or 'nobody')) end
  return keys[1]
end

-- What happened to one listing is found without looking at what happened to all others.
local MOST_TRAIL = 2 * 24
local function trail_of(p, field)
  local raw = call('HGET', p .. ':trail', field)
  if not raw then return {} end
  local fine, ids = pcall(unpack_all, raw)
  return fine and type(ids) == 'table' and ids or {}
end

-- The field is always the fourth word.
local function tell(p, ...)
  local id = call('XADD', p .. ':journal', '*', ...)
  local field = select(4, ...)
  local ids = trail_of(p, field)
  local ms, number = string.match(id, '^(%d+)%-(%d+)$')
  ids[#ids + 1], ids[#ids + 2] = tonumber(ms), tonumber(number)
  while #ids > MOST_TRAIL do
    for _ = 1, 2 do table.remove(ids, 1) end
  end
  call('HSET', p .. ':trail', field, pack(ids))
end

-- What was sent may land after everything that follows, until somebody knows better.
local function add_late(late, epoch, target, sent, way)
  if sent == 0 then return late end
  late[#late + 1], late[#late + 2], late[#late + 3] = epoch, way or target, sent
  while #late > MOST_LATE do
    for _ = 1, 3 do table.remove(late, 1) end
  end
  return late
end

-- ARGV from 3: packed (field, epoch named by the caller or 0, target, intent, way or nothing)...
-- Reply: flat {1, new epoch} or {0, current epoch} for each.
local function append(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local now, wishes, replies = tonumber(args[2]), {}, {}
  for i = 3, #args do wishes[i - 2] = {unpack_all(args[i])} end
  for i, wish in ipairs(wishes) do
    local field, named, target, intent, way = wish[1], wish[2], wish[3], wish[4], wish[5]
    local raw = call('HGET', p .. ':intent', field)
    local epoch, state, sent, old_target, late, old_way, _ = 0, CONFIRMED, 0, 0, {}, nil, nil
    if raw then epoch, state, _, sent, old_target, _, late, _, _, old_way = unpack_all(raw) end
    if epoch ~= named then
      replies[2 * i - 1], replies[2 * i] = 0, epoch
    else
      if OPEN[state] then
        late = add_late(late, epoch, old_target, sent, old_way)
        tell(p, 'k', 'm', 'f', field, 'e', epoch, 's', SUPERSEDED, 'd', '')
      end
      local new = call('INCR', p .. ':intent_epoch')
      call('HSET', p .. ':intent', field, pack(new, REQUESTED, now, 0, target, intent, late, '', '', way))
      tell(p, 'k', 'i', 'f', field, 'e', new, 'b', intent)
      replies[2 * i - 1], replies[2 * i] = 1, new
    end
  end
  return replies
end
redis.register_function('forestall_journal_append', append)

-- ARGV from 3: packed (field, epoch, state, detail, reading or '')...
-- Reply: flat {1, state} done (or done before), {0, current epoch} another epoch, {2, state} no legal move.
local function move(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local now, moves, replies = tonumber(args[2]), {}, {}
  for i = 3, #args do moves[i - 2] = {unpack_all(args[i])} end
  for i, m in ipairs(moves) do
    local field, epoch, to, detail, seen = m[1], m[2], m[3], m[4], m[5]
    local raw = call('HGET', p .. ':intent', field)
    local is, state, moved, sent, target, intent, late, old_detail, reading, way = 0
    if raw then is, state, moved, sent, target, intent, late, old_detail, reading, way = unpack_all(raw) end
    if not raw or is ~= epoch then
      replies[2 * i - 1], replies[2 * i] = 0, is
    elseif state == to then
      replies[2 * i - 1], replies[2 * i] = 1, state
    elseif not MOVES[state][to] then
      replies[2 * i - 1], replies[2 * i] = 2, state
    else
      if to == SENT then sent = now end
      -- Given up on, but it went out: it may land yet.
      if to == ABANDONED and (state == UNRESOLVED or state == ACCEPTED or state == STUCK) then
        late = add_late(late, epoch, target, sent, way)
      end
      if seen ~= '' then reading = seen end
      call('HSET', p .. ':intent', field,
        pack(epoch, to, now, sent, target, intent, late, detail, reading, way))
      tell(p, 'k', 'm', 'f', field, 'e', epoch, 's', to, 'd', detail)
      replies[2 * i - 1], replies[2 * i] = 1, to
    end
  end
  return replies
end
redis.register_function('forestall_journal_move', move)

-- Late writes that cannot land any more. ARGV from 3: packed (field, late epoch)... Reply: number taken off.
local function settle(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local gone = 0
  for i = 3, #args do
    local field, epoch = unpack_all(args[i])
    local raw = call('HGET', p .. ':intent', field)
    if raw then
      local is, state, moved, sent, target, intent, late, detail, reading, way = unpack_all(raw)
      local left = {}
      for j = 1, #late, 3 do
        if late[j] ~= epoch then
          for n = 0, 2 do left[#left + 1] = late[j + n] end
        end
      end
      if #left ~= #late then
        call('HSET', p .. ':intent', field,
          pack(is, state, moved, sent, target, intent, left, detail, reading, way))
        tell(p, 'k', 's', 'f', field, 'e', epoch)
        gone = gone + 1
      end
    end
  end
  return gone
end
redis.register_function('forestall_journal_settle', settle)

-- Wishes that nobody acts on (mode observe, advise). ARGV from 3: packed (field, intent)...
local function note(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  for i = 3, #args do
    local field, intent = unpack_all(args[i])
    tell(p, 'k', 'w', 'f', field, 'b', intent)
  end
  return #args - 2
end
redis.register_function('forestall_journal_note', note)

-- ARGV from 3: name, text ('' deletes)...
local function control(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  for i = 3, #args, 2 do
    if args[i + 1] == '' then
      call('HDEL', p .. ':control', args[i])
    else
      call('HSET', p .. ':control', args[i], args[i + 1])
    end
  end
  return (#args - 2) / 2
end
redis.register_function('forestall_journal_control', control)

-- The last entries of one listing, the newest first. ARGV: field, how many at most. Reply as XREVRANGE's.
local function trail(keys, args)
  if not call then wake() end
  local p, most, entries = keys[1], tonumber(args[2]), {}
  local ids = trail_of(p, args[1])
  for i = #ids - 1, 1, -2 do
    if #entries >= most then break end
    local id = string.format('%.0f-%.0f', tonumber(ids[i]) or 0, tonumber(ids[i + 1]) or 0)
    local found = call('XRANGE', p .. ':journal', id, id)
    if found[1] then entries[#entries + 1] = found[1] end
  end
  return entries
end
redis.register_function{function_name = 'forestall_journal_trail', callback = trail, flags = {'no-writes'}}

-- Records that cannot be read are kept, and stand in nobody's way. ARGV from 3: field... Reply: how many.
local function set_aside(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local n = 0
  for i = 3, #args do
    local raw = call('HGET', p .. ':intent', args[i])
    if raw then
      call('HSET', p .. ':intent_damaged', args[i], raw)
      call('HDEL', p .. ':intent', args[i])
      n = n + 1
    end
  end
  return n
end
redis.register_function('forestall_journal_set_aside', set_aside)

-- Stamps the schema where there is none; refuses a newer one. 1 becomes 2 without a pass over the records:
-- they are read as they are, and gain their tenth value when they are written next.
local function open(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local is = call('GET', p .. ':intent_schema')
  if not is or is == '1' then
    call('SET', p .. ':intent_schema', SCHEMA)
  elseif is ~= SCHEMA then
    return redis.error_reply('SCHEMA intents have version ' .. is .. ', this library has ' .. SCHEMA)
  end
  return SCHEMA
end
redis.register_function('forestall_journal_open', open)

-- Retention, one slice. ARGV: token, now, cursor, count, keep in ms, most entries of the stream.
-- A closed intent is dropped when it is older than `keep`, unless it still stands: a listing that we put to
-- zero or off and nobody changed since, or a write that may yet land. Epochs are never given twice, so that
-- a listing whose record was dropped begins again with named epoch 0 and a larger epoch.
-- Reply: {cursor, field dropped...}
local function sweep(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local oldest = tonumber(args[2]) - tonumber(args[5])
  local slice = call('HSCAN', p .. ':intent', args[3], 'COUNT', args[4])
  local reply = {slice[1]}
  for i = 1, #slice[2], 2 do
    local _, state, moved, _, target, _, late = unpack_all(slice[2][i + 1])
    local stands = OPEN[state] or #late > 0 or (state == CONFIRMED and target <= 0)
    if moved < oldest and not stands then
      call('HDEL', p .. ':intent', slice[2][i])
      call('HDEL', p .. ':trail', slice[2][i])
      reply[#reply + 1] = slice[2][i]
    end
  end
  if slice[1] == '0' then
    if oldest > 0 then call('XTRIM', p .. ':journal', 'MINID', '~', string.format('%.0f', oldest)) end
    call('XTRIM', p .. ':journal', 'MAXLEN', '~', args[6])
  end
  return reply
end
redis.register_function('forestall_journal_sweep', sweep)

-- Of listings without an intent (only wishes were noted) the trail goes when its last entry is old. ARGV as of
-- sweep, without the last. Reply: cursor.
local function sweep_trails(keys, args)
  local p, refused = begin(keys, args)
  if not p then return refused end
  local oldest = tonumber(args[2]) - tonumber(args[5])
  local slice = call('HSCAN', p .. ':trail', args[3], 'COUNT', args[4])
  for i = 1, #slice[2], 2 do
    local ids = trail_of(p, slice[2][i])
    if (tonumber(ids[#ids - 1]) or 0) < oldest and call('HEXISTS', p .. ':intent', slice[2][i]) == 0 then
      call('HDEL', p .. ':trail', slice[2][i])
    end
  end
  return slice[1]
end
redis.register_function('forestall_journal_sweep_trails', sweep_trails)
