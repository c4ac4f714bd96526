"""Plays an SMS provider by hand: its API for a gateway's messages, and a phone for you to write from.

    python3 tests/peers/sms_providers --config linli.json --account aliyun

reads credentials and templates of the account, listens, and says which `endpoint` to put into the account's
settings. Then each line you type, PHONE TEXT, is pushed to the gateway as the provider would; what the gateway sends
is shown. Lines that begin with a slash change what goes wrong:

    /code CODE      the next message gets this answer      /page, /silent   on and off
    /lost 0.05      share of sends without an answer        /duplicates 0.1  share of pushes that come twice
    /slow 2         seconds before each answer              /shuffle         reports in another order, on and off
    /report         push the reports that are due           /fail            the same, as failures
    /codes          the codes this provider has
"""
import argparse
import json
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import aliyun  # noqa: E402
import kannel  # noqa: E402
import provider  # noqa: E402
import submail  # noqa: E402
import tencent  # noqa: E402
import twilio  # noqa: E402
import yunpian  # noqa: E402

PROVIDERS = {p.name: p for p in (aliyun.Aliyun, tencent.Tencent, twilio.Twilio, yunpian.Yunpian, submail.Submail,
                                kannel.Kannel)}


def secrets(value):
    """"${NAME}" from the environment, as the gateway reads it."""
    if isinstance(value, dict):
        return {k: secrets(v) for k, v in value.items()}
    if isinstance(value, str) and value.startswith("${") and value.endswith("}"):
        return os.environ.get(value[2:-1], "")
    return value


def known(account, common=""):
    """What the provider knows of an account of the configuration."""
    settings = dict(account["settings"])
    settings["signature"] = account.get("signature") or common
    settings["templates"] = {
        t["code"]: [p["variable"] if isinstance(p, dict) and "variable" in p else
                    p["param"] if isinstance(p, dict) else p.partition("=")[0] for p in t.get("params", [])]
        for t in settings.get("templates", {}).values()}
    return settings


def hook(base, account):
    parts = [base.rstrip("/"), account["channel"], account["name"]]
    return "/".join(parts + ([account["secret"]] if account.get("secret") else []))


def command(p, line):
    word, _, rest = line.partition(" ")
    if word == "/code":
        p.faults.codes.append(rest)
    elif word in ("/page", "/silent", "/shuffle"):
        setattr(p.faults, word[1:], not getattr(p.faults, word[1:]))
        print(word[1:], "is", "on" if getattr(p.faults, word[1:]) else "off")
    elif word in ("/lost", "/duplicates", "/held_back"):
        setattr(p.faults, word[1:], float(rest))
    elif word == "/slow":
        p.faults.slow_s = float(rest)
    elif word in ("/report", "/fail"):
        p.report(delivered=word == "/report")
    elif word == "/codes":
        print("\n".join(f"{code}  {words}" for code, (_, words) in sorted(p.codes.items())))
    else:
        print(__doc__)


def show(p):
    shown = 0
    while True:
        with p.lock:
            new, shown = p.messages[shown:], len(p.messages)
        for m in new:
            params = "" if m.params is None else " " + json.dumps(m.params, ensure_ascii=False)
            print(f"< {m.phone} {m.content}{params}{' (answer lost)' if m.lost else ''}", flush=True)
        while p.refused:
            print(f"refused: {p.refused.pop(0)}", flush=True)
        time.sleep(0.1)


def main():
    options = argparse.ArgumentParser(prog="python3 tests/peers/sms_providers", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--config", required=True, help="the gateway's configuration")
    options.add_argument("--account", required=True, help="name of an SMS account in it")
    options.add_argument("--gateway", default="http://127.0.0.1:8080", help="where the gateway listens (%(default)s)")
    options.add_argument("--port", type=int, default=0, help="port of the API; 0: the system chooses")
    given = options.parse_args()
    config = secrets(json.loads(pathlib.Path(given.config).read_text(encoding="utf-8")))
    account = next((secrets(a) for a in config["accounts"] if a["name"] == given.account and a["channel"] == "sms"), None)
    if account is None or account["provider"] not in PROVIDERS:
        sys.exit(f"sms_providers: {given.config} has no SMS account {given.account} of one of {', '.join(PROVIDERS)}")
    p = PROVIDERS[account["provider"]](hook(given.gateway, account), known(account, config.get("signature", "")),
                                       listen=("127.0.0.1", given.port))
    (key, address), = p.address().items()
    print(f"{p.name} listens: put \"{key}\": \"{address}\" into the settings of {given.account}. "
          "Type PHONE TEXT, or /help.", flush=True)
    threading.Thread(target=show, args=(p,), daemon=True).start()
    for line in sys.stdin:
        line = line.rstrip("\n")
        try:
            if line.startswith("/"):
                command(p, line)
            elif " " in line:
                p.write(*line.split(" ", 1))
        except (RuntimeError, ValueError, provider.Refusal) as error:
            print(f"sms_providers: {error}", flush=True)
    time.sleep(0.5)


if __name__ == "__main__":
    main()
