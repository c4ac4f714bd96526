-- The benchmark's people: a new message id a request, senders drawn from those on record; 40 % ask for
-- their star, 30 % are steps of a sign-up dialogue, 30 % steps of an hours dialogue.
-- Environment: SENDERS (how many), RATE (requests a second over all connections, 0 for full load),
-- CONNECTIONS, THREADS, RUN (makes message ids unique between runs).

local senders = tonumber(os.getenv("SENDERS") or "100000")
local rate = tonumber(os.getenv("RATE") or "0")
local connections = tonumber(os.getenv("CONNECTIONS") or "64")
local run = os.getenv("RUN") or "0"
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

local function encode(text)
    return (text:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end))
end

-- In several wordings: the third equal text of a sender within a minute is not answered.
local stars = {}
for _, text in ipairs({ "我几星了", "我现在几星了", "我是几星", "查星级", "我的星级", "我几颗星" }) do
    stars[#stars + 1] = encode(text)
end
local list, join = encode("有什么活动"), encode("报名1")
local yes = encode("1")
local claims = {}
for h = 1, 8 do
    for _, place in ipairs({ "敬老院", "图书馆", "北郊", "卫生院" }) do
        claims[#claims + 1] = encode("昨天在" .. place .. "帮忙" .. h .. "小时")
    end
end

local counter, waiting, head, tail = 0, {}, 1, 0
local GAP = 400 -- requests between two steps of one person's dialogue

function init(args)
    math.randomseed(20261125 + number)
end

local function phone()
    return string.format("%d", 13900000000 + math.random(0, senders - 1))
end

local function query(from, text)
    counter = counter + 1
    return string.format("/sms/demo?from=%s&to=10690000&id=%s-%d-%d&charset=utf-8&text=%s",
        from, run, number, counter, text)
end

-- A dialogue's second step follows GAP requests later, as people answer one after another.
function request()
    local due = waiting[head]
    if due and due.at <= counter then
        waiting[head] = nil
        head = head + 1
        return wrk.format("GET", query(due.from, due.text))
    end
    local dice = math.random(1, 100)
    local from = phone()
    if dice <= 57 then -- with the second steps behind them: 40 / 30 / 30
        return wrk.format("GET", query(from, stars[math.random(#stars)]))
    end
    tail = tail + 1
    if dice <= 78 then
        waiting[tail] = { at = counter + GAP, from = from, text = join }
        return wrk.format("GET", query(from, list))
    end
    waiting[tail] = { at = counter + GAP, from = from, text = yes }
    return wrk.format("GET", query(from, claims[math.random(#claims)]))
end

function delay()
    if rate == 0 then
        return 0
    end
    return math.floor(2 * math.random() * 1000 * connections / rate)
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"failed":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000, e.connect + e.read + e.write + e.status + e.timeout))
end
