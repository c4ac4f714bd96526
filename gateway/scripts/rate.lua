-- The bucket of an account's rate, one for all gateways; rate.c is the same for one process.
-- KEYS: the bucket (a hash), gateways (see beat.lua). ARGV: what to do, segments/s configured, then
--   take: segments wanted, segments of the first text, 1 when urgent, segments sent on credit
--         before, gateways that there were lately (0: as many as are listed)
--   slow: ms since the request that was too much was begun, ms that nothing may go
-- Gives: segments granted, ms until more, the rate in force * 1000, 1 when the rate was halved.
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local BUCKET_S, URGENT_SHARE, LEAST, RECOVERY = 0.25, 0.25, 0.1, 1 / 120
local SILENT_MS, LONGEST_BLOCK_MS, KEPT_MS, GRAIN_S = 3000, 3600000, 86400000, 0.02

local what, ceiling = ARGV[1], tonumber(ARGV[2])
local stored = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'rate', 'cut', 'blocked')
-- Empty where nothing is known: somebody may have sent just now.
local tokens, at = tonumber(stored[1]) or 0, tonumber(stored[2]) or now
local rate = math.min(tonumber(stored[3]) or ceiling, ceiling)
local cut, blocked = tonumber(stored[4]) or 0, tonumber(stored[5]) or 0

-- A gateway that is missing may still send its share by itself.
local live = redis.call('ZCOUNT', KEYS[2], now - SILENT_MS, '+inf')
local all = math.max(redis.call('ZCARD', KEYS[2]), tonumber(ARGV[7]) or 0, 1)
local share = math.min(math.max(live, 1) / all, 1)

local seconds = math.max(now - at, 0) / 1000
rate = math.min(rate + ceiling * RECOVERY * seconds, ceiling)
local force = rate * share
local bucket = math.max(force * BUCKET_S, 1)
tokens = math.min(tokens + seconds * force, bucket)
at = math.max(now, at)

local granted, wait, halved = 0, 0, 0
if what == 'take' then
    local want, first = tonumber(ARGV[3]), tonumber(ARGV[4])
    local kept = ARGV[5] == '1' and 0 or bucket * URGENT_SHARE
    tokens = tokens - tonumber(ARGV[6])
    if kept + 1 > bucket then kept = bucket - 1 end
    if blocked > now then
        wait = math.ceil(blocked - now)
    else
        if tokens >= kept + 1 - 1e-6 then
            -- A long text goes whole and is paid off afterwards.
            granted = math.max(math.min(want, math.floor(tokens - kept + 1e-6)), first)
            tokens = tokens - granted
        end
        if granted < want then
            -- Not for every single token: asking has its price.
            local target = math.min(kept + math.max(1, math.min(want - granted, force * GRAIN_S)), bucket)
            wait = math.max(math.ceil((target - tokens) / force * 1000), 1)
        end
    end
elseif what == 'slow' then
    local begun, rest = now - tonumber(ARGV[3]), math.min(tonumber(ARGV[4]), LONGEST_BLOCK_MS)
    blocked = math.max(blocked, now + rest)
    if cut == 0 or begun > cut then
        rate = math.max(rate / 2, LEAST)
        cut = now
        tokens = math.min(tokens, 0)
        halved = 1
    end
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.3f', at),
    'rate', string.format('%.6f', rate), 'cut', string.format('%.3f', cut),
    'blocked', string.format('%.3f', blocked))
redis.call('PEXPIRE', KEYS[1], KEPT_MS)
return {granted, wait, math.floor(rate * share * 1000), halved}
