"""Where the view of an install ends; SIDs, bodies, snapshots and resets."""

from __future__ import annotations

from typing import Any

from journey import Traveller, refused


def test_what_an_install_sees_ends_at_its_deployment(walker: Traveller, client: Any) -> None:
    session = walker.scheduled()
    other = client.app.installs[1].sid
    url = f"/v1/installs/{other}{session}"
    assert client.http.get(url, headers=walker.headers).status_code == 403
    refused(client.http.get(url, headers={"token": client.mint(other)}), 404, "path-sid-known")
    assert client.http.get(url).status_code == 401
    assert client.http.get(f"/v1/installs/AI1{session}", headers=walker.headers).status_code == 400
    report = f"/v1/installs/{other}/reports/appointments"
    assert client.http.get(report, headers={"token": client.mint(other)}).json()["total"] == 0


def test_sids_of_a_path_have_a_form_and_a_kind(walker: Traveller) -> None:
    sids = walker.enrolled()
    refused(walker.call("GET", "/v1", "/users/US1/profile"), 400, "path-sid-form")
    refused(walker.call("GET", "/v1", f"/users/{sids['exam']}/profile"), 400, "path-sid-form")
    refused(walker.call("GET", "/v1", f"/users/US{'0' * 32}/profile"), 404, "path-sid-known")


def test_bodies_are_read_as_everywhere(walker: Traveller, client: Any) -> None:
    session = walker.session(walker.enrolled())
    url = f"/v1/installs/{client.install}{session}"
    for content, headers, status in [
        (b"{}", {}, 415),
        (b"{", {"content-type": "application/json"}, 400),
        (b"[]", {"content-type": "application/json"}, 400),
        (b"", {"content-type": "application/json"}, 400),
        (b'{"notes": 5}', {"content-type": "application/json"}, 400),
    ]:
        answer = client.http.post(url, content=content, headers={**walker.headers, **headers})
        assert answer.status_code == status, answer.text
    told = walker.schedule(session, comment="x")
    assert told.headers["invigilate-warning"] == "unknown-members-ignored; /comment"


def test_sessions_are_in_state_snapshots_and_resets(walker: Traveller, client: Any) -> None:
    session = walker.scheduled(notes="kept")
    sid = session.rpartition("/")[2]
    plane = lambda method, path, body=None: client.http.request(method, f"/_invigilate{path}", json=body)  # noqa: E731
    (shown,) = plane("GET", "/state?kind=session").json()["resources"]
    assert (shown["sid"], shown["attributes"]["asked"]["notes"]) == (sid, "kept")
    assert {one["kind"] for one in shown["belongsTo"]} == {"exam", "enrollment"}
    plane("POST", "/snapshots", {"name": "one"})
    saved = plane("GET", "/snapshots/one?secrets=true").json()
    plane("POST", "/reset")
    assert walker.call("GET", "/v1", session).status_code == 404
    assert plane(
        "PUT", "/snapshots/two", {name: saved[name] for name in ("resources", "keys", "deployment", "install")}
    ).is_success
    assert plane("POST", "/snapshots/two/restore", {}).is_success
    assert walker.read(session)["notes"] == "kept"
    assert walker.call("GET", "/v1", "/reports/appointments").json()["total"] == 1
