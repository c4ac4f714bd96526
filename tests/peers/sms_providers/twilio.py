"""Twilio: the Messages API, signed webhooks with TwiML, status callbacks."""
import base64
import hashlib
import hmac
import http.client
import json
import socket
import struct
import time
import urllib.parse
import xml.etree.ElementTree

from provider import Inline, Message, Refusal, mobile


def sign(token, url, params):
    """X-Twilio-Signature; `params` maps a name to a value or to a list of them."""
    data = url
    for name in sorted(params):
        values = params[name] if isinstance(params[name], (list, tuple)) else [params[name]]
        data += "".join(name + value for value in sorted(set(values)))
    return base64.b64encode(hmac.new(token.encode(), data.encode(), hashlib.sha1).digest()).decode()


class Twilio(Inline):
    """settings: account_sid, auth_token, from, webhook_url (what it signs; it is reached at `hook`)."""
    name = "twilio"
    push_tries = 1
    codes = {"20003": (401, "Authenticate"), "20005": (403, "Account not active"), "20404": (404, "Not found"),
             "20429": (429, "Too Many Requests"), "20500": (500, "Internal server error"),
             "20503": (503, "Service unavailable"), "21211": (400, "Invalid 'To' Phone Number"),
             "21408": (400, "Permission to send an SMS has not been enabled for the region"),
             "21606": (400, "The 'From' phone number is not a valid message-capable number"),
             "21608": (400, "The number is unverified"), "21610": (400, "Attempt to send to unsubscribed recipient"),
             "21611": (429, "This 'From' number has exceeded the maximum number of queued messages"),
             "21612": (400, "The 'To' phone number is not currently reachable"),
             "21614": (400, "'To' number is not a valid mobile number"),
             "21617": (400, "The concatenated message body exceeds the 1600 character limit")}

    def read(self, request):
        s = self.settings
        expected = "Basic " + base64.b64encode(f"{s['account_sid']}:{s['auth_token']}".encode()).decode()
        if request.headers.get("Authorization") != expected:
            raise Refusal("20003")
        if (request.method, request.path) != ("POST", f"/2010-04-01/Accounts/{s['account_sid']}/Messages.json"):
            raise Refusal("20404")
        form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
        if not form.get("To", "").startswith("+86") or mobile(form["To"]) is None:
            raise Refusal("21211")
        if form.get("From") != s["from"]:
            raise Refusal("21606")
        if not form.get("Body") or len(form["Body"]) > 1600:
            raise Refusal("21617")
        return [Message(f"SM{self.next_id():032x}", mobile(form["To"]), form["Body"],
                        status_url=form.get("StatusCallback", ""))]

    def taken(self, messages):
        m = messages[0]
        return 201, json.dumps({"sid": m.id, "status": "queued", "num_segments": "1", "error_code": None,
                                "error_message": None, "direction": "outbound-api", "to": "+86" + m.phone,
                                "from": self.settings["from"], "body": m.content}).encode()

    def refusal(self, refused):
        status, words = self.codes.get(refused.code, (400, refused.words))
        return status, json.dumps({"code": int(refused.code), "message": words, "status": status,
                                   "more_info": "https://www.twilio.com/docs/errors/" + refused.code}).encode()

    def form(self, url, params):
        """A push to the gateway's `url`, which begins with webhook_url."""
        rest, _, query = url.removeprefix(self.settings["webhook_url"]).partition("?")
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "X-Twilio-Signature": sign(self.settings["auth_token"], url, params)}
        return rest, query, headers, urllib.parse.urlencode(params).encode()

    def push_message(self, phone, text):
        sid = f"SM{self.next_id():032x}"
        return self.form(self.settings["webhook_url"], {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": self.settings["account_sid"],
            "From": "+86" + phone, "To": self.settings["from"], "Body": text, "NumMedia": "0",
            "NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01", "FromCountry": "CN"})

    def push_reports(self, messages, delivered):
        last = "delivered" if delivered else "undelivered"
        return [self.form(m.status_url, {
            "MessageSid": m.id, "SmsSid": m.id, "MessageStatus": status, "SmsStatus": status,
            "To": "+86" + m.phone, "From": self.settings["from"], "ApiVersion": "2010-04-01",
            "AccountSid": self.settings["account_sid"],
            **({} if delivered or status == "sent" else {"ErrorCode": "30003"})})
            for m in messages if m.status_url for status in ("sent", last)]

    def acknowledged(self, status, body):
        return xml.etree.ElementTree.fromstring(body).tag == "Response"

    def inline(self, body):
        return [m.text for m in xml.etree.ElementTree.fromstring(body).iter("Message")]
