"""A real HTTP server on this machine that serves one file or several, well or badly, as a test asks."""

import hashlib
import re
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENDLESS = 64 << 20  # bytes after which even an endless answer stops, so that no failing test hangs


class FileServer:
    """Serves ``content`` at ``url``; the attributes make it misbehave and may be changed between requests.

    content : the bytes at ``url``, or a dict of the bytes at each path below ``address``.
    paths : the path of every request so far, without the leading slash.
    ranges : the Range header of every request so far, ``None`` where there was none.
    sent : bytes of bodies sent so far.
    cut_after : close the connection after so many bytes of a body; a list is used up, one number a request.
    reset : when cutting, reset the connection instead of closing it in good order.
    stall : when cutting, keep the connection open and silent until the server stops.
    wait : an event that a body's second half waits for.
    ignore_range, wrong_range : answer 200 with everything, or 206 with the wrong part, to a request for a range.
    announce : send Content-Length; may be another number of bytes than the true one.
    chunked : send the body in chunks (HTTP/1.1).
    endless : send far too much.
    status : answer with this error; a list is used up, one status a request, ``None`` for a good answer.
    redirect : answer 302 with this address.
    """

    def __init__(self, content):
        self.content = content
        self.sha256 = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else None
        self.paths = []
        self.ranges = []
        self.agents = []
        self.sent = 0
        self.broken_pipes = 0
        self.cut_after = None
        self.reset = self.stall = self.ignore_range = self.wrong_range = self.chunked = self.endless = False
        self.announce = True
        self.wait = None
        self.status = self.redirect = None
        self.stopped = threading.Event()
        self.first_half_sent = threading.Event()
        self.gave_up = threading.Event()  # this server ended a stalled connection before the client did
        outer = self

        class Handler(_Handler):
            files = outer
            protocol_version = "HTTP/1.1"

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.address}/file.txt"

    def stop(self):
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    files: FileServer

    def do_GET(self):
        files = self.files
        asked = self.headers["Range"]
        files.paths.append(path := self.path.removeprefix("/"))
        files.ranges.append(asked)
        files.agents.append(self.headers["User-Agent"])
        self.close_connection = True
        status = files.status.pop(0) if isinstance(files.status, list) and files.status else files.status
        if status:
            self.send_error(status)
            return
        if files.redirect:
            self.send_response(302)
            self.send_header("Location", files.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = files.content
        if isinstance(content, dict):
            if path not in content:
                self.send_error(404)
                return
            content = content[path]
        start = 0
        if asked and not files.ignore_range:
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            if start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if files.wrong_range:
                start = max(0, start - 7)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        body = content[start:]
        if files.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif files.announce:
            length = len(body) if files.announce is True else files.announce
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self._send_body(body)

    def _send_body(self, body):
        files = self.files
        cut = files.cut_after.pop(0) if isinstance(files.cut_after, list) and files.cut_after else files.cut_after
        cut = None if cut == [] else cut
        try:
            if files.endless:
                while files.sent < ENDLESS:
                    self._write(b"x" * 65_536)
                return
            if files.wait is not None:
                self._write(body[: len(body) // 2])
                files.first_half_sent.set()
                files.wait.wait(60)
                self._write(body[len(body) // 2 :])
                return
            self._write(body if cut is None else body[:cut])
            if cut is None:
                if files.chunked:
                    self.wfile.write(b"0\r\n\r\n")
            elif files.stall:
                if not files.stopped.wait(60):
                    files.gave_up.set()
            elif files.reset:
                # wait for the client to have read everything would be a guess: a reset may well eat data on its way
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
        except (BrokenPipeError, ConnectionResetError):
            files.broken_pipes += 1

    def _write(self, data):
        if self.files.chunked:
            data = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        self.files.sent += len(data)  # before writing: the client may be done before this thread goes on
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *args):
        pass
