"""The guide's nginx and Caddy, as they stand there, before something that answers: what passes, what a log keeps."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import CERT_NONE, create_default_context
from threading import Thread

import pytest

from tests.support.program import ROOT, free_port

NGINX = os.environ.get("NGINX") or shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CADDY = os.environ.get("CADDY") or shutil.which("caddy")
HOST = "crieur.contoso.com"
PASSES = ("/about", "/api/messages", "/r/1.2.x.0", "/m/1.x", "/p/abc", "/export/t")
STAYS = ("/metrics", "/readyz", "/healthz", "/", "/rr/1", "/aboutt")


def in_the_guide() -> str:
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```nginx\n(.*?)```", guide, re.DOTALL)
    return text


class Bot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the bot")

    def log_message(self, format: str, *args: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Proxy:
    http: int
    https: int
    folder: Path

    def get(self, path: str, *, tls: bool = True) -> tuple[int, dict[str, str]]:
        context = create_default_context()
        context.check_hostname, context.verify_mode = False, CERT_NONE
        connection = (
            HTTPSConnection("127.0.0.1", self.https, context=context, timeout=20)
            if tls
            else HTTPConnection("127.0.0.1", self.http, timeout=20)
        )
        connection.request("GET", path, headers={"Host": HOST})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@contextlib.contextmanager
def served(proxy: Proxy, command: list[str], log: Path) -> Iterator[None]:
    """A program in front of the bot, from its first answer to its end."""
    environment = {**os.environ, "XDG_DATA_HOME": str(proxy.folder), "XDG_CONFIG_HOME": str(proxy.folder)}
    with log.open("wb") as written:
        process = subprocess.Popen(command, env=environment, stderr=written)
    try:
        for _ in range(400):
            try:
                proxy.get("/about", tls=False)
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def bot() -> Iterator[ThreadingHTTPServer]:
    bot = ThreadingHTTPServer(("127.0.0.1", 0), Bot)
    Thread(target=bot.serve_forever, daemon=True).start()
    yield bot
    bot.shutdown()
    bot.server_close()


@pytest.fixture
def proxy(tmp_path: Path, bot: ThreadingHTTPServer) -> Iterator[Proxy]:
    if NGINX is None or shutil.which("openssl") is None:
        pytest.skip("there is no nginx here")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-keyout", str(tmp_path / "crieur.key"), "-out", str(tmp_path / "crieur.pem")],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    proxy = Proxy(free_port(), free_port(), tmp_path)
    text = in_the_guide()
    for before, after in (
        ("server 127.0.0.1:3978; server 127.0.0.1:3979;", f"server 127.0.0.1:{bot.server_port};"),
        ("listen 80;", f"listen 127.0.0.1:{proxy.http};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{proxy.https} ssl;"),
        ("/etc/ssl/", f"{tmp_path}/"),
        ("/etc/ssl/", f"{tmp_path}/"),
        ("/var/log/nginx/", f"{tmp_path}/"),
        ("/var/log/nginx/", f"{tmp_path}/"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    paths = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi"))
    paths += "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("uwsgi", "scgi"))
    config = tmp_path / "nginx.conf"
    whole = (
        f"daemon off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/start.log;\nevents {{}}\nhttp {{\n{paths}{text}}}\n"
    )
    config.write_text(whole)
    with served(proxy, [NGINX, "-c", str(config), "-p", str(tmp_path)], tmp_path / "said.txt"):
        yield proxy


def test_what_passes_and_what_stays_inside(proxy: Proxy) -> None:
    for path in PASSES:
        assert proxy.get(path)[0] == 200, path
    for path in STAYS:
        assert proxy.get(path)[0] == 404, path
    status, headers = proxy.get("/r/1.2.x.0", tls=False)
    assert (status, headers["location"]) == (301, f"https://{HOST}/r/1.2.x.0")


def test_it_asks_for_tls_and_does_not_say_its_version(proxy: Proxy) -> None:
    for path in ("/about", "/nothing"):
        _, headers = proxy.get(path)
        assert headers["strict-transport-security"].startswith("max-age=")
        assert headers["server"] == "nginx"


def test_the_log_keeps_no_link(proxy: Proxy) -> None:
    for path in (
        "/r/1.2.SECRETLINK.0?x=SECRETLINK",
        "/export/SECRETLINK",
        "/m/SECRETLINK",
        "/p/SECRETLINK",
        "/about?x=SECRETLINK",
    ):
        proxy.get(path)
        proxy.get(path, tls=False)
    logs = "".join(path.read_text() for path in proxy.folder.glob("*.log"))
    assert "GET /r/..." in logs and "GET /about" in logs
    assert "SECRETLINK" not in logs


@pytest.fixture
def caddy(tmp_path: Path, bot: ThreadingHTTPServer) -> Iterator[Proxy]:
    if CADDY is None:
        pytest.skip("there is no Caddy here")
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```\n(crieur\.contoso\.com \{.*?)```", guide, re.DOTALL)
    proxy = Proxy(free_port(), 0, tmp_path)
    # as it stands there, but for the port, the certificate that only its owner gets, and one copy of the bot
    for before, after in (
        (f"{HOST} {{", f"http://{HOST}:{proxy.http} {{\n  bind 127.0.0.1"),
        ("127.0.0.1:3978 127.0.0.1:3979", f"127.0.0.1:{bot.server_port}"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    config = tmp_path / "Caddyfile"
    config.write_text("{\n  admin off\n}\n" + text)
    command = [CADDY, "run", "--config", str(config), "--adapter", "caddyfile"]
    with served(proxy, command, tmp_path / "caddy.log"):
        yield proxy


def test_caddy_passes_the_same_and_logs_no_link(caddy: Proxy) -> None:
    for path in PASSES:
        assert caddy.get(path, tls=False)[0] == 200, path
    for path in STAYS:
        assert caddy.get(path, tls=False)[0] == 404, path
    caddy.get("/r/1.2.SECRETLINK.0", tls=False)
    assert "SECRETLINK" not in (caddy.folder / "caddy.log").read_text()
