"""Nobody comes in who was not let in: tokens by role, and on this machine by name."""

import json
import subprocess
import sys
import time

import pytest

from luodi.store.home import Home
from luodi.store.ledger import tokens
from serving import NAME, RECORD, ROLES, filled, running

OPEN = ("/health/live", "/health/ready", "/ping", "/v2/health/live", "/v2/health/ready")
ROLE_OF = {
    "/predict": "predict",
    f"/models/{NAME}/predict": "predict",
    "/invocations": "predict",
    f"/models/{NAME}/invocations": "predict",
    "/v2": "predict",
    f"/v2/models/{NAME}": "predict",
    f"/v2/models/{NAME}/ready": "predict",
    f"/v2/models/{NAME}/infer": "predict",
    "/feedback": "feedback",
    "/reviews/next": "review",
    "/reviews/answer": "review",
    "/reviews/skip": "review",
    "/reviews/{id}/image": "review",
    "/metrics": "admin",
    "/openapi.json": None,
}


def test_every_route_is_known_to_these_tests(server):
    paths = server.ask("/openapi.json").json["paths"]
    assert set(paths) == {*OPEN, *ROLE_OF}


@pytest.mark.promise("all routes but health: 401 without a token")
@pytest.mark.parametrize("path", [*ROLE_OF, "/", "/nothing", "/models/x/predict", "/health"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_every_route_but_health_answers_401_without_a_token(server, path, method, promise):
    answer = server.ask(path, b"{}", role=None, method=method)
    assert (answer.status, answer.json["code"]) == (401, "serve.no_token")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    promise(1)


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", "Bearer x", "Basic dTpw", "bearer luodi_", "Bearer " + "a" * 5000,
        "Bearer \x80\xff", "Token {predict}", "{predict}", "Bearer {predict}x", "Bearer {PREDICT}",
    ],
)  # fmt: skip
def test_a_malformed_token_opens_nothing(server, header):
    token = server.tokens["predict"]
    given = header.replace("{predict}", token).replace("{PREDICT}", token.upper())
    answer = server.ask("/predict", RECORD, role=None, headers={"Authorization": given})
    assert answer.status == 401


def test_health_is_open_to_all(server):
    for path in OPEN:
        assert server.ask(path, role=None).status == 200


def test_a_token_opens_the_routes_of_its_role_and_no_others(server):
    for path, wanted in ROLE_OF.items():
        for role in ROLES:
            answer = server.ask(path, role=role)
            assert (answer.status == 403) == (wanted not in (None, role)), (path, role)


def test_tokens_come_and_go_while_the_server_runs(tmp_path):
    with running(tmp_path) as server:
        with Home.open(server.home) as home:
            text = tokens.new(home.ledger, "predict", "a test")
            server.tokens["new"] = text
            assert _becomes(server, "new", 200)
            tokens.revoke(home.ledger, tokens.digest(text)[:12], "a test")
        assert _becomes(server, "new", 401)


def _becomes(server, role, status):
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if server.ask("/predict", RECORD, role=role).status == status:
            return True
        time.sleep(0.05)
    return False


def test_only_digests_of_tokens_are_kept(server):
    files = [path for path in server.home.rglob("*") if path.is_file()]
    assert files
    for path in files:
        kept = path.read_bytes()
        assert not any(token.encode() in kept for token in server.tokens.values()), path.name
        assert path.stat().st_mode & 0o077 == 0, path.name


def started(*options):
    command = [sys.executable, "-m", "luodi.cli", "serve", *options, "--port", "0", "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
@pytest.mark.parametrize("options", [[], ["--no-auth"]])
def test_another_address_than_loopback_without_a_token_refuses_to_start(tmp_path, host, options):
    filled(tmp_path / "home").close()
    done = started(NAME, "--home", str(tmp_path / "home"), "--host", host, *options)
    assert done.returncode == 2 and done.stderr.strip().splitlines()[-1].startswith("serve.public")


def test_the_default_listens_on_this_machine_only(server):
    with open(f"/proc/{server.process.pid}/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    port = f"{server.port:04X}"
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port}")]
    assert listening == [f"0100007F:{port}"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "a:1"])
def test_without_tokens_a_name_that_points_here_is_refused(open_server, host):
    answer = open_server.ask("/predict", RECORD, headers={"Host": host})
    assert (answer.status, answer.json["code"]) == (403, "serve.host")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:3000", 200),
        ("http://127.0.0.1", 200),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://localhost.evil.example", 403),
    ],
)
def test_without_tokens_a_page_from_elsewhere_is_refused(open_server, origin, status):
    assert open_server.ask("/predict", RECORD, headers={"Origin": origin}).status == status


def test_without_tokens_the_server_says_so(open_server):
    assert any("--no-auth" in line for line in open_server.said)


def test_the_token_verb_makes_lists_and_revokes(tmp_path, capsys):
    from luodi.cli import main

    home = str(tmp_path / "home")
    filled(tmp_path / "home").close()
    assert main(["token", "new", "--role", "admin", "--note", "me", "--home", home]) == 0
    text = capsys.readouterr().out.strip()
    assert text.startswith("luodi-admin-")
    assert main(["token", "list", "--home", home, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["tokens"]
    assert [(one["role"], one["note"]) for one in listed] == [("admin", "me")]
    assert main(["token", "revoke", listed[0]["id"], "--home", home]) == 0
    capsys.readouterr()
    assert main(["token", "list", "--home", home, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"tokens": []}
    assert main(["token", "revoke", "00000000", "--home", home]) == 2
    assert main(["token", "new", "--home", home]) == 2
    assert "token.role" in capsys.readouterr().err
