-- Who wrote what in the last minute, at any gateway; recent.c is the same for one process.
-- KEYS: the sender's list. ARGV: number of the text, number of the delivery.
-- Gives: how often this text in the last minute (at most 3), how many texts since the minute began.
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local MINUTE, SAME, KEPT = 60000, 3, 12
local text, delivery = ARGV[1], ARGV[2]
local since, times = 0, 0
local head = redis.call('HMGET', KEYS[1], 'since', 'times', 'texts')
since, times = tonumber(head[1]) or 0, tonumber(head[2]) or 0
local entries, known, same = {}, false, 0
for at, its_text, its_delivery in string.gmatch(head[3] or '', '(%S+) (%S+) (%S+)\n') do
    if now - tonumber(at) < MINUTE then
        entries[#entries + 1] = at .. ' ' .. its_text .. ' ' .. its_delivery .. '\n'
        if its_delivery == delivery then known = true end
        if its_text == text then same = same + 1 end
    end
end
if not known then
    if now - since >= MINUTE then since, times = now, 0 end
    times = times + 1
    same = same + 1
    entries[#entries + 1] = now .. ' ' .. text .. ' ' .. delivery .. '\n'
    if #entries > KEPT then table.remove(entries, 1) end
    redis.call('HSET', KEYS[1], 'since', since, 'times', times, 'texts', table.concat(entries))
    redis.call('PEXPIRE', KEYS[1], 2 * MINUTE)
end
return {math.min(same, SAME), times}
