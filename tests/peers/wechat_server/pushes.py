"""What WeChat pushes: signed, up to three times more when there is no 200 within five seconds, and, as a network does
it, twice or in another order."""
import hashlib
import http.client
import random
import time
import urllib.parse


def sign(token, *parts):
    return hashlib.sha1("".join(sorted([token, *parts])).encode()).hexdigest()


def push(url, token, xml, retries=3, patience=5.0, stamp=None, nonce=None, failed=lambda: None):
    """One push with WeChat's retries, which repeat the very same request; `failed` is told of each without a 200. Status and
    body of the last attempt."""
    parts = urllib.parse.urlsplit(url)
    stamp = str(int(time.time())) if stamp is None else str(stamp)
    nonce = nonce or str(time.time_ns() % 10**10)
    query = urllib.parse.urlencode({"signature": sign(token, stamp, nonce), "timestamp": stamp, "nonce": nonce,
                                    "openid": "oNobody"})
    status, body = 0, b""
    for attempt in range(1 + retries):
        began = time.monotonic()
        connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=patience)
        try:
            connection.request("POST", f"{parts.path}?{query}", xml.encode(),
                               {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"})
            response = connection.getresponse()
            status, body = response.status, response.read()
        except OSError:
            status, body = 0, b""
        finally:
            connection.close()
        if status == 200:
            break
        failed()
        if status == 0 and attempt < retries:  # a connection that was refused: the next attempt comes when it would
            time.sleep(max(0.0, patience - (time.monotonic() - began)))
    return status, body


def envelope(to, sender, inner, created=None):
    created = int(time.time()) if created is None else created
    return (f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
            f"<CreateTime>{created}</CreateTime>{inner}</xml>")


def text(to, sender, content, number, created=None):
    return envelope(to, sender, f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content>"
                                f"<MsgId>{number}</MsgId>", created)


def image(to, sender, media_id, number):
    return envelope(to, sender, f"<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[http://mmbiz.qpic.cn/{media_id}]]>"
                                f"</PicUrl><MediaId><![CDATA[{media_id}]]></MediaId><MsgId>{number}</MsgId>")


def event(to, sender, name, inner=""):
    return envelope(to, sender, f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{inner}")


def storm(url, token, messages, seed=1, doubled=0.5):
    """Pushes all, some twice, in another order; [(xml, status, body)]."""
    rng = random.Random(seed)
    order = [(xml, str(10**9 + n)) for n, xml in enumerate(messages)]
    order += [pair for pair in order if rng.random() < doubled]
    rng.shuffle(order)
    stamp = int(time.time())
    return [(xml, *push(url, token, xml, stamp=stamp, nonce=nonce)) for xml, nonce in order]
