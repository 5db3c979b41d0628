"""A real Chromium without a window, driven by its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import pyte

AGENT: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
)
_OPTIONS: Final = (
    "--headless=new",
    "--no-sandbox",  # tests run as root, in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
    f"--user-agent={AGENT.format(version=120)}",
    "--window-size=1000,640",
)
_PATIENCE: Final = 20.0
_KEYS: Final = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "ArrowDown": (40, ""), "ArrowUp": (38, "")}
CTRL: Final = 2
_BINARY: Final = 2


def installed() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


class Tab:
    """One page, with what it asked for and what it complained of."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.create_task(self._listen())
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._terminal = pyte.Screen(80, 24)
        self._paint = pyte.ByteStream(self._terminal)

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        return await asyncio.wait_for(answer, _PATIENCE)

    async def _listen(self) -> None:
        async for message in self._socket:
            found = json.loads(message.data)
            if "id" in found:
                answer = self._answers.pop(found["id"])
                if "error" in found:
                    answer.set_exception(RuntimeError(found["error"]["message"]))
                else:
                    answer.set_result(found["result"])
            else:
                self._note(found["method"], found["params"])

    def _note(self, event: str, words: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.asked.append(words["request"]["url"])
        elif event == "Network.webSocketCreated":
            self.asked.append(words["url"])
            self._terminal.reset()
        elif event == "Network.webSocketFrameReceived" and words["response"]["opcode"] == _BINARY:
            self._paint.feed(base64.b64decode(words["response"]["payloadData"]))
        elif event == "Network.webSocketFrameSent" and '"resize"' in words["response"]["payloadData"]:
            asked = json.loads(words["response"]["payloadData"])[1]
            self._terminal.resize(asked["height"], asked["width"])
        elif event == "Log.entryAdded" and words["entry"]["level"] in ("error", "warning"):
            self.complaints.append(words["entry"]["text"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(words["exceptionDetails"])[:500])

    @property
    def screen(self) -> list[str]:
        """The rows of the terminal, as what was painted on it makes them."""
        return [row.rstrip() for row in self._terminal.display]

    async def sees(self, *words: str) -> None:
        """Waits until all of this stands on the terminal."""
        for _ in range(int(_PATIENCE * 10)):
            text = "\n".join(self.screen)
            if all(one in text for one in words):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{words} never stood there:\n{text}")

    async def begin(self) -> None:
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.ask(f"{domain}.enable")

    async def go(self, url: str) -> None:
        await self.ask("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """What the script's last expression is."""
        answer = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, script: str, *, patience: float = _PATIENCE) -> Any:
        """Waits until the script's last expression is true."""
        found = None
        for _ in range(int(patience * 20)):
            try:
                found = await self.run(script)
            except (RuntimeError, AssertionError):  # between two pages there is none
                found = None
            if found:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"never: {script}; the page says:\n{await self.run('document.body.innerText')}")

    async def press(self, key: str, *, ctrl: bool = False) -> None:
        """A key as the browser sees it: `a`, `Enter`, `F8`."""
        code, text = _KEYS.get(key, (0, ""))
        if key[:1] == "F" and key[1:].isdigit():
            code = 111 + int(key[1:])
        elif len(key) == 1:
            code, text = (ord(key.upper()) if key.isalnum() else 0), "" if ctrl else key
        words = {"key": key, "code": f"Key{key.upper()}" if len(key) == 1 else key, "windowsVirtualKeyCode": code}
        down = words | ({"text": text} if text else {})
        await self.ask("Input.dispatchKeyEvent", type="keyDown", modifiers=CTRL if ctrl else 0, **down)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", modifiers=CTRL if ctrl else 0, **words)

    async def type(self, text: str) -> None:
        for character in text:
            await self.press(character)

    async def choose(self, field: str, file: Path) -> None:
        """Gives a file to the page, as its chooser would."""
        script = f"document.querySelector({json.dumps(field)})"
        found = await self.ask("Runtime.evaluate", expression=script)
        await self.ask("DOM.setFileInputFiles", files=[str(file)], objectId=found["result"]["objectId"])

    async def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"]))

    async def close(self) -> None:
        self._listening.cancel()
        await self._socket.close()


class Chromium:
    """The browser: its tabs share cookies, as a person's do."""

    def __init__(self, http: aiohttp.ClientSession, port: int) -> None:
        self._http, self._port = http, port
        self.tabs: list[Tab] = []

    async def tab(self) -> Tab:
        async with self._http.put(f"http://127.0.0.1:{self._port}/json/new?about:blank") as answer:
            return await self._follow((await answer.json(content_type=None))["webSocketDebuggerUrl"])

    async def opened(self, wanted: Callable[[str], bool]) -> Tab:
        """A tab that a page opened."""
        for _ in range(100):
            async with self._http.get(f"http://127.0.0.1:{self._port}/json/list") as answer:
                for one in await answer.json(content_type=None):
                    if one["type"] == "page" and wanted(one["url"]):
                        return await self._follow(one["webSocketDebuggerUrl"])
            await asyncio.sleep(0.05)
        raise AssertionError("no such tab was opened")

    async def downloads_go_to(self, folder: Path) -> None:
        words = {"behavior": "allow", "downloadPath": str(folder)}
        await self.tabs[0].ask("Browser.setDownloadBehavior", **words)

    async def _follow(self, url: str) -> Tab:
        tab = Tab(await self._http.ws_connect(url, max_msg_size=64 * 1024 * 1024))
        await tab.begin()
        self.tabs.append(tab)
        return tab


@asynccontextmanager
async def chromium(folder: Path, *options: str) -> AsyncIterator[Chromium]:
    """A browser with a profile of its own, gone at the end."""
    program = installed()
    assert program is not None
    process = await asyncio.create_subprocess_exec(
        program,
        *_OPTIONS,
        *options,
        f"--user-data-dir={folder}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said = folder / "DevToolsActivePort"
        for _ in range(400):
            if said.exists() and said.read_text().count("\n"):
                break
            await asyncio.sleep(0.05)
        port = int(said.read_text().split("\n")[0])
        async with aiohttp.ClientSession() as http:
            browser = Chromium(http, port)
            yield browser
            for tab in browser.tabs:
                await tab.close()
    finally:
        process.terminate()
        await process.wait()
