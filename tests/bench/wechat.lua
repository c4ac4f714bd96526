-- What people write in WeChat, in plaintext or safe mode: made before the load begins, so that signing and
-- encrypting take nothing from the measurement. Sent round and round; nobody's message comes twice in a run.
-- Environment: MODE (plaintext or safe), COUNT (messages made), SENDERS, RUN (makes message ids unique).

local ffi = require("ffi")
ffi.cdef [[
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct evp_cipher_st EVP_CIPHER;
const EVP_MD *EVP_sha1(void);
int EVP_Digest(const void *data, size_t count, unsigned char *md, unsigned int *size, const EVP_MD *type, void *impl);
const EVP_CIPHER *EVP_aes_256_cbc(void);
EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *c);
int EVP_EncryptInit_ex(EVP_CIPHER_CTX *c, const EVP_CIPHER *type, void *impl, const unsigned char *key, const unsigned char *iv);
int EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX *c, int pad);
int EVP_EncryptUpdate(EVP_CIPHER_CTX *c, unsigned char *out, int *outl, const unsigned char *in, int inl);
int EVP_EncodeBlock(unsigned char *t, const unsigned char *f, int n);
int EVP_DecodeBlock(unsigned char *t, const unsigned char *f, int n);
]]
local crypto = ffi.load("crypto")

local TOKEN, APP_ID = "linlidemo", "wx1234567890abcdef"
local KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
local texts = { "我几星了", "有什么活动", "帮助", "我的报名" }

local safe = os.getenv("MODE") == "safe"
local count = tonumber(os.getenv("COUNT") or "100000")
local senders = tonumber(os.getenv("SENDERS") or "1000")
local run = os.getenv("RUN") or "0"
local requests, at = {}, 0

local function sha1(text)
    local out = ffi.new("unsigned char[20]")
    crypto.EVP_Digest(text, #text, out, nil, crypto.EVP_sha1(), nil)
    return (ffi.string(out, 20):gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

local function sign(...)
    local parts = { ... }
    table.sort(parts)
    return sha1(table.concat(parts))
end

local key = ffi.new("unsigned char[34]")
crypto.EVP_DecodeBlock(key, KEY .. "=", 44)

local function seal(text)
    local n = #text
    local whole = "0123456789abcdef" .. string.char(0, 0, math.floor(n / 256), n % 256) .. text .. APP_ID
    local padding = 32 - #whole % 32
    whole = whole .. string.rep(string.char(padding), padding)
    local out, written = ffi.new("unsigned char[?]", #whole), ffi.new("int[1]")
    local c = crypto.EVP_CIPHER_CTX_new()
    crypto.EVP_EncryptInit_ex(c, crypto.EVP_aes_256_cbc(), nil, key, key)
    crypto.EVP_CIPHER_CTX_set_padding(c, 0)
    crypto.EVP_EncryptUpdate(c, out, written, whole, #whole)
    crypto.EVP_CIPHER_CTX_free(c)
    local encoded = ffi.new("unsigned char[?]", #whole * 4 / 3 + 8)
    return ffi.string(encoded, crypto.EVP_EncodeBlock(encoded, out, #whole))
end

local function make(i)
    local stamp, nonce = tostring(os.time()), tostring(1000000 + i)
    local body = string.format("<xml><ToUserName><![CDATA[gh_linlidemo]]></ToUserName><FromUserName><![CDATA[oBench%d]]>"
        .. "</FromUserName><CreateTime>%s</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content>"
        .. "<MsgId>%s%d</MsgId></xml>", i % senders, stamp, texts[i % #texts + 1], run, i)
    local query = "timestamp=" .. stamp .. "&nonce=" .. nonce .. "&signature=" .. sign(TOKEN, stamp, nonce)
    if safe then
        local sealed = seal(body)
        query = query .. "&encrypt_type=aes&msg_signature=" .. sign(TOKEN, stamp, nonce, sealed)
        body = "<xml><ToUserName><![CDATA[gh_linlidemo]]></ToUserName><Encrypt><![CDATA[" .. sealed
            .. "]]></Encrypt></xml>"
    end
    return wrk.format("POST", "/wechat/demo?" .. query, { ["Content-Type"] = "text/xml" }, body)
end

function init()
    for i = 1, count do
        requests[i] = make(i)
    end
end

function request()
    at = at % count + 1
    return requests[at]
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"failed":%d,"made":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000, e.connect + e.read + e.write + e.status + e.timeout, count))
end
