"""memcached's text protocol, as far as it takes to break a store: list what is there, overwrite it, fill it."""

import os
import socket
import time

JUNK_BYTES = 500_000


class Cache:
    def __init__(self, port):
        self.port = port

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        return connection, connection.makefile("rb")

    def keys(self):
        """All keys, by a dump of the LRU lists; with the length of each value."""
        connection, answer = self.connect()
        with connection:
            connection.sendall(b"lru_crawler metadump all\r\n")
            found = []
            for line in answer:
                if line.startswith((b"END", b"BUSY", b"ERROR")):
                    break
                fields = dict(field.partition("=")[::2] for field in line.decode().split())
                found.append((fields["key"], int(fields["size"])))
            return found

    def set(self, connection, answer, key, value):
        connection.sendall(b"set %b 0 600 %d\r\n%b\r\n" % (key.encode(), len(value), value))
        return answer.readline()

    def poison(self, seconds):
        """Overwrites everything with garbage, again and again; how many values that were."""
        ends, count = time.monotonic() + seconds, 0
        connection, answer = self.connect()
        with connection:
            while time.monotonic() < ends:
                for number, (key, size) in enumerate(self.keys()):
                    # Half of them keep their beginning, so that the harm is deep inside.
                    value = os.urandom(min(size, 20_000))
                    if number % 2:
                        connection.sendall(b"get %b\r\n" % key.encode())
                        head = answer.readline()
                        if head.startswith(b"VALUE"):
                            old = answer.read(int(head.split()[3]) + 2)[:-2]
                            answer.readline()
                            value = old[:len(old) // 2] + os.urandom(len(old) - len(old) // 2)
                    self.set(connection, answer, key, value)
                    count += 1
                time.sleep(0.2)
        return count

    def fill(self, seconds):
        """Puts junk in, more than there is room for; how many bytes."""
        ends, count = time.monotonic() + seconds, 0
        connection, answer = self.connect()
        with connection:
            while time.monotonic() < ends:
                self.set(connection, answer, f"junk-{count}", os.urandom(JUNK_BYTES))
                count += 1
                time.sleep(0.01)
        return count * JUNK_BYTES
