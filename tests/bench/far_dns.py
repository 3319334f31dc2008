"""A DNS server of this machine that seems far away: answers come late, and some packets never arrive."""

import heapq
import random
import selectors
import socket
import struct
import threading
import time

HEAD = struct.Struct(">6H")
ANSWER = struct.Struct(">2HIH")
A, SOA = 1, 6
NXDOMAIN = 3


class FarDns:
    """A blacklist that lists its test entry 127.0.0.2 and nothing else, for every zone it is asked about.

    Each answer comes `delay` seconds after its question, and of the packets in either direction the share `loss` is
    lost; the same ones in every run that sends as many, by the seed. In a thread of its own, from `with` on.
    """

    def __init__(self, delay, loss, seed=1):
        self._delay = delay
        self._loss = loss
        self._chance = random.Random(seed)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._stopped = False
        self._thread = threading.Thread(target=self._serve)
        self.port = self._socket.getsockname()[1]
        self.asked = 0
        self.lost = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped = True
        self._thread.join()
        self._socket.close()

    def _serve(self):
        waiting = []  # (when, number, answer, client)
        selector = selectors.DefaultSelector()
        selector.register(self._socket, selectors.EVENT_READ)
        while not self._stopped:
            left = waiting[0][0] - time.perf_counter() if waiting else 0.1
            if selector.select(max(0, min(left, 0.1))):
                self._take(waiting)
            while waiting and waiting[0][0] <= time.perf_counter():
                _, _, answer, client = heapq.heappop(waiting)
                self._socket.sendto(answer, client)

    def _take(self, waiting):
        while True:
            try:
                question, client = self._socket.recvfrom(4096)
            except BlockingIOError:
                return
            self.asked += 1
            if self._chance.random() < self._loss or self._chance.random() < self._loss:
                self.lost += 1
                continue
            heapq.heappush(waiting, (time.perf_counter() + self._delay, self.asked, answer_to(question), client))


def answer_to(packet):
    """As a resolver, and without EDNS."""
    number, flags, *_ = HEAD.unpack_from(packet)
    end = packet.index(0, HEAD.size) + 5
    name, kind = packet[HEAD.size:end - 4], struct.unpack_from(">H", packet, end - 4)[0]
    listed = name.startswith(b"\x012\x010\x010\x03127") and kind == A
    head = HEAD.pack(number, 0x8080 | flags & 0x0100 | (0 if listed else NXDOMAIN), 1, int(listed), int(not listed), 0)
    if listed:
        record = b"\xc0\x0c" + ANSWER.pack(A, 1, 300, 4) + bytes([127, 0, 0, 2])
    else:
        data = b"\0\0" + struct.pack(">5I", 1, 60, 60, 60, 60)
        record = b"\0" + ANSWER.pack(SOA, 1, 60, len(data)) + data
    return head + packet[HEAD.size:end] + record
