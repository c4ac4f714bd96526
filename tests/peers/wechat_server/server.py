#!/usr/bin/env python3
"""A stand-in for api.weixin.qq.com and for WeChat's pushes: access tokens that end and are revoked, the quota of
customer-service messages, any errcode on demand, slow and broken answers, pushes with retries.

By hand, beside a gateway whose account has "api_url": "http://127.0.0.1:9090" and any app_secret:

    tests/peers/wechat_server/server.py --port 9090 --gateway http://127.0.0.1:8080/wechat/demo --token linlidemo

Every line typed is a text of the follower oTester; /event NAME KEY is an event, /as OPENID another follower,
/retry pushes the last one again, /fail PATH CODE TIMES makes the next calls fail. What is answered and what the
account sends is printed.
"""
import argparse
import hashlib
import http.client
import http.server
import json
import sys
import threading
import time
import urllib.parse

GRANTS = {"message": (5, 48 * 3600), "click": (3, 60), "follow": (3, 60), "scan": (3, 60)}


class WeChat:
    """The state behind the calls. `planned` answers come first: path → list of errcodes, or (status, body)."""

    def __init__(self, app_id="wx1234567890abcdef", secret="secret12345", life=7200, same_token=False):
        self.app_id, self.secret, self.life, self.same_token = app_id, secret, life, same_token
        self.lock = threading.Lock()
        self.valid = {}       # token → when it ends
        self.given = 0
        self.grants = {}      # openid → {kind: [left, until]}
        self.calls = []       # (path, query without the token, body)
        self.sent = []        # (openid, text)
        self.planned = {}
        self.delay = 0.0
        self.on_sent = lambda openid, text: None

    def plan(self, path, *answers):
        self.planned.setdefault(path, []).extend(answers)

    def revoke(self):
        with self.lock:
            self.valid.clear()

    def act(self, openid, kind):
        count, seconds = GRANTS[kind]
        self.grants.setdefault(openid, {})[kind] = [count, time.time() + seconds]

    def count(self, path):
        return sum(1 for c in self.calls if c[0] == path)

    # calls

    def stable_token(self, query, body):
        if body.get("appid") != self.app_id:
            return {"errcode": 40013, "errmsg": "invalid appid rid: 1"}
        if body.get("secret") != self.secret:
            return {"errcode": 40125, "errmsg": "invalid appsecret rid: 1"}
        alive = [t for t, end in self.valid.items() if end > time.time() + 300]
        if alive and not body.get("force_refresh"):
            return {"access_token": alive[0], "expires_in": int(self.valid[alive[0]] - time.time())}
        if not self.same_token:
            self.given += 1
        token = f"{self.given}_" + "t" * 150
        self.valid[token] = time.time() + self.life
        return {"access_token": token, "expires_in": self.life}

    def custom_send(self, query, body):
        openid = body.get("touser")
        if body.get("msgtype") != "text" or not body.get("text", {}).get("content"):
            return {"errcode": 40008, "errmsg": "invalid message type"}
        if len(body["text"]["content"].encode()) > 2048:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        grants = self.grants.get(openid, {})
        open_now = [g for g in grants.values() if g[1] > time.time()]
        if not open_now:
            return {"errcode": 45015, "errmsg": "response out of time limit or subscription is canceled rid: 1"}
        left = [g for g in open_now if g[0] > 0]
        if not left:
            return {"errcode": 45047, "errmsg": "out of response count limit rid: 1"}
        min(left, key=lambda g: g[1])[0] -= 1
        self.sent.append((openid, body["text"]["content"]))
        self.on_sent(openid, body["text"]["content"])
        return {"errcode": 0, "errmsg": "ok"}

    PATHS = {"/cgi-bin/stable_token": stable_token, "/cgi-bin/message/custom/send": custom_send}

    def answer(self, path, query, raw):
        """HTTP status, content type and body of a call."""
        with self.lock:
            try:
                body = json.loads(raw or b"{}")
            except ValueError:
                return 200, json.dumps({"errcode": 47001, "errmsg": "data format error"}).encode()
            self.calls.append((path, {k: v for k, v in query.items() if k != "access_token"}, body))
            if self.planned.get(path):
                planned = self.planned[path].pop(0)
                if isinstance(planned, tuple):
                    return planned
                return 200, json.dumps({"errcode": planned, "errmsg": "as planned rid: 1"}).encode()
            if path not in self.PATHS:
                return 404, b"<html>404</html>"
            if b"\\u" in raw:
                return 200, b'{"errcode":40033,"errmsg":"invalid charset"}'
            if path != "/cgi-bin/stable_token":
                token = query.get("access_token", "")
                if not token:
                    return 200, b'{"errcode":41001,"errmsg":"access_token missing"}'
                if token not in self.valid:
                    return 200, b'{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}'
                if self.valid[token] <= time.time():
                    return 200, b'{"errcode":42001,"errmsg":"access_token expired"}'
            result = self.PATHS[path](self, query, body)
            return 200, json.dumps(result, ensure_ascii=False).encode()


def serve(wechat, port=0):
    """Serves the calls on 127.0.0.1 in a thread; returns the server."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            path, _, query = self.path.partition("?")
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if wechat.delay:
                time.sleep(wechat.delay)
            status, body = wechat.answer(path, dict(urllib.parse.parse_qsl(query)), raw)
            self.send_response(status)
            self.send_header("Content-Type", "application/json; encoding=utf-8" if status == 200 else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        do_GET = do_POST

        def log_message(self, *args):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def push(url, token, xml, retries=3, patience=5.0):
    """One push with WeChat's retries: again when there is no 200 within `patience` seconds. Status and body of the last
    attempt."""
    parts = urllib.parse.urlsplit(url)
    stamp, nonce = str(int(time.time())), str(time.time_ns() % 10**10)
    signature = hashlib.sha1("".join(sorted([token, stamp, nonce])).encode()).hexdigest()
    query = urllib.parse.urlencode({"signature": signature, "timestamp": stamp, "nonce": nonce, "openid": "oNobody"})
    status, body = 0, b""
    for _ in range(1 + retries):
        connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=patience)
        try:
            connection.request("POST", f"{parts.path}?{query}", xml.encode(), {"Content-Type": "text/xml",
                                                                              "User-Agent": "Mozilla/4.0"})
            response = connection.getresponse()
            status, body = response.status, response.read()
        except OSError:
            status, body = 0, b""
        finally:
            connection.close()
        if status == 200:
            break
    return status, body


def by_hand(args):
    wechat = WeChat(secret=args.secret)
    wechat.on_sent = lambda openid, text: print(f"\n  « {openid}: {text}")
    server = serve(wechat, args.port)
    print(f"api_url: http://127.0.0.1:{server.server_port}  app_id: {wechat.app_id}  app_secret: {wechat.secret}")
    who, number, last = "oTester", int(time.time()), ""
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        number += 1
        head = (f"<xml><ToUserName><![CDATA[{args.original_id}]]></ToUserName><FromUserName><![CDATA[{who}]]>"
                f"</FromUserName><CreateTime>{int(time.time())}</CreateTime>")
        if words[0] == "/as" and len(words) == 2:
            who = words[1]
            continue
        if words[0] == "/fail" and len(words) == 4:
            wechat.plan(words[1], *[int(words[2])] * int(words[3]))
            continue
        if words[0] == "/event" and len(words) >= 2:
            kind = {"CLICK": "click", "subscribe": "follow", "SCAN": "scan"}.get(words[1])
            if kind:
                wechat.act(who, kind)
            last = (f"{head}<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{words[1]}]]></Event>"
                    f"<EventKey><![CDATA[{' '.join(words[2:])}]]></EventKey></xml>")
        elif words[0] != "/retry":
            wechat.act(who, "message")
            last = (f"{head}<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{line.strip()}]]></Content>"
                    f"<MsgId>{number}</MsgId></xml>")
        status, body = push(args.gateway, args.token, last)
        print(f"  {status} {body.decode('utf-8', 'replace')}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9090)
    parser.add_argument("--gateway", default="http://127.0.0.1:8080/wechat/demo")
    parser.add_argument("--token", default="linlidemo")
    parser.add_argument("--original-id", default="gh_linlidemo")
    parser.add_argument("--secret", default="secret12345")
    by_hand(parser.parse_args())
