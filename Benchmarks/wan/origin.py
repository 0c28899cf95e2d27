#!/usr/bin/env python3
"""An origin whose pages change with each visit: origin.py CORPUS HALF ADDRESS PORT.

The first visit of a page at a host is answered with the version that the host's name begins with ("7.anything"), the
next visit with the next one, and so on. `Page-Version` says which it is. Who asks for zstd gets the page compressed
ahead, since Debian's nginx can't; all others get it as it is.
"""

import asyncio
import sys

import codings
import pages

VERSIONS, PACKED, VISITS = {}, {}, {}


def answer(head):
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    name = lines[0].split()[1].lstrip("/")
    if name not in VERSIONS:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    visit = VISITS.get((fields["host"], name), int(fields["host"].split(".")[0]))
    VISITS[fields["host"], name] = visit + 1
    version = visit % len(VERSIONS[name])
    body, coding = VERSIONS[name][version], ""
    if fields.get("accept-encoding") == "zstd":
        body, coding = PACKED[name][version], "Content-Encoding: zstd\r\n"
    fields = (f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n{coding}"
              f"Cache-Control: max-age=0\r\nVary: Accept-Encoding\r\nPage-Version: {version}\r\n")
    return f"HTTP/1.1 200 OK\r\n{fields}\r\n".encode() + body


async def serve(reader, writer):
    try:
        while True:
            writer.write(answer(await reader.readuntil(b"\r\n\r\n")))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(corpus, half, address, port):
    VERSIONS.update(pages.read(corpus, half))
    PACKED.update({name: [codings.zstd_pack(page) for page in versions] for name, versions in VERSIONS.items()})
    server = await asyncio.start_server(serve, address, int(port))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
