"""The origin of all proxies: answers that can be checked to the byte. origin.py PORT FOLDER"""

import hashlib
import pathlib
import sys

from aiohttp import WSMsgType, web

BIG_BYTES = 5_000_000


def page(count, seed="page"):
    """Text that no compression makes short, the same in every process."""
    pieces = (hashlib.sha256(f"{seed} {number}".encode()).hexdigest() for number in range(count // 64 + 1))
    return "".join(pieces)[:count].encode()


SMALL, PAGE, BIG = b"a small answer\n", page(100_000), page(BIG_BYTES, "big")


def text(body):
    async def answer(_):
        return web.Response(body=body, content_type="text/html", headers={"Cache-Control": "no-store"})
    return answer


async def head(request):
    """What arrived of a request's fields, a line each."""
    lines = "".join(f"{name.lower()}: {value}\n" for name, value in request.headers.items())
    return web.Response(text=f"{request.method} {request.raw_path}\n{lines}")


async def echo(request):
    return web.Response(body=await request.read(), content_type="application/octet-stream")


async def digest(request):
    """Length and hash of a body that may be longer than the memory for it."""
    length, state = 0, hashlib.sha256()
    async for piece in request.content.iter_any():
        length += len(piece)
        state.update(piece)
    return web.Response(text=f"{length} {state.hexdigest()}")


async def empty(_):
    return web.Response(status=204)


def main(port, folder):
    file = pathlib.Path(folder) / "big.bin"
    file.write_bytes(BIG)

    async def big(_):
        return web.FileResponse(file)  # with ranges and validators

    async def websocket(request):
        """Sends back each message as it came."""
        channel = web.WebSocketResponse(max_msg_size=32 << 20)
        await channel.prepare(request)
        async for message in channel:
            if message.type == WSMsgType.TEXT:
                await channel.send_str(message.data)
            elif message.type == WSMsgType.BINARY:
                await channel.send_bytes(message.data)
        return channel

    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("OPTIONS", "/{any:.*}", empty)
    for path, act in {"/": text(SMALL), "/page": text(PAGE), "/empty": empty, "/big": big, "/ws": websocket}.items():
        app.router.add_get(path, act)
    for path, act in {"/head": head, "/echo": echo, "/digest": digest}.items():
        app.router.add_route("*", path, act)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, keepalive_timeout=600, backlog=1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
