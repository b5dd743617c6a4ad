#!lua
-- Takes a partition over, which fences every earlier owner.
-- KEYS: position. Answers: epoch, offset, record; the last two nil before the first commit.
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
local position = redis.call('HMGET', KEYS[1], 'offset', 'record')
return { epoch, position[1], position[2] }
