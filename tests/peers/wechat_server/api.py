"""api.weixin.qq.com as far as Linli calls it: state, rules and errcodes; no socket. Every rule is one of the public
documentation, every refusal has the errcode of the real thing."""
import email.parser
import email.policy
import json
import threading
import time

GRANTS = {"message": (5, 48 * 3600), "click": (3, 60), "follow": (3, 60), "scan": (3, 60)}
TOKEN_OVERLAP = 300  # seconds in which the token before is still taken
MEDIA_LIFE = 3 * 86400
DAY = 86400
SERVICE, SUBSCRIPTION, UNVERIFIED = "service", "subscription", "unverified"

# Calls that kinds of account have no right to (48001).
BARRED = {
    SERVICE: (),
    SUBSCRIPTION: ("/cgi-bin/message/template/send", "/cgi-bin/message/mass/send", "/cgi-bin/qrcode/create"),
    UNVERIFIED: ("/cgi-bin/message/", "/cgi-bin/menu/", "/cgi-bin/user/", "/cgi-bin/tags/", "/cgi-bin/qrcode/"),
}


class Refused(Exception):
    def __init__(self, code, words, **more):
        super().__init__(words)
        self.answer = {"errcode": code, "errmsg": f"{words} rid: 6555aaaa-0bbb-4ccc", **more}


def bounded(text, most):
    return isinstance(text, str) and 0 < len(text.encode()) <= most


class WeChat:
    """The state behind the calls. `planned` answers come first: path → list of an errcode, (status, body), or one of
    "drop" (the connection ends without an answer), "cut" (in the middle of one), ("slow", seconds)."""

    def __init__(self, app_id="wx1234567890abcdef", secret="secret12345", life=7200, same_token=False, kind=SERVICE,
                 clock=time.time):
        self.app_id, self.secret, self.life, self.same_token, self.kind = app_id, secret, life, same_token, kind
        self.clock = clock
        self.lock = threading.RLock()
        self.valid = {}       # token → when it ends
        self.given = 0
        self.grants = {}      # openid → {kind: [left, until]}
        self.calls = []       # (path, query without the token, body)
        self.sent = []        # (openid, text) of customer-service messages
        self.messages = []    # whole bodies of customer-service messages
        self.templates = {}   # template id → names of its fields
        self.notices = []     # (kind, openid, template, {field: value}, msgid)
        self.agreed = {}      # (openid, template) → messages left
        self.blocked = set()  # followers who refuse template messages: their result says so
        self.gone = set()     # who does not follow (any more); everybody else does
        self.mass = {}        # clientmsgid → msg_id
        self.mass_sent = []   # (openid or ("tag", id), text)
        self.mass_month = {}  # openid → messages of this month
        self.menu = None
        self.tags = {2: "星标组"}
        self.tagged = {}      # tag → set of openids
        self.page = 10000     # openids an answer
        self.qr = {}          # ticket → scene
        self.media = {}       # media id → (type, name, bytes, when it ends)
        self.callback_ips = ["101.226.103.0/25", "127.0.0.1"]
        self.allowed = None   # addresses on the IP allow-list; None: all
        self.quotas = {}      # path → calls a day
        self.used = {}        # path → calls today
        self.clashes = 0      # the network self-test finds so many lost packets
        self.typing = {}      # openid → until
        self.planned = {}
        self.delay = 0.0
        self.number = 200000000
        self.on_sent = lambda openid, text: None
        self.on_event = lambda openid, event, inner: None  # what WeChat would push; see pushes.py

    # what a test or a person does

    def plan(self, path, *answers):
        self.planned.setdefault(path, []).extend(answers)

    def revoke(self):
        """No token is taken any more (40001)."""
        with self.lock:
            self.valid.clear()

    def expire(self):
        """Every token has ended (42001)."""
        with self.lock:
            for token in self.valid:
                self.valid[token] = self.clock() - 1

    def new_day(self):
        with self.lock:
            self.used.clear()

    def act(self, openid, kind):
        """A follower does something that allows messages: "message", "click", "follow", "scan"."""
        count, seconds = GRANTS[kind]
        self.grants.setdefault(openid, {})[kind] = [count, self.clock() + seconds]
        if kind == "follow":
            self.gone.discard(openid)

    def keep(self, kind, data, name="photo.jpg"):
        """A file that a follower sent; its media id."""
        with self.lock:
            self.number += 1
            media_id = f"M{self.number}"
            self.media[media_id] = (kind, name, data, self.clock() + MEDIA_LIFE)
            return media_id

    def count(self, path):
        return sum(1 for c in self.calls if c[0] == path)

    # tokens

    def new_token(self):
        if not self.same_token:
            self.given += 1
        token = f"{self.given}_" + "t" * 150
        for old in self.valid:  # the one before is taken a little longer
            self.valid[old] = min(self.valid[old], self.clock() + TOKEN_OVERLAP)
        self.valid[token] = self.clock() + self.life
        return {"access_token": token, "expires_in": self.life}

    def credentials(self, appid, secret):
        if appid != self.app_id:
            raise Refused(40013, "invalid appid")
        if secret != self.secret:
            raise Refused(40125, "invalid appsecret")

    def stable_token(self, query, body):
        self.credentials(body.get("appid"), body.get("secret"))
        alive = [t for t, end in self.valid.items() if end > self.clock() + TOKEN_OVERLAP]
        if alive and not body.get("force_refresh"):
            return {"access_token": alive[0], "expires_in": int(self.valid[alive[0]] - self.clock())}
        return self.new_token()

    def classic_token(self, query, body):
        self.credentials(query.get("appid"), query.get("secret"))
        return self.new_token()

    # customer service

    def take_grant(self, openid):
        open_now = [g for g in self.grants.get(openid, {}).values() if g[1] > self.clock()]
        if not open_now or openid in self.gone:
            raise Refused(45015, "response out of time limit or subscription is canceled")
        left = [g for g in open_now if g[0] > 0]
        if not left:
            raise Refused(45047, "out of response count limit")
        min(left, key=lambda g: g[1])[0] -= 1

    def check_message(self, body):
        kind = body.get("msgtype")
        part = body.get(kind) if isinstance(kind, str) else None
        if not isinstance(part, dict):
            raise Refused(40008, "invalid message type")
        if kind == "text":
            if not part.get("content"):
                raise Refused(44004, "empty content")
            if len(part["content"].encode()) > 2048:
                raise Refused(45002, "content size out of limit")
        elif kind in ("image", "voice"):
            self.medium(part.get("media_id"))
        elif kind == "news":
            if len(part.get("articles", [])) != 1:
                raise Refused(45008, "article size out of limit")
            if not part["articles"][0].get("title"):
                raise Refused(45003, "title size out of limit")
        elif kind == "msgmenu":
            if not part.get("list") or not all(i.get("id") and i.get("content") for i in part["list"]):
                raise Refused(40035, "invalid parameter")
        else:
            raise Refused(40008, "invalid message type")

    def custom_send(self, query, body):
        openid = body.get("touser")
        if not openid:
            raise Refused(41009, "missing openid")
        self.check_message(body)
        self.take_grant(openid)
        self.messages.append(body)
        text = body["text"]["content"] if body["msgtype"] == "text" else json.dumps(body[body["msgtype"]], ensure_ascii=False)
        self.sent.append((openid, text))
        self.typing.pop(openid, None)
        self.on_sent(openid, text)
        return {"errcode": 0, "errmsg": "ok"}

    def custom_typing(self, query, body):
        openid, command = body.get("touser"), body.get("command")
        if command not in ("Typing", "CancelTyping"):
            raise Refused(45072, "invalid command")
        if not any(g[1] > self.clock() for g in self.grants.get(openid, {}).values()):
            raise Refused(45080, "can not get any response of user within 30 seconds")
        if command == "CancelTyping":
            self.typing.pop(openid, None)
        elif self.typing.get(openid, 0) > self.clock():
            raise Refused(45081, "already typing")
        else:
            self.typing[openid] = self.clock() + 15
        return {"errcode": 0, "errmsg": "ok"}

    # template and subscription messages

    def check_fields(self, body, strict):
        fields = self.templates.get(body.get("template_id"))
        data = body.get("data", {})
        if fields is None:
            raise Refused(40037, "invalid template_id")
        if set(data) != set(fields):
            raise Refused(47003, f"argument invalid! data.{(sorted(set(fields) ^ set(data)) or ['?'])[0]} invalid")
        for name, field in data.items():
            value = field.get("value", "")
            most = {"name": 10, "phras": 5}.get(name[:5].rstrip("0123456789"), 20 if name.startswith("thing") else 32)
            if not value or "\n" in value or (strict and len(value) > most):
                raise Refused(47003, f"argument invalid! data.{name}.value invalid")
        return {name: field["value"] for name, field in data.items()}

    def template_send(self, query, body):
        openid = body.get("touser")
        if openid in self.gone:
            raise Refused(43004, "require subscribe")
        fields = self.check_fields(body, strict=False)
        key = (openid, body.get("client_msg_id"))
        for kind, to, template, _, msgid in self.notices:
            if body.get("client_msg_id") and (to, msgid[1]) == key:
                return {"errcode": 0, "errmsg": "ok", "msgid": msgid[0]}
        self.number += 1
        self.notices.append(("template", openid, body["template_id"], fields, (self.number, body.get("client_msg_id"))))
        status = "failed:user block" if openid in self.blocked else "success"
        self.on_event(openid, "TEMPLATESENDJOBFINISH", f"<MsgID>{self.number}</MsgID><Status><![CDATA[{status}]]></Status>")
        return {"errcode": 0, "errmsg": "ok", "msgid": self.number}

    def bizsend(self, query, body):
        openid, template = body.get("touser"), body.get("template_id")
        fields = self.check_fields(body, strict=True)
        if self.agreed.get((openid, template), 0) < 1:
            raise Refused(43101, "user refuse to accept the msg")
        self.agreed[(openid, template)] -= 1
        self.number += 1
        msgid = 1700827132819554304 + self.number
        self.notices.append(("subscription", openid, template, fields, (msgid, None)))
        self.on_event(openid, "subscribe_msg_sent_event",
                      f"<SubscribeMsgSentEvent><List><TemplateId><![CDATA[{template}]]></TemplateId><MsgID>{msgid}</MsgID>"
                      "<ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus></List></SubscribeMsgSentEvent>")
        return {"errcode": 0, "errmsg": "ok", "msgid": str(msgid)}

    # mass messages

    def mass_start(self, body, people, to):
        text = body.get("text", {}).get("content")
        key = body.get("clientmsgid")
        if body.get("msgtype") != "text" or not text:
            raise Refused(40008, "invalid message type")
        if key is not None and not bounded(key, 32):
            raise Refused(45067, "clientmsgid size out of limit")
        if key in self.mass:
            raise Refused(45065, "clientmsgid exist", msg_id=self.mass[key])
        able = [p for p in people if self.mass_month.get(p, 0) < 4 and p not in self.gone]
        if self.used.get("mass", 0) >= 100:
            raise Refused(45028, "has no masssend quota")
        self.used["mass"] = self.used.get("mass", 0) + 1
        for p in able:
            self.mass_month[p] = self.mass_month.get(p, 0) + 1
            self.mass_sent.append((p, text))
        self.number += 1
        self.mass[key] = self.number
        self.on_event("group_helper", "MASSSENDJOBFINISH",
                      f"<MsgID>{self.number}</MsgID><Status><![CDATA[send success]]></Status><TotalCount>{len(people)}"
                      f"</TotalCount><FilterCount>{len(able)}</FilterCount><SentCount>{len(able)}</SentCount>"
                      f"<ErrorCount>{len(people) - len(able)}</ErrorCount>")
        return {"errcode": 0, "errmsg": "send job submission success", "msg_id": self.number, "msg_data_id": 206227730}

    def mass_tag(self, query, body):
        tag = body.get("filter", {}).get("tag_id")
        if tag not in self.tags:
            raise Refused(40152, "invalid group id")
        return self.mass_start(body, sorted(self.tagged.get(tag, ())), ("tag", tag))

    def mass_list(self, query, body):
        people = body.get("touser", [])
        if len(people) < 2:
            raise Refused(40130, "too few openids")
        if len(people) > 10000:
            raise Refused(40032, "invalid openid list size")
        return self.mass_start(body, people, "list")

    def mass_get(self, query, body):
        if str(body.get("msg_id")) not in map(str, self.mass.values()):
            raise Refused(40035, "invalid parameter")
        return {"msg_id": body["msg_id"], "msg_status": "SEND_SUCCESS"}

    # menu

    def check_button(self, button, top):
        if not bounded(button.get("name"), 16 if top else 60):
            raise Refused(40018 if top else 40026, "invalid button name size")
        if top and "sub_button" in button:
            if not 1 <= len(button["sub_button"]) <= 5:
                raise Refused(40023, "invalid sub button size")
            for b in button["sub_button"]:
                self.check_button(b, False)
            return
        if button.get("type") not in ("click", "view", "scancode_push", "scancode_waitmsg", "pic_sysphoto",
                                      "pic_photo_or_album", "pic_weixin", "location_select", "miniprogram"):
            raise Refused(40017, "invalid button type")
        if button["type"] == "view":
            if not bounded(button.get("url"), 1024):
                raise Refused(40020, "invalid button url size")
        elif button["type"] != "miniprogram" and not bounded(button.get("key"), 128):
            raise Refused(40019, "invalid button key size")

    def menu_create(self, query, body):
        if not 1 <= len(body.get("button", [])) <= 3:
            raise Refused(40016, "invalid button size")
        for button in body["button"]:
            self.check_button(button, True)
        self.menu = body
        return {"errcode": 0, "errmsg": "ok"}

    def menu_get(self, query, body):
        if self.menu is None:
            raise Refused(46003, "menu no exist")
        return {"menu": self.menu}

    def menu_delete(self, query, body):
        self.menu = None
        return {"errcode": 0, "errmsg": "ok"}

    # codes, people, tags

    def qrcode(self, query, body):
        name, scene = body.get("action_name"), body.get("action_info", {}).get("scene", {})
        if name not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
            raise Refused(40052, "invalid action name")
        value = scene.get("scene_str") if "STR" in name else scene.get("scene_id")
        if value is None:
            value = 0  # the wrapper was forgotten: it succeeds, and scans say 0
        if "STR" in name and not (value == 0 or bounded(value, 64)):
            raise Refused(40053, "invalid action info")
        self.number += 1
        ticket = f"gQ{self.number}+/=="
        self.qr[ticket] = str(value)
        answer = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{self.number}"}
        if "LIMIT" not in name:
            seconds = body.get("expire_seconds", 60)
            if not 1 <= seconds <= 2592000:
                raise Refused(40053, "invalid action info")
            answer["expire_seconds"] = seconds
        return answer

    def scan(self, openid, ticket):
        """A person scans a code; the event that is pushed: name and inner XML."""
        scene = self.qr[ticket]
        followed = openid not in self.gone
        self.act(openid, "scan" if followed else "follow")
        key = scene if followed else f"qrscene_{scene}"
        event = "SCAN" if followed else "subscribe"
        return event, f"<EventKey><![CDATA[{key}]]></EventKey><Ticket><![CDATA[{ticket}]]></Ticket>"

    def user_info(self, query, body):
        openid = query.get("openid", "")
        if not openid:
            raise Refused(41009, "missing openid")
        if not openid.startswith("o"):
            raise Refused(40003, "invalid openid")
        if openid in self.gone:
            return {"subscribe": 0, "openid": openid, "tagid_list": []}
        return {"subscribe": 1, "openid": openid, "language": "zh_CN", "subscribe_time": int(self.clock()) - DAY,
                "remark": "", "groupid": 0, "tagid_list": [t for t, who in self.tagged.items() if openid in who],
                "subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 0, "qr_scene_str": ""}

    def tags_get(self, query, body):
        return {"tags": [{"id": t, "name": n, "count": len(self.tagged.get(t, ()))} for t, n in self.tags.items()]}

    def tag_create(self, query, body):
        name = body.get("tag", {}).get("name")
        if not bounded(name, 30):
            raise Refused(45158, "tag name too long")
        if name in self.tags.values():
            raise Refused(45157, "invalid tag name")
        if len(self.tags) >= 100:
            raise Refused(45056, "too many tag now, no need to add new")
        tag = max(99, *self.tags) + 1
        self.tags[tag] = name
        return {"tag": {"id": tag, "name": name}}

    def tag_delete(self, query, body):
        tag = body.get("tag", {}).get("id")
        if tag in (0, 1, 2):
            raise Refused(45058, "can't modify sys tag")
        if tag not in self.tags:
            raise Refused(45159, "invalid tag id")
        del self.tags[tag]
        self.tagged.pop(tag, None)
        return {"errcode": 0, "errmsg": "ok"}

    def tag_members(self, body):
        if body.get("tagid") not in self.tags:
            raise Refused(45159, "invalid tag id")
        people = body.get("openid_list", [])
        if not 1 <= len(people) <= 50:
            raise Refused(40032, "invalid openid list size")
        return self.tagged.setdefault(body["tagid"], set()), set(people)

    def tag_add(self, query, body):
        tagged, people = self.tag_members(body)
        tagged |= people
        return {"errcode": 0, "errmsg": "ok"}

    def tag_take(self, query, body):
        tagged, people = self.tag_members(body)
        tagged -= people
        return {"errcode": 0, "errmsg": "ok"}

    def tag_page(self, query, body):
        if body.get("tagid") not in self.tags:
            raise Refused(40152, "invalid group id")
        people = sorted(p for p in self.tagged.get(body["tagid"], ()) if p > body.get("next_openid", ""))[:self.page]
        if not people:
            return {"count": 0}
        return {"count": len(people), "data": {"openid": people}, "next_openid": people[-1]}

    # media

    def medium(self, media_id):
        got = self.media.get(media_id)
        if got is None or got[3] <= self.clock():
            raise Refused(40007, "invalid media_id")
        return got

    def upload(self, query, raw, content_type):
        kind = query.get("type")
        if kind not in ("image", "voice", "video", "thumb"):
            raise Refused(40004, "invalid media type")
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
        parts = [p for p in message.iter_parts() if p.get_param("name", header="content-disposition") == "media"]
        if len(parts) != 1 or not parts[0].get_filename():
            raise Refused(41005, "media data missing")
        data = parts[0].get_payload(decode=True)
        if not data:
            raise Refused(44001, "empty media data")
        if len(data) > (64 * 1024 if kind == "thumb" else 2 * 1024 * 1024):
            raise Refused(40009, "invalid image size")
        media_id = self.keep(kind, data, parts[0].get_filename())
        return {"type": kind, "media_id": media_id, "created_at": int(self.clock())}

    def download(self, query):
        kind, _, data, _ = self.medium(query.get("media_id"))
        if kind == "video":
            return 200, json.dumps({"video_url": f"{self.base}/video?media_id={query['media_id']}"}).encode(), "text/plain"
        return 200, data, "image/jpeg" if kind in ("image", "thumb") else "audio/amr"

    # the account itself

    def callback_ip(self, query, body):
        return {"ip_list": self.callback_ips}

    def callback_check(self, query, body):
        return {"dns": [{"ip": "111.161.64.40", "real_operator": "UNICOM"}],
                "ping": [{"ip": "111.161.64.40", "from_operator": "UNICOM", "package_loss": f"{self.clashes}%",
                          "time": "23.079ms"}]}

    PATHS = {
        "/cgi-bin/stable_token": stable_token, "/cgi-bin/token": classic_token,
        "/cgi-bin/message/custom/send": custom_send, "/cgi-bin/message/custom/typing": custom_typing,
        "/cgi-bin/message/template/send": template_send, "/cgi-bin/message/subscribe/bizsend": bizsend,
        "/cgi-bin/message/mass/sendall": mass_tag, "/cgi-bin/message/mass/send": mass_list,
        "/cgi-bin/message/mass/get": mass_get, "/cgi-bin/menu/create": menu_create, "/cgi-bin/menu/get": menu_get,
        "/cgi-bin/menu/delete": menu_delete, "/cgi-bin/qrcode/create": qrcode, "/cgi-bin/user/info": user_info,
        "/cgi-bin/tags/get": tags_get, "/cgi-bin/tags/create": tag_create, "/cgi-bin/tags/delete": tag_delete,
        "/cgi-bin/tags/members/batchtagging": tag_add, "/cgi-bin/tags/members/batchuntagging": tag_take,
        "/cgi-bin/user/tag/get": tag_page,
        "/cgi-bin/getcallbackip": callback_ip, "/cgi-bin/callback/check": callback_check,
    }
    GETS = ("/cgi-bin/token", "/cgi-bin/menu/get", "/cgi-bin/menu/delete", "/cgi-bin/user/info", "/cgi-bin/tags/get",
            "/cgi-bin/getcallbackip", "/cgi-bin/media/get")

    def check_call(self, method, path, query, client):
        if method != ("GET" if path in self.GETS else "POST"):
            raise Refused(43001 if path in self.GETS else 43002, "require another method")
        if path in ("/cgi-bin/stable_token", "/cgi-bin/token"):
            if self.allowed is not None and client not in self.allowed:
                raise Refused(40164, f"invalid ip {client} ipv6 ::ffff:{client}, not in whitelist")
        else:
            token = query.get("access_token", "")
            if not token:
                raise Refused(41001, "access_token missing")
            if token not in self.valid:
                raise Refused(40001, "invalid credential, access_token is invalid or not latest")
            if self.valid[token] <= self.clock():
                raise Refused(42001, "access_token expired")
        if any(path.startswith(head) for head in BARRED[self.kind]):
            raise Refused(48001, "api unauthorized")
        self.used[path] = self.used.get(path, 0) + 1
        if self.used[path] > self.quotas.get(path, 10**9):
            raise Refused(45009, "reach max api daily quota limit")

    def answer(self, method, path, query, raw, content_type="application/json", client="127.0.0.1"):
        """HTTP status, body and content type of a call; or "drop", "cut"."""
        json_body = "json" in content_type
        try:
            body = json.loads(raw) if raw and json_body else {}
        except ValueError:
            return 200, json.dumps({"errcode": 47001, "errmsg": "data format error"}).encode(), "application/json"
        with self.lock:
            self.calls.append((path, {k: v for k, v in query.items() if k != "access_token"}, body))
            planned = self.planned[path].pop(0) if self.planned.get(path) else None
        if isinstance(planned, tuple) and planned[0] == "slow":
            time.sleep(planned[1])
        elif isinstance(planned, tuple):
            return (*planned, "text/html")
        elif planned in ("drop", "cut"):
            return planned
        elif planned is not None:
            return 200, json.dumps({"errcode": planned, "errmsg": "as planned rid: 1"}).encode(), "application/json"
        if path not in self.PATHS and path not in ("/cgi-bin/media/upload", "/cgi-bin/media/get"):
            return 404, b"<html>404</html>", "text/html"
        try:
            if b"\\u" in raw and json_body:
                raise Refused(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
            with self.lock:
                self.check_call(method, path, query, client)
                if path == "/cgi-bin/media/get":
                    return self.download(query)
                result = (self.upload(query, raw, content_type) if path == "/cgi-bin/media/upload"
                          else self.PATHS[path](self, query, body))
        except Refused as refused:
            result = refused.answer
        return 200, json.dumps(result, ensure_ascii=False).encode(), "application/json; encoding=utf-8"
