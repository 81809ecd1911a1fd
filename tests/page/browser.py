# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""Headless browsers with one page each: Chromium, controlled by the Chrome DevTools
Protocol, and Firefox, controlled by WebDriver BiDi."""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile

import websocket

SECONDS = 300   # for an answer, enough on a busy machine


class Browser:
    """A browser with one page. It records console messages and requests."""

    NAMES = ()          # of the program
    ARGUMENTS = ()
    PROFILE = ""        # the option for the profile, before its directory
    PREFERENCES = ""    # user.js of the profile
    LISTENING = ""      # what the browser prints before the address of its socket
    PATH = ""           # the path to add to that address

    @classmethod
    def program(cls):
        """The program, or None if it is not installed."""
        return next(filter(None, map(shutil.which, cls.NAMES)), None)

    def __init__(self, width, height):
        self.size = width, height
        self.start()

    def start(self):
        self.profile = tempfile.TemporaryDirectory(prefix="taskmap-page-",
                                                   ignore_cleanup_errors=True)
        with open(os.path.join(self.profile.name, "user.js"), "w",
                  encoding="ascii") as file:
            file.write(self.PREFERENCES)
        self.process = subprocess.Popen(
            [self.program(), *self.ARGUMENTS, self.PROFILE + self.profile.name],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
            env={**os.environ, "HOME": self.profile.name})
        self.last = 0
        self.complaints = []
        self.requests = []
        self.socket = None
        try:
            self.socket = websocket.create_connection(
                self.address() + self.PATH, timeout=SECONDS, suppress_origin=True)
            self.connect()
            self.resize(*self.size)
        except BaseException:
            self.close()
            raise

    def connect(self):
        """Finds the page, and enables its events."""
        raise NotImplementedError

    def resize(self, width, height):
        raise NotImplementedError

    def load(self, url):
        raise NotImplementedError

    def note(self, event):
        """Records an event."""
        raise NotImplementedError

    def address(self):
        """The address at which the browser listens, which it prints once."""
        for line in self.process.stderr:
            found = re.search(self.LISTENING + r" (ws://\S+)", line)
            if found:
                return found[1]
        raise RuntimeError("the browser has ended")

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.terminate()
        self.process.wait(SECONDS)
        self.process.stderr.close()
        self.profile.cleanup()

    def send(self, method, params, **more):
        """Calls a method and returns its result. Records events that come meanwhile."""
        self.last += 1
        self.socket.send(json.dumps({"id": self.last, "method": method,
                                     "params": params, **more}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer}")
                return answer["result"]
            self.note(answer)

    def open(self, path, fragment=""):
        """Loads a file, even if only its fragment differs from what is shown."""
        self.load("about:blank")
        self.complaints = []
        self.requests = []
        self.load("file://" + os.path.abspath(path) + fragment)


class Chromium(Browser):
    NAMES = "chromium",
    # Chromium has no network here. As root, it needs --no-sandbox.
    ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                 "--disable-dev-shm-usage", "--disable-extensions",
                 "--disable-background-networking", "--disable-component-update",
                 "--hide-scrollbars", "--remote-debugging-port=0",
                 "--remote-allow-origins=*", "--proxy-server=127.0.0.1:9")
    PROFILE = "--user-data-dir="
    LISTENING = "DevTools listening on"

    KEYS = {"ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39,
            "Escape": 27, "Enter": 13, "Tab": 9, "Home": 36, "End": 35}
    session = None
    loaded = False

    def connect(self):
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network", "Performance":
            self.call(domain + ".enable")

    def call(self, method, **params):
        more = {"sessionId": self.session} if self.session else {}
        return self.send(method, params, **more)

    def note(self, event):
        method, params = event["method"], event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(str(params["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)

    def load(self, url):
        self.loaded = False
        self.call("Page.navigate", url=url)
        while not self.loaded:
            self.note(json.loads(self.socket.recv()))

    def js(self, expression):
        """The value of a JavaScript expression. An exception in it is raised here."""
        answer = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def run(self, program):
        """Runs a JavaScript program, which may be long."""
        self.js(program + "; 1")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def move(self, x, y):
        self.mouse("mouseMoved", x, y)

    def click(self, x, y):
        self.move(x, y)
        for kind in "mousePressed", "mouseReleased":
            self.mouse(kind, x, y, button="left", clickCount=1)

    def key(self, name, ctrl=False):
        """Presses a key that is not a character, by its name in events."""
        for kind in "rawKeyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=name,
                      code=name, windowsVirtualKeyCode=self.KEYS[name],
                      modifiers=2 if ctrl else 0)
        if name == "Enter":
            self.call("Input.dispatchKeyEvent", type="char", key=name,
                      text="\r")

    def type(self, text):
        for character in text:
            self.call("Input.dispatchKeyEvent", type="keyDown", key=character,
                      text=character)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    def emulate(self, media="", **features):
        """Emulates a medium and features of it: forced_colors="active"."""
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": name.replace("_", "-"), "value": value}
            for name, value in features.items()])

    def pdf(self):
        return base64.b64decode(self.call(
            "Page.printToPDF", printBackground=True,
            preferCSSPageSize=True)["data"])

    def metrics(self):
        """The performance counters of Chromium, by name."""
        self.call("HeapProfiler.collectGarbage")
        return {metric["name"]: metric["value"] for metric in
                self.call("Performance.getMetrics")["metrics"]}


class Firefox(Browser):
    NAMES = "firefox-esr", "firefox"
    ARGUMENTS = ("--headless", "--no-remote", "--remote-debugging-port", "0",
                 "--profile")
    # Firefox has no network here, and does not look for updates.
    PREFERENCES = "".join(f'user_pref("{name}", {value});\n' for name, value in {
        "network.proxy.type": 1, "network.proxy.http": '"127.0.0.1"',
        "network.proxy.http_port": 9, "network.proxy.ssl": '"127.0.0.1"',
        "network.proxy.ssl_port": 9, "app.update.enabled": "false",
        "datareporting.policy.dataSubmissionEnabled": "false",
        "browser.shell.checkDefaultBrowser": "false",
        "browser.startup.page": 0, "app.normandy.enabled": "false",
        "accessibility.tabfocus": 7, "toolkit.telemetry.enabled": "false",
    }.items())
    LISTENING = "WebDriver BiDi listening on"
    PATH = "/session"

    KEYS = {"ArrowDown": "\ue015", "ArrowUp": "\ue013", "ArrowLeft": "\ue012",
            "ArrowRight": "\ue014", "Escape": "\ue00c", "Enter": "\ue007",
            "Tab": "\ue004", "Home": "\ue011", "End": "\ue010"}
    context = None

    def connect(self):
        self.send("session.new", {"capabilities": {}})
        tree = self.send("browsingContext.getTree", {})
        self.context = tree["contexts"][0]["context"]
        self.send("session.subscribe", {"events": [
            "log.entryAdded", "network.beforeRequestSent"]})

    def call(self, method, **params):
        return self.send(method, {"context": self.context, **params})

    # The preference for each medium feature that a test needs.
    FEATURES = {
        ("prefers_color_scheme", "light"):
            'user_pref("layout.css.prefers-color-scheme.content-override", 1);\n',
        ("prefers_color_scheme", "dark"):
            'user_pref("layout.css.prefers-color-scheme.content-override", 0);\n',
        ("forced_colors", "active"):
            'user_pref("browser.display.document_color_use", 2);\n',
    }

    def emulate(self, media="", **features):
        """Emulates media features. WebDriver BiDi cannot do that in Firefox, but there
        are preferences, which Firefox reads when it starts; the page must be opened
        again. Nothing emulates a medium, so what is printed is only seen in pdf()."""
        if media:
            raise NotImplementedError("Firefox cannot emulate a medium")
        preferences = type(self).PREFERENCES + "".join(
            map(self.FEATURES.get, features.items()))
        if preferences != self.PREFERENCES:
            self.close()
            self.PREFERENCES = preferences
            self.start()

    def pdf(self):
        return base64.b64decode(self.call("browsingContext.print", background=True,
                                          orientation="landscape")["data"])

    def note(self, event):
        params = event["params"]
        if event["method"] == "log.entryAdded":
            self.complaints.append(str(params["text"]))
        elif params["context"] == self.context:
            self.requests.append(params["request"]["url"])

    def resize(self, width, height):
        self.call("browsingContext.setViewport",
                  viewport={"width": width, "height": height})

    def load(self, url):
        self.call("browsingContext.navigate", url=url, wait="complete")

    def js(self, expression):
        answer = self.send("script.evaluate", {
            "expression": "(async () => JSON.stringify(await (" + expression + ")))()",
            "target": {"context": self.context}, "awaitPromise": True})
        if answer["type"] == "exception":
            raise RuntimeError(str(answer["exceptionDetails"]))
        return json.loads(answer["result"].get("value", "null"))

    def run(self, program):
        self.send("script.evaluate", {
            "expression": program + "; 1", "target": {"context": self.context},
            "awaitPromise": False})

    def act(self, kind, *actions, **more):
        self.call("input.performActions", actions=[
            {"type": kind, "id": kind, "actions": actions, **more}])

    def pointer(self, *actions):
        self.act("pointer", *actions, parameters={"pointerType": "mouse"})

    @staticmethod
    def moved(x, y):
        return {"type": "pointerMove", "x": int(x), "y": int(y)}

    def move(self, x, y):
        self.pointer(self.moved(x, y))

    def click(self, x, y):
        self.pointer(self.moved(x, y), {"type": "pointerDown", "button": 0},
                     {"type": "pointerUp", "button": 0})

    def press(self, *keys):
        """Presses keys, and releases them in reverse order."""
        self.act("key", *({"type": "keyDown", "value": key} for key in keys),
                 *({"type": "keyUp", "value": key} for key in reversed(keys)))

    def key(self, name, ctrl=False):
        self.press(*["\ue009"] * ctrl, self.KEYS[name])

    def type(self, text):
        for character in text:
            self.press(character)
