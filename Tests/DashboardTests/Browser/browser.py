"""Looks at a dashboard in Chromium, and prints what it found as JSON: browser.py URL [FOLDER-FOR-SCREENSHOTS]"""

import asyncio
import base64
import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websockets

URL = sys.argv[1]
SCREENSHOTS = Path(sys.argv[2]) if len(sys.argv) > 2 else None
CHECKS = (Path(__file__).parent / "checks.js").read_text()
PATIENCE = 30


class Tab:
    """One page of the browser, by the DevTools protocol."""

    def __init__(self, socket):
        self.socket, self.numbers, self.answers = socket, itertools.count(1), {}
        self.events = []

    async def listen(self):
        async for text in self.socket:
            message = json.loads(text)
            if "id" in message:
                self.answers.pop(message["id"]).set_result(message)
            else:
                self.events.append(message)

    async def call(self, method, **parameters):
        number = next(self.numbers)
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        message = await asyncio.wait_for(answer, PATIENCE)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    async def value(self, expression):
        result = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression[:80]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    async def until(self, expression):
        """Waits until an expression is true; false where that takes too long."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if await self.value(expression):
                return True
            await asyncio.sleep(0.05)
        return False

    async def load(self, path):
        self.events.clear()
        await self.call("Page.navigate", url=URL + path)
        end = time.monotonic() + PATIENCE
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            if time.monotonic() > end:
                raise RuntimeError(f"{path} does not load")
            await asyncio.sleep(0.02)

    async def press(self, key):
        for kind in ("rawKeyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=9)

    def received(self):
        return sum(event["params"]["encodedDataLength"] for event in self.events
                   if event["method"] == "Network.loadingFinished")

    def complaints(self):
        found = []
        for event in self.events:
            parameters = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"]["text"])
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
                found.append(str(parameters["args"]))
        return found

    async def show(self, width, scheme):
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                        mobile=width < 500)
        await self.call("Emulation.setEmulatedMedia",
                        features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def screenshot(self, name):
        if SCREENSHOTS:
            height = await self.value("document.documentElement.scrollHeight")
            width = await self.value("innerWidth")
            shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True,
                                   clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
            (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


async def look(tab):
    found = {}
    for domain in ("Page", "Runtime", "Network", "Log"):
        await tab.call(f"{domain}.enable")
    await tab.call("Network.setCacheDisabled", cacheDisabled=True)
    await tab.show(1280, "light")

    # The first load warms the browser itself up.
    paints = []
    for _ in range(4):
        await tab.load("/dashboard")
        await tab.until("performance.getEntriesByName('first-contentful-paint').length > 0")
        paints.append(await tab.value("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    found["paints"] = paints[1:]
    found["bytes"] = tab.received()

    found["becomesLive"] = await tab.until("document.getElementById('live').textContent === 'Live'")
    first = await tab.value("""
        const site = document.querySelector('#sites details');
        site.open = true;
        site.querySelector('summary').focus();
        scrollTo(0, 400);
        window.isTheSame = true;
        site.querySelector('.count').textContent""")
    found["changes"] = await tab.until(
        f"document.querySelector('#sites details .count').textContent !== {json.dumps(first)}")
    found["keeps"] = {
        "page": await tab.value("window.isTheSame === true"),
        "open": await tab.value("document.querySelector('#sites details').open"),
        "focus": await tab.value("document.activeElement === document.querySelector('#sites summary')"),
        "scroll": await tab.value("Math.abs(scrollY - 400) < 2"),
    }
    found["complaints"] = tab.complaints()

    with contextlib.suppress(OSError):  # it may be gone before it has answered
        urllib.request.urlopen(URL + "/test/restart").read()
    found["saysThatItIsGone"] = await tab.until(
        "document.getElementById('live').textContent.startsWith('Not live since')")
    found["comesBack"] = await tab.until("document.getElementById('live').textContent === 'Live'")

    found["faults"] = []
    for path, width, scheme in itertools.product(
            ("/dashboard", "/dashboard/pages/1"), (1280, 390, 360), ("light", "dark")):
        if width == 360 and scheme == "dark":
            continue
        await tab.show(width, scheme)
        await tab.load(path)
        if path == "/dashboard":
            await tab.until("document.getElementById('live').textContent === 'Live'")
            await tab.value("document.querySelector('#sites details').open = true")
        faults = await tab.value(CHECKS)
        found["faults"] += [f"{path} {width} {scheme}: {fault}" for fault in faults]
        found["faults"] += [f"{path} {width} {scheme}: {line}" for line in tab.complaints()]
        await tab.screenshot(f"{'overview' if path == '/dashboard' else 'change'}-{width}-{scheme}")

    await tab.load("/dashboard")
    await tab.press("Tab")
    found["skipLink"] = await tab.value("""
        (skip => skip.className === 'skip' && skip.getBoundingClientRect().top >= 0)(document.activeElement)""")
    found["focusIsSeen"] = True
    for _ in range(14):
        await tab.press("Tab")
        found["focusIsSeen"] &= await tab.value("""
            (style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)(
                getComputedStyle(document.activeElement))""")

    await tab.call("Emulation.setScriptExecutionDisabled", value=True)
    await tab.load("/dashboard")
    found["withoutScripts"] = await tab.value("document.body.innerText")
    return found


async def main():
    # What is left of the browser may still write there for a moment.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--remote-debugging-port=0",
             f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port_file, end = Path(folder, "DevToolsActivePort"), time.monotonic() + PATIENCE
            while not (port_file.exists() and port_file.read_text().count("\n")):
                if time.monotonic() > end or browser.poll() is not None:
                    raise RuntimeError("Chromium does not start")
                await asyncio.sleep(0.05)
            port = port_file.read_text().splitlines()[0]
            pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list"))
            page = next(page for page in pages if page["type"] == "page")
            async with websockets.connect(page["webSocketDebuggerUrl"], max_size=None) as socket:
                tab = Tab(socket)
                listening = asyncio.create_task(tab.listen())
                try:
                    print(json.dumps(await look(tab)))
                finally:
                    listening.cancel()
        finally:
            browser.terminate()
            browser.wait()


asyncio.run(main())
