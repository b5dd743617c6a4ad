#!lua
-- Writes one batch, if epoch and offset are as expected. Answers 1, or 0 with nothing changed.
-- KEYS: position, states.
-- ARGV: epoch; offset expected, empty before the first commit; new offset; new record;
--       number of keys to delete; those keys; then key and state in turn.
local position = redis.call('HMGET', KEYS[1], 'epoch', 'offset')
if position[1] ~= ARGV[1] or (position[2] or '') ~= ARGV[2] then return 0 end

-- Lua passes at most some 8,000 arguments on; an even number never parts a key from its state.
local CHUNK = 4000
local function in_chunks(command, first, last)
  for from = first, last, CHUNK do
    redis.call(command, KEYS[2], unpack(ARGV, from, math.min(from + CHUNK - 1, last)))
  end
end

local written = 6 + tonumber(ARGV[5])
in_chunks('HDEL', 6, written - 1)
in_chunks('HSET', written, #ARGV)
redis.call('HSET', KEYS[1], 'offset', ARGV[3], 'record', ARGV[4])
return 1
