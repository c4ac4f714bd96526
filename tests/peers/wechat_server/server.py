#!/usr/bin/env python3
"""A stand-in for api.weixin.qq.com and for WeChat's pushes. See api.py for the calls it knows and their rules, pushes.py
for how it pushes.

By hand, beside a gateway whose account has "api_url": "http://127.0.0.1:9090" and the app_id and app_secret that this
prints at its start:

    tests/peers/wechat_server/server.py --port 9090 --gateway http://127.0.0.1:8080/wechat/demo --token linlidemo

Every line typed is a text of the follower oTester. Lines that begin with / are commands:

    /as OPENID               be another follower
    /event NAME [KEY]        an event: subscribe, unsubscribe, SCAN, CLICK …
    /scan TICKET             scan a code that the account made (linli wechat qr …)
    /menu                    show the menu;  /click N[.M]  tap a button of it
    /photo FILE              send a picture
    /agree TEMPLATE          agree to one subscription message;  /refuse TEMPLATE
    /template ID FIELD …     the account has this template, with these fields
    /retry                   push the last one again
    /fail PATH WHAT [TIMES]  the next calls fail: an errcode, 502, drop, cut, or slow
    /expire, /revoke         every access token has ended, or is not taken any more
    /quota PATH N            so many calls a day;  /day  a new day begins
    /kind service|subscription|unverified
    /calls                   what was called, and how often
"""
import argparse
import http.server
import json
import sys
import threading
import time
import urllib.parse

import pushes
from api import GRANTS, SERVICE, SUBSCRIPTION, UNVERIFIED, WeChat  # noqa: F401
from pushes import push  # noqa: F401


def serve(wechat, port=0):
    """Serves the calls on 127.0.0.1 in a thread; returns the server."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            path, _, query = self.path.partition("?")
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if wechat.delay:
                time.sleep(wechat.delay)
            query = dict(urllib.parse.parse_qsl(query))
            if path == "/video":  # where the answer of media/get says that a video is
                answer = (200, wechat.media[query["media_id"]][2], "video/mp4")
            else:
                answer = wechat.answer(self.command, path, query, raw, self.headers.get("Content-Type", ""),
                                       self.client_address[0])
            if answer in ("drop", "cut"):
                if answer == "cut":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"errcode\":")
                self.close_connection = True
                self.connection.close()
                return
            status, body, kind = answer
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        do_GET = do_POST

        def log_message(self, *args):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    wechat.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Hand:
    """The lines of a person."""

    def __init__(self, args, wechat):
        self.args, self.wechat = args, wechat
        self.who, self.number, self.last = "oTester", int(time.time()), ""

    def push(self, xml):
        self.last = xml
        status, body = pushes.push(self.args.gateway, self.args.token, xml)
        print(f"  {status} {body.decode('utf-8', 'replace')}", flush=True)

    def event(self, who, name, inner=""):
        kind = {"CLICK": "click", "subscribe": "follow", "SCAN": "scan"}.get(name)
        if kind:
            self.wechat.act(who, kind)
        if name == "unsubscribe":
            self.wechat.gone.add(who)
        self.push(pushes.event(self.args.original_id, who, name, inner))

    def say(self, line):
        self.number += 1
        self.wechat.act(self.who, "message")
        self.push(pushes.text(self.args.original_id, self.who, line, self.number))

    def photo(self, file):
        with open(file, "rb") as f:
            media_id = self.wechat.keep("image", f.read(), file)
        self.number += 1
        self.wechat.act(self.who, "message")
        self.push(pushes.image(self.args.original_id, self.who, media_id, self.number))

    def click(self, place):
        button = {"sub_button": self.wechat.menu["button"]}
        for n in place.split("."):
            button = button["sub_button"][int(n) - 1]
        self.event(self.who, "CLICK" if button["type"] == "click" else "VIEW",
                   f"<EventKey><![CDATA[{button.get('key') or button.get('url')}]]></EventKey>")

    def consent(self, template, word):
        if word == "accept":
            key = (self.who, template)
            self.wechat.agreed[key] = self.wechat.agreed.get(key, 0) + 1
        self.event(self.who, "subscribe_msg_popup_event",
                   f"<SubscribeMsgPopupEvent><List><TemplateId><![CDATA[{template}]]></TemplateId><SubscribeStatusString>"
                   f"<![CDATA[{word}]]></SubscribeStatusString><PopupScene>1</PopupScene></List></SubscribeMsgPopupEvent>")

    def fail(self, path, what, times=1):
        answer = {"502": (502, b"<html>Bad Gateway</html>"), "slow": ("slow", 20), "drop": "drop", "cut": "cut"}
        self.wechat.plan(path, *[answer[what] if what in answer else int(what)] * int(times))

    def command(self, words):
        w = self.wechat
        name, rest = words[0], words[1:]
        if name == "/as":
            self.who = rest[0]
        elif name == "/event":
            self.event(self.who, rest[0], f"<EventKey><![CDATA[{' '.join(rest[1:])}]]></EventKey>")
        elif name == "/scan":
            self.push(pushes.event(self.args.original_id, self.who, *w.scan(self.who, rest[0])))
        elif name == "/menu":
            print(json.dumps(w.menu, ensure_ascii=False, indent=1))
        elif name == "/click":
            self.click(rest[0])
        elif name == "/photo":
            self.photo(rest[0])
        elif name in ("/agree", "/refuse"):
            self.consent(rest[0], "accept" if name == "/agree" else "reject")
        elif name == "/template":
            w.templates[rest[0]] = rest[1:]
        elif name == "/retry":
            self.push(self.last)
        elif name == "/fail":
            self.fail(*rest)
        elif name == "/quota":
            w.quotas[rest[0]] = int(rest[1])
        elif name == "/kind":
            w.kind = rest[0]
        elif name == "/calls":
            for path in sorted({c[0] for c in w.calls}):
                print(f"  {w.count(path):5} {path}")
        elif name in ("/expire", "/revoke", "/day"):
            {"/expire": w.expire, "/revoke": w.revoke, "/day": w.new_day}[name]()
        else:
            print("  no such command; see --help")


def by_hand(args):
    wechat = WeChat(secret=args.secret)
    wechat.on_sent = lambda openid, text: print(f"\n  « {openid}: {text}", flush=True)
    server = serve(wechat, args.port)
    hand = Hand(args, wechat)
    # Results come a moment after the call, as WeChat's do.
    wechat.on_event = lambda who, name, inner: threading.Timer(
        1, pushes.push, (args.gateway, args.token, pushes.event(args.original_id, who, name, inner))).start()
    print(f"api_url: http://127.0.0.1:{server.server_port}  app_id: {wechat.app_id}  app_secret: {wechat.secret}",
          flush=True)
    for line in sys.stdin:
        words = line.split()
        try:
            if words and words[0].startswith("/"):
                hand.command(words)
            elif words:
                hand.say(line.strip())
        except (IndexError, KeyError, ValueError, TypeError, OSError) as error:
            print(f"  not done: {type(error).__name__}: {error}; see --help", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9090)
    parser.add_argument("--gateway", default="http://127.0.0.1:8080/wechat/demo")
    parser.add_argument("--token", default="linlidemo")
    parser.add_argument("--original-id", default="gh_linlidemo")
    parser.add_argument("--secret", default="secret12345")
    by_hand(parser.parse_args())
