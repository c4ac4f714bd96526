-- A gateway says that it lives, and learns of the others. Redis keeps the time: clocks may differ.
-- KEYS: gateways (a sorted set: instance by the ms of its last beat), facts (a hash: instance to
-- "node digest"). ARGV: instance, node, digest of the configuration, channel, 1 to leave.
-- Gives: ms of Redis's clock, how many live, how many are missing (silent, but did not leave),
-- others with the same node number, others with another configuration.
if redis.replicate_commands then redis.replicate_commands() end -- before Redis 5 TIME needs it
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local SILENT, FORGOTTEN = 3000, 600000
local me, node, digest = ARGV[1], ARGV[2], ARGV[3]

local function forget(instance)
    redis.call('ZREM', KEYS[1], instance)
    redis.call('HDEL', KEYS[2], instance)
end

if ARGV[5] == '1' then
    forget(me)
    redis.call('PUBLISH', ARGV[4], me)
    return {now, 0, 0, 0, 0}
end
redis.call('ZADD', KEYS[1], now, me)
redis.call('HSET', KEYS[2], me, node .. ' ' .. digest)
local live, missing, same, other = 0, 0, 0, 0
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
    local instance, silent = all[i], now - tonumber(all[i + 1])
    local facts = redis.call('HGET', KEYS[2], instance) or ' '
    local its_node, its_digest = string.match(facts, '^(%S*) (%S*)$')
    if silent > FORGOTTEN or (silent > SILENT and its_node == node) then
        forget(instance) -- gone for good, or started anew
    elseif silent > SILENT then
        missing = missing + 1
    else
        live = live + 1
        if instance ~= me then
            if its_node == node then same = same + 1 end
            if its_digest ~= digest then other = other + 1 end
        end
    end
end
redis.call('PEXPIRE', KEYS[1], 2 * FORGOTTEN)
redis.call('PEXPIRE', KEYS[2], 2 * FORGOTTEN)
redis.call('PUBLISH', ARGV[4], me)
return {now, live, missing, same, other}
