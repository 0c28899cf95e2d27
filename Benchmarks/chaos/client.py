"""A strict HTTP/1.1 client with kept connections, which tells how an exchange failed."""

import asyncio
import zlib

HEAD_BYTES, MOST_IDLE = 262_144, 64


class Failure(Exception):
    """How an exchange failed, in one word: refused, stale, closed, cut, malformed."""

    def __init__(self, kind, detail=""):
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def decoded(self):
        return zlib.decompress(self.body, 31) if self.fields.get("content-encoding") == "gzip" else self.body


class Connection:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.was_used, self.stays = reader, writer, False, True

    async def exchange(self, request):
        """One request and its answer.

        An end before the first byte is `stale` on a kept connection, `closed` on a fresh one; one after it is `cut`.
        """
        try:
            self.writer.write(request)
            head = await self.reader.readuntil(b"\r\n\r\n")
            while head.startswith(b"HTTP/1.1 1"):
                head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise Failure("cut", "within the head") from None
            raise Failure("stale" if self.was_used else "closed", "end before the answer") from None
        except OSError as error:
            raise Failure("stale" if self.was_used else "closed", str(error)) from None
        status, fields = self.parse(head)
        try:
            body = await self.body(request, status, fields)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Failure("cut", f"{status}, {error}") from None
        except (ValueError, asyncio.LimitOverrunError) as error:
            raise Failure("malformed", str(error)) from None
        self.was_used = True
        return Answer(status, fields, body)

    def parse(self, head):
        lines = head.decode("latin-1").split("\r\n")
        version, _, rest = lines[0].partition(" ")
        if version != "HTTP/1.1" or not rest[:3].isdigit():
            raise Failure("malformed", lines[0][:80])
        fields = {}
        for line in lines[1:-2]:
            name, colon, value = line.partition(":")
            if not colon or name.strip() != name:
                raise Failure("malformed", line[:80])
            fields[name.lower()] = value.strip()
        self.stays = "close" not in fields.get("connection", "").lower()
        return int(rest[:3]), fields

    async def body(self, request, status, fields):
        if request.startswith(b"HEAD ") or status in (204, 304):
            return b""
        if fields.get("transfer-encoding", "").lower() == "chunked":
            pieces = []
            while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                pieces.append(await self.reader.readexactly(size))
                if await self.reader.readexactly(2) != b"\r\n":
                    raise ValueError("no line end after a chunk")
            while await self.reader.readuntil(b"\r\n") != b"\r\n":
                pass
            return b"".join(pieces)
        if "content-length" in fields:
            return await self.reader.readexactly(int(fields["content-length"]))
        raise ValueError("neither a length nor chunks")  # then nobody could tell a truncated body

    def close(self):
        self.writer.transport.abort()


class Client:
    """As many connections to one server as requests are under way at once."""

    def __init__(self, port):
        self.port, self.idle = port, []

    async def exchange(self, request, fresh=False):
        connection = None
        while not fresh and self.idle and connection is None:
            connection = self.idle.pop()
            if connection.reader.at_eof():  # the server said that it doesn't keep it
                connection.close()
                connection = None
        if connection is None:
            try:
                connection = Connection(*await asyncio.open_connection("127.0.0.1", self.port, limit=HEAD_BYTES))
            except OSError as error:
                raise Failure("refused", str(error)) from None
        try:
            answer = await connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        if connection.stays and len(self.idle) < MOST_IDLE:  # after a burst, its connections go again
            self.idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self):
        while self.idle:
            self.idle.pop().close()
