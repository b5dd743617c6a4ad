#!lua flags=no-writes
-- Reads states together with the position that they stand at.
-- KEYS: position, states. ARGV: keys. Answers: epoch, offset, record, then lists of states.
local position = redis.call('HMGET', KEYS[1], 'epoch', 'offset', 'record')
local answer = { position[1], position[2], position[3] }

-- Lua passes at most some 8,000 arguments on.
local CHUNK = 4000
for from = 1, #ARGV, CHUNK do
  local last = math.min(from + CHUNK - 1, #ARGV)
  answer[#answer + 1] = redis.call('HMGET', KEYS[2], unpack(ARGV, from, last))
end
return answer
