"""Owns how generated requests reach a server: signed in at the very end, and often for things that are there.

A request whose route takes an API token carries one with every scope, any other the session of an administrator. What
schemathesis puts into these headers itself is replaced. What stands in the way of the next request is made anew: an id in the
path is that of a thing in four of five requests, a body is right but for one field in one of three, and what is removed was
made to be removed.
"""

import atexit
import itertools
import os
import time
import uuid
import zlib

import requests
import schemathesis

URL = os.environ["BECKON_API_URL"]
EMAIL, PASSWORD = os.environ["BECKON_API_USER"].split(" ")
SCOPES = [
    "configuration:write",
    "conversations:write",
    "customers:write",
    "administration:write",
]
NUMBERS = itertools.count(1)


class Admin:
    """An administrator who makes things to try requests on."""

    def __init__(self):
        self.browser = requests.Session()
        self.browser.headers["Origin"] = URL
        self.post("/session", {"email": EMAIL, "password": PASSWORD})
        token = self.post("/api-tokens", {"name": "Generated requests", "scopes": SCOPES})
        self.token = token["token"]
        self.cookie = self.browser.cookies["beckon_session"]
        self.made = {}

    def call(self, method, path, **arguments):
        reply = self.browser.request(method, URL + "/api/v1" + path, **arguments)
        reply.raise_for_status()
        return reply.json() if reply.text else None

    def post(self, path, body):
        return self.call("POST", path, json=body)

    def thing(self, noun):
        """The id of a thing that stays. One that went with an earlier version of its site, or with a file, is made again."""
        if noun in ("offers", "rules", "webhooks") and noun in self.made:
            there = self.browser.get(f"{URL}/api/v1/{noun}/{self.made[noun]}")
            if not there.ok or not there.json().get("active", True):
                del self.made[noun]
        if noun not in self.made:
            self.made[noun] = self.make(noun)
        return self.made[noun]

    def body(self, noun):
        """What makes a new thing, as it should be."""
        number = next(NUMBERS)
        name = f"Thing {number}"
        texts = {"title": name, "accept_label": "Yes", "reject_label": "No"}
        match noun:
            case "sites":
                return {"name": name, "origins": [URL]}
            case "users":
                return {"email": f"{number}@example.test", "name": name, "role": "agent", "password": PASSWORD}
            case "queues":
                return {"name": name}
            case "offers":
                return {"name": name, "design": {"texts": {"en": texts}}}
            case "rules":
                plan = {"offer_id": self.thing("offers"), "queue_id": self.thing("queues")}
                return {"priority": number, "name": name, "plan": plan}
            case "customers":
                return {"customer_ref": name, "first_name": name}
            case "canned-replies":
                return {"shortcut": f"s{number}", "title": name, "texts": {"en": name}}
            case "webhooks":
                return {"name": name, "url": "http://127.0.0.1:9/", "events": ["chat.ended"]}
            case "api-tokens":
                return {"name": name, "scopes": SCOPES[:1]}
            case _:
                return None

    def make(self, noun):
        """The id of a new thing, or of any that is there."""
        match noun:
            case "agents":
                return self.make("users")
            case "chats" | "visits" | "visitors":
                return self.come_by()[noun]
            case "audit":
                return self.call("GET", "/audit?limit=1")["items"][0]["id"]
            case "customer-imports":
                file = {"data": "ref,first name\nC-1,Ann\n", "headers": {"content-type": "text/csv"}}
                return self.call("POST", f"/sites/{self.thing('sites')}/customer-imports", **file)["id"]
        body = self.body(noun)
        if body is None:
            return str(uuid.uuid4())
        of_site = noun in ("queues", "offers", "rules", "customers")
        made = self.post(f"/sites/{self.thing('sites')}/{noun}" if of_site else f"/{noun}", body)
        return made.get("webhook", made.get("api_token", made))["id"]

    def delivery(self):
        """The event of a delivery of the webhook that stays."""
        path = f"/webhooks/{self.thing('webhooks')}"
        if not self.call("GET", f"{path}/deliveries")["items"]:
            self.call("POST", f"{path}/test")
        return self.call("GET", f"{path}/deliveries")["items"][0]["event_id"]

    def come_by(self):
        """A visitor who waits in a queue, by the polling fallback."""
        queue = self.call("GET", f"/queues/{self.thing('queues')}")
        queue["plan"]["alternatives"]["no_agent"] = {"do": "wait"}
        self.call("PATCH", f"/queues/{queue['id']}", json={"plan": queue["plan"], "is_default": True})
        key = self.call("GET", f"/sites/{queue['site_id']}")["key"]
        page = {"tab": 1, "view": 1, "url": f"{URL}/prices", "title": "Prices", "referrer": ""}
        hello = {"type": "hello", "v": 1, "site": key, "token": None, "pages": [page], "chat": None}
        frames = [hello, {"type": "open_chat"}]
        # A program that says what it is counts as a robot and is not tracked (T-9).
        headers = {"Origin": URL, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        for _ in range(50):
            # A new site is known to a node a moment after it was made.
            requests.post(f"{URL}/live/visitor", json={"frames": frames}, headers=headers)
            for chat in self.call("GET", "/chats?limit=1")["items"]:
                return {"chats": chat["id"], "visits": chat["visit_id"], "visitors": chat["visitor_id"]}
            time.sleep(0.1)
        raise RuntimeError("no chat was opened")


ADMIN = Admin()


def one_of(many, case):
    """Whether this is one of so many requests; the same each time it is tried."""
    sent = (case.path_parameters, case.query, case.body if isinstance(case.body, dict | list | str) else "")
    return zlib.crc32(repr(sent).encode()) % many == 0


def named(case):
    """The id that takes the place of the one in the path; none where it stays."""
    noun = case.operation.path.removeprefix("/api/v1/").split("/{id}")[0]
    if case.operation.method.upper() == "DELETE" and case.operation.path.endswith("{id}"):
        # Ids that were generated may be those of things that are to stay.
        try:
            return ADMIN.make(noun) if one_of(4, case) else str(uuid.uuid4())
        except requests.HTTPError:
            return str(uuid.uuid4())
    return None if one_of(5, case) else ADMIN.thing(noun)


def right_but_for_one(case):
    """A body that would be taken, with one field of what was generated."""
    if not isinstance(case.body, dict):
        return None
    fields = sorted(case.body.items())
    if case.operation.method.upper() == "PATCH":
        return dict(fields[:1])
    body = ADMIN.body(case.operation.path.removesuffix("/check").split("/")[-1])
    # An odd number of fields: none of them, so that some are taken.
    return body and body | dict(fields[:1] if len(fields) % 2 == 0 else [])


@schemathesis.hook
def before_call(context, case, kwargs):
    """Last before a request leaves."""
    path = case.operation.path
    if "{id}" in path and case.path_parameters is not None and (there := named(case)):
        case.path_parameters["id"] = there
    if "{event}" in path and not one_of(5, case):
        case.path_parameters["event"] = ADMIN.delivery()
    if case.operation.method.upper() in ("POST", "PATCH") and one_of(3, case) and (body := right_but_for_one(case)):
        case.body = body
    by_token = any("token" in way for way in case.operation.definition.raw.get("security", []))
    case.headers["Origin"] = URL
    case.headers.pop("Authorization", None)
    case.headers.pop("Cookie", None)
    case.cookies.clear()
    if by_token:
        case.headers["Authorization"] = f"Bearer {ADMIN.token}"
    elif (case.operation.method.upper(), path) != ("DELETE", "/api/v1/session"):
        case.headers["Cookie"] = f"beckon_session={ADMIN.cookie}"


STATUSES = {}


@schemathesis.hook
def after_call(context, case, response):
    """Counts, so that it is seen whether requests get anywhere."""
    route = f"{case.operation.method.upper()} {case.operation.path}"
    STATUSES.setdefault(route, {}).setdefault(response.status_code, 0)
    STATUSES[route][response.status_code] += 1


@atexit.register
def tell():
    """Says which routes never did what was asked."""
    refused = sorted(route for route, met in STATUSES.items() if not any(status < 300 for status in met))
    print(f"{len(STATUSES)} routes, of which these did nothing:", refused)
