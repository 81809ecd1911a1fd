# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""A headless Chromium, controlled by the Chrome DevTools Protocol."""

import json
import os
import re
import shutil
import subprocess
import tempfile

import websocket

CHROMIUM = shutil.which("chromium")

# Chromium has no network here. As root, it needs --no-sandbox.
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-extensions",
             "--disable-background-networking", "--disable-component-update",
             "--hide-scrollbars", "--remote-debugging-port=0",
             "--remote-allow-origins=*", "--proxy-server=127.0.0.1:9"]

KEYS = {"ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39,
        "Escape": 27, "Enter": 13, "Tab": 9, "Home": 36, "End": 35}
SECONDS = 60


class Browser:
    """A browser with one page. It records console messages and requests."""

    def __init__(self, width, height):
        self.profile = tempfile.TemporaryDirectory(prefix="taskmap-page-")
        self.process = subprocess.Popen(
            [CHROMIUM, *ARGUMENTS, f"--user-data-dir={self.profile.name}",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
            env={**os.environ, "HOME": self.profile.name})
        self.last = 0
        self.session = None
        self.complaints = []
        self.requests = []
        self.loaded = False
        self.socket = None
        try:
            self.connect()
            self.resize(width, height)
        except BaseException:
            self.close()
            raise

    def connect(self):
        """Connects to a new page, and enables its events."""
        self.socket = websocket.create_connection(self.address(),
                                                  timeout=SECONDS)
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.call(domain + ".enable")

    def address(self):
        """The address at which Chromium listens, which it prints once."""
        for line in self.process.stderr:
            found = re.search(r"DevTools listening on (ws://\S+)", line)
            if found:
                return found[1]
        raise RuntimeError("chromium has ended")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.terminate()
        self.process.wait(SECONDS)
        self.process.stderr.close()
        self.profile.cleanup()

    def call(self, method, **params):
        """Calls a method and returns its result. Records events that come meanwhile."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

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

    def open(self, path, fragment=""):
        """Loads a file, even if only its fragment differs from what is shown."""
        self.load("about:blank")
        self.complaints = []
        self.requests = []
        self.load("file://" + os.path.abspath(path) + fragment)

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

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def move(self, x, y):
        self.mouse("mouseMoved", x, y)

    def click(self, x, y):
        self.move(x, y)
        for kind in "mousePressed", "mouseReleased":
            self.mouse(kind, x, y, button="left", clickCount=1)

    def key(self, name, **more):
        """Presses a key that is not a character, by its name in events."""
        for kind in "rawKeyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=name,
                      code=name, windowsVirtualKeyCode=KEYS[name],
                      **({"text": "\r"} if name == "Enter" else {}), **more)
        if name == "Enter":
            self.call("Input.dispatchKeyEvent", type="char", key=name,
                      text="\r")

    def type(self, text):
        for character in text:
            self.call("Input.dispatchKeyEvent", type="keyDown", key=character,
                      text=character)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=character)
