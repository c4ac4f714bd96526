"""Yunpian: single_send with a form, signed pushes of messages, batches of reports."""
import hashlib
import json
import time
import urllib.parse

from provider import Message, Provider, Refusal, mobile


def sign(values, apikey):
    """`_sign`: the other values by the order of their keys, and the apikey."""
    return hashlib.md5(",".join([values[k] for k in sorted(values)] + [apikey]).encode()).hexdigest()


class Yunpian(Provider):
    """settings: apikey, signature. `twice` encodes pushes once more,
    as some of its hosts do."""
    name = "yunpian"
    twice = False
    codes = {code: (400, words) for code, words in {
        "1": "请求参数缺失", "2": "请求参数格式错误", "3": "账户余额不足", "4": "关键词屏蔽", "5": "未自动匹配到合适的模板",
        "7": "模板不可用", "8": "同一手机号30秒内重复提交相同的内容", "9": "同一手机号5分钟内重复提交相同的内容超过3次",
        "10": "手机号防骚扰名单过滤", "13": "营销短信暂停发送", "15": "签名不匹配", "16": "签名格式不正确",
        "17": "24小时内同一手机号发送次数超过限制", "22": "1小时内同一手机号发送次数超过限制", "33": "超过频率", "-1": "非法的apikey",
        "-3": "IP没有权限", "-5": "访问频率超限", "-50": "未知异常", "-51": "系统繁忙", "-53": "提交短信失败"}.items()}

    def read(self, request):
        if (request.method, request.path) != ("POST", "/v2/sms/single_send.json"):
            raise Refusal("2")
        form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
        if form.get("apikey") != self.settings["apikey"]:
            raise Refusal("-1")
        if not form.get("mobile") or not form.get("text"):
            raise Refusal("1")
        if mobile(form["mobile"]) is None:
            raise Refusal("2")
        if not form["text"].startswith(f"【{self.settings['signature']}】"):
            raise Refusal("15")
        if form["text"].count("【") > 1:
            raise Refusal("16")
        return [Message(str(3310228982 + self.next_id()), mobile(form["mobile"]), form["text"], our_id=form.get("uid", ""),
                        status_url=form.get("callback_url", ""))]

    def taken(self, messages):
        m = messages[0]
        return 200, json.dumps({"code": 0, "msg": "发送成功", "count": 1, "fee": 0.05, "unit": "RMB", "mobile": m.phone,
                                "sid": int(m.id)}).encode()

    def refusal(self, refused):
        status, words = self.codes.get(refused.code, (400, refused.words))
        return status, json.dumps({"http_status_code": status, "code": int(refused.code), "msg": words}).encode()

    def form(self, rest, field, value):
        text = json.dumps(value, ensure_ascii=False)
        body = urllib.parse.urlencode({field: urllib.parse.quote(text) if self.twice else text}).encode()
        return rest, "", {"Content-Type": "application/x-www-form-urlencoded"}, body

    def push_message(self, phone, text):
        values = {"id": f"{self.next_id():032x}", "mobile": phone, "text": text, "extend": "01", "base_extend": "8888",
                  "reply_time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.clock() + 8 * 3600))}
        return self.form("", "sms_reply", {**values, "_sign": sign(values, self.settings["apikey"])})

    def push_reports(self, messages, delivered):
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.clock() + 8 * 3600))
        entries = [{"sid": int(m.id), "uid": m.our_id or None, "mobile": m.phone, "user_receive_time": at,
                    "report_status": "SUCCESS" if delivered else "FAIL",
                    "error_msg": "DELIVRD" if delivered else self.report_code, "error_detail": ""} for m in messages]
        return [self.form("/status", "sms_status", entries[i:i + 100]) for i in range(0, len(entries), 100)]

    def acknowledged(self, status, body):
        return body in (b"SUCCESS", b"0")
