import csv
import gzip
import json
import socket
import ssl
import stat
import urllib.error
import urllib.request
from datetime import date

import polars as pl
import pytest
import stand_in
from stand_in import TOKEN, answer_body, answer_with, cut, edit, hang_up, invented_rows

from tutela.data.fetching.addresses import Access, Query
from tutela.data.fetching.pages import NEEDED
from tutela.data.fetching.replies import Manners
from tutela.data.fetching.ucdp_api import fetch_events
from tutela.data.sources import ucdp
from tutela.data.sources.events import read_events
from tutela.kernel.digests import content_digest
from tutela.kernel.problems import Problem

TODAY = date(2026, 1, 15)


def everything_below(folder):
    """The bytes of every file, unpacked; its name too."""
    return b"\n".join(
        str(path).encode() + (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    )


def read(path):
    return read_events(path, today=TODAY)


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)
    return path


@pytest.mark.parametrize("name", ["events.csv", "events.parquet"])
def test_a_fetched_file_reads_to_the_same_events_as_the_same_rows_in_csv(fetch, api, tmp_path, name):
    fetched = fetch(name)
    reading = read(fetched.path)
    plain = read(write_csv(tmp_path / "plain.csv", api.rows))
    assert content_digest(_without_lines(reading)) == content_digest(_without_lines(plain))
    assert reading.accounting.placed == 25
    assert (reading.source, reading.origin.vintage) == ("ucdp-ged", "25.1")
    assert any("whole" in note and "2026-01-15" in note for note in reading.notes)


def _without_lines(reading):
    return {name: column for name, column in reading.table.columns().items() if name != "source_line"}


def test_every_value_is_kept_as_the_api_wrote_it(fetch, api):
    api.rows[0]["latitude"] = 5.10
    api.always[0] = lambda handler, asked: handler.send(
        200, json.dumps(handler.server.reply(asked)).replace("5.1,", "5.100000000000000001,", 1).encode()
    )
    frame = pl.read_csv(fetch().path, infer_schema=False)
    assert frame["latitude"][0] == "5.100000000000000001"
    assert frame["source_article"][3] == '"Invented, no. 3"\nsecond line; Bébé'
    assert frame["adm_1"].null_count() == 25


@pytest.mark.parametrize("version", ["26.0.7", "26.01.26.06"])
def test_a_candidate_version_reads_as_candidate_events(api, fetch, version):
    api.version = version
    reading = read(fetch(version=version).path)
    assert (reading.source, reading.origin.vintage) == ("ucdp-candidate", f"candidate {version}")


def test_a_file_that_was_changed_afterwards_no_longer_has_the_origin(fetch):
    path = fetch().path
    path.write_bytes(path.read_bytes().replace(b"Invented town", b"Invented city"))
    assert read(path).origin.vintage == "not stated"


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"[1]", b"{" * 5000, b'{"tutela_origin": 1}', bytes(1 << 17), b"[" * 60_000]
)
def test_an_origin_that_is_none_is_passed_over(fetch, damage):
    path = fetch().path
    path.with_name("events.csv.origin.json").write_bytes(damage)
    assert read(path).origin.vintage == "not stated"


def test_the_origin_beside_says_what_was_fetched(fetch, api, tmp_path):
    fetched = fetch("events.parquet", countries=(482,), start=date(2020, 1, 1))
    beside = json.loads((tmp_path / "events.parquet.origin.json").read_text())
    assert beside["address"] == api.address
    assert beside["asked"] == {"Country": "482", "StartDate": "2020-01-01"}
    assert (beside["version"], beside["total_count"], beside["pages"]) == ("25.1", 25, 3)
    assert beside["digest"] == read(fetched.path).file_digest
    note = next(note for note in read(fetched.path).notes if "Fetched" in note)
    assert "it holds only Country 482, StartDate 2020-01-01" in note


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("size", [10, 25, 1000])
def test_all_events_come_whether_the_first_page_is_0_or_1(fetch, api, first, size):
    api.first = first
    assert fetch(page_rows=size).origin.total_count == 25


@pytest.mark.parametrize(
    "page_0",
    [
        answer_with(404),
        answer_with(500),
        edit(lambda reply: reply.update(Result=[])),
        # Some answer 0 with page 1, and name 1 or 2 as the next.
        edit(lambda reply: reply.update(Result=invented_rows(10), PreviousPageUrl="")),
        edit(lambda reply: reply.update(Result=invented_rows(10), PreviousPageUrl="", NextPageUrl="")),
    ],
)
def test_all_events_come_whatever_is_answered_where_no_page_0_is(fetch, api, page_0):
    api.first, api.below_first = 1, page_0
    fetched = fetch()
    assert (fetched.origin.total_count, fetched.origin.pages) == (25, 3)


def test_a_next_link_missing_in_the_middle_loses_no_page(fetch, api):
    api.always[0] = edit(lambda reply: reply.pop("NextPageUrl"))
    assert fetch().origin.total_count == 25


def test_a_link_written_with_http_or_other_spelling_is_only_read_for_its_number(fetch, api):
    host = api.address.removeprefix("http://")
    api.always[0] = edit(lambda reply: reply.update(NextPageUrl=f"https://{host}/GedEvents/25.1?PageSize=1&Page=1"))
    assert fetch().origin.total_count == 25
    assert all("pagesize=10" in path for path, _ in api.seen)


def test_pages_in_another_order_give_the_same_file(fetch, api, tmp_path):
    fetch("one.csv")
    api.rows.reverse()
    fetch("two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


PASSING = {
    "a 429": answer_with(429, Retry_After="7"),
    "a 500": answer_with(500),
    "a 503": answer_with(503),
    "a crowd": answer_with(400),
    "a connection closed": hang_up,
    "a body cut": cut(0.5),
}


@pytest.mark.parametrize("what", PASSING)
def test_what_passes_is_waited_for(fetch, api, slept, what):
    api.faults[1] = [PASSING[what], PASSING[what]]
    assert fetch().origin.total_count == 25
    waits = {"a 429": [7, 7], "a crowd": [30, 60]}.get(what, [2, 4])
    assert slept == [1, *waits, 1]


def test_retry_after_as_a_day_and_time_is_counted_from_the_apis_own_date(fetch, api, slept):
    api.faults[0] = [answer_with(503, Retry_After="Thu, 15 Jan 2099 10:00:30 GMT")]
    with pytest.raises(Problem, match="asks to wait"):
        fetch()
    api.faults[0] = [answer_with(503, Retry_After="Mon, 15 Jan 2024 10:00:30 GMT")]
    fetch()
    api.faults[0] = [answer_with(503, Retry_After="soon")]
    fetch("again.csv")
    assert slept == [2, 1, 1, 2, 1, 1]


def test_tries_have_an_end(fetch, api, slept):
    api.always[1] = answer_with(503)
    with pytest.raises(Problem, match="answered with 503; it was asked 5 times") as caught:
        fetch()
    assert caught.value.code == "fetch-failed"
    assert "goes on from there" in caught.value.remedy
    assert api.pages_asked == [0, 1, 1, 1, 1, 1]
    assert slept == [1, 2, 4, 8, 16]


LINK = "http://127.0.0.1/api/gedevents/25.1?pagesize=10&page=2"
STOPS = {
    "500s": answer_with(500),
    "connections closed": hang_up,
    "bodies cut": cut(0.4),
    "bodies cut without a length": cut(0.4, promised=False),
    "a web page": answer_body(b"\n<!doctype html><p>Maintenance"),
    "no JSON": answer_body(b"Service is down"),
    "no text": answer_body(b"\xff\xfe\x00"),
    "JSON that is no page": answer_body(b'{"error": "down"}'),
    "a list": answer_body(b"[]"),
    "JSON without end": answer_body(b"[" * 100_000),
    "no number": edit(lambda reply: reply.update(TotalCount=float("nan"))),
    "another count": edit(lambda reply: reply.update(TotalCount=26)),
    "no count": edit(lambda reply: reply.update(TotalCount=None)),
    "a negative count": edit(lambda reply: reply.update(TotalCount=-1)),
    "a count beyond all": edit(lambda reply: reply.update(TotalCount=10**10)),
    "an id twice": edit(lambda reply: reply["Result"].append(reply["Result"][0])),
    "an id of another page": edit(lambda reply: reply.update(Result=invented_rows(3))),
    "an id lost": edit(lambda reply: reply["Result"].pop()),
    "no rows": edit(lambda reply: reply.update(Result=[])),
    "too many rows": edit(lambda reply: reply.update(Result=invented_rows(11))),
    "more events than counted": edit(lambda reply: reply.update(Result=invented_rows(35)[25:])),
    "another version": edit(lambda reply: reply.update(PreviousPageUrl=LINK.replace("25.1", "24.1"))),
    "another host": edit(lambda reply: reply.update(NextPageUrl="http://example.org/api/gedevents/25.1?page=2")),
    "a port": edit(lambda reply: reply.update(NextPageUrl=LINK.replace("127.0.0.1", "127.0.0.1:9"))),
    "a link that is none": edit(lambda reply: reply.update(NextPageUrl="http://[::1/api?page=2")),
    "a link without number": edit(lambda reply: reply.update(NextPageUrl=LINK.replace("page=2", "x=2"))),
    "a link that is a list": edit(lambda reply: reply.update(NextPageUrl=[1])),
    "a circle": edit(lambda reply: reply.update(NextPageUrl=reply["PreviousPageUrl"])),
    "an event of another country": edit(lambda reply: reply["Result"][0].update(country_id=490)),
    "an event of another year": edit(lambda reply: reply["Result"][0].update(date_end="2019-12-31")),
    "an event of next year": edit(lambda reply: reply["Result"][0].update(date_start="2021-12-31")),
    "a row that is none": edit(lambda reply: reply.update(Result=[1])),
    "a row without a column": edit(lambda reply: reply["Result"][0].pop("best")),
    "a row without id": edit(lambda reply: reply["Result"][0].update(id=None)),
    "a row with a list": edit(lambda reply: reply["Result"][0].update(best=[1])),
    "a row with a name that is none": edit(lambda reply: reply["Result"][0].update({"=cmd()": 1})),
    "a row with one name twice": edit(lambda reply: reply["Result"][0].update(BEST=1)),
    "half a character": edit(lambda reply: reply["Result"][0].update(adm_1="\ud800")),
    "a zero byte": edit(lambda reply: reply["Result"][0].update(adm_1="a\0b")),
    "a redirect": answer_with(302, Location="http://127.0.0.1:9/elsewhere"),
    "a redirect at home": answer_with(307, Location="/api/gedevents/25.1?page=1"),
    "no content": answer_with(204),
    "not there any more": answer_with(410),
    "the token": edit(lambda reply: reply["Result"][0].update(adm_1=TOKEN)),
    "the token refused": answer_with(403),
}  # fmt: skip


# Ten more events on the middle page would be told from the right ones by nothing; on the last they are too many.
LAST = ("500s", "bodies cut", "an id twice", "an id lost", "no rows", "more events than counted", "another host")


@pytest.mark.parametrize(
    ("what", "page"),
    [*((what, 1) for what in STOPS if what != "more events than counted"), *((what, 2) for what in LAST)],
)
def test_an_api_that_stops_in_the_middle_leaves_no_result(fetch, api, tmp_path, what, page):
    api.always[page] = STOPS[what]
    asked = {"countries": (482,), "start": date(2020, 1, 1), "end": date(2020, 12, 31)}
    with pytest.raises(Problem) as caught:
        fetch(**asked)
    assert caught.value.code == ("fetch-refused" if what == "the token refused" else "fetch-failed")
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert TOKEN.encode() not in everything_below(tmp_path)
    assert f"page {page}" in str(caught.value.where) or what in ("an id lost", "a circle")
    del api.always[page]
    assert fetch(**asked).origin.total_count == 25
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events.csv", "events.csv.origin.json"]


def test_the_next_run_goes_on_where_the_first_stopped(fetch, api, tmp_path):
    api.always[2] = answer_with(503)
    with pytest.raises(Problem):
        fetch()
    folder = tmp_path / ".events.csv.fetching"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert TOKEN.encode() not in everything_below(tmp_path)
    del api.always[2]
    api.pages_asked.clear()
    fetched = fetch()
    assert api.pages_asked == [0, 2]
    assert fetched.pages_kept_before == 2
    whole = fetch("whole.csv")
    assert fetched.path.read_bytes() == whole.path.read_bytes()
    assert not folder.exists()


def _stop_before_last(fetch, api):
    api.always[2] = answer_with(503)
    with pytest.raises(Problem):
        fetch()
    del api.always[2]
    api.pages_asked.clear()


def _other_total(api, folder):
    api.rows.append(invented_rows(26)[-1])


def _revised(api, folder):
    api.rows[3]["best"] = 3


def _other_state(api, folder):
    (folder / "state.json").write_bytes(b'{"format": 1')


def _old_format(api, folder):
    (folder / "state.json").write_bytes(b'{"format": 0}')


def _lost_page(api, folder):
    next(folder.glob("page-*1.json.gz")).unlink()


def _altered_page(api, folder):
    next(folder.glob("page-*1.json.gz")).write_bytes(gzip.compress(b"[]"))


def _cut_page(api, folder):
    page = next(folder.glob("page-*1.json.gz"))
    page.write_bytes(page.read_bytes()[:-20])


def _doubled_page(api, folder):
    state = json.loads((folder / "state.json").read_bytes())
    state["pages"].append(state["pages"][0])
    (folder / "state.json").write_text(json.dumps(state))


@pytest.mark.parametrize(
    "meanwhile",
    [_other_total, _revised, _other_state, _old_format, _lost_page, _altered_page, _cut_page, _doubled_page],
)
def test_what_no_longer_holds_is_fetched_afresh(fetch, api, tmp_path, meanwhile):
    _stop_before_last(fetch, api)
    meanwhile(api, tmp_path / ".events.csv.fetching")
    fetched = fetch()
    assert fetched.pages_kept_before == 0
    assert api.pages_asked == [0, 1, 2]
    assert len(pl.read_csv(fetched.path, infer_schema=False)) == len(api.rows)


def test_another_question_does_not_go_on_with_these_pages(fetch, api):
    _stop_before_last(fetch, api)
    assert fetch(countries=(482,)).pages_kept_before == 0
    assert api.pages_asked == [0, 1, 2]


def test_a_page_altered_after_it_was_kept_is_not_written(fetch, api, tmp_path):
    def alter(handler, asked):
        _altered_page(api, tmp_path / ".events.csv.fetching")
        handler.send(200, json.dumps(api.reply(asked)).encode())

    api.always[2] = alter
    with pytest.raises(Problem, match="altered"):
        fetch()
    assert list(tmp_path.iterdir()) == []


def test_two_runs_for_one_file_do_not_mix(fetch, api, tmp_path):
    problems = []

    def meanwhile(handler, asked):
        with pytest.raises(Problem, match="Another run") as caught:
            fetch()
        problems.append(caught.value.code)
        handler.send(200, json.dumps(api.reply(asked)).encode())

    api.always[1] = meanwhile
    assert fetch().origin.total_count == 25
    assert problems == ["fetch-failed"]


@pytest.mark.parametrize("wrong", ["", "0123", TOKEN + "x"])
def test_a_wrong_token_is_refused_at_once_and_never_shown(api, tmp_path, wrong):
    access = Access(api.address, wrong)
    with pytest.raises(Problem) as caught:
        fetch_events(Query("25.1"), access, tmp_path / "a.csv", today=TODAY, manners=Manners(sleep=pytest.fail))
    assert caught.value.code == "fetch-refused"
    assert len(api.seen) == 1
    assert "x-ucdp-access-token" not in str(caught.value)
    assert not wrong or wrong not in str(caught.value) + repr(access)
    assert list(tmp_path.iterdir()) == []


def test_the_token_travels_in_the_header_alone(fetch, api, tmp_path):
    fetch()
    for path, headers in api.seen:
        assert TOKEN not in path
        assert [name for name, value in headers.items() if TOKEN in value] == ["x-ucdp-access-token"]
    assert TOKEN.encode() not in everything_below(tmp_path)


def test_a_redirect_never_reaches_the_other_host(fetch, api):
    with stand_in.running(invented_rows(25)) as other:
        api.always[0] = answer_with(302, Location=other.link(0, 10))
        with pytest.raises(Problem, match="another address"):
            fetch()
        assert other.seen == []


def test_a_request_to_this_machine_goes_through_no_proxy(fetch, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert fetch().origin.total_count == 25


def test_a_version_that_is_not_released_is_named(fetch):
    with pytest.raises(Problem, match="answered with 404") as caught:
        fetch(version="99.1")
    assert "VERSION" in caught.value.remedy


def test_no_events_are_no_file(fetch, api, tmp_path):
    api.rows.clear()
    with pytest.raises(Problem) as caught:
        fetch()
    assert caught.value.code == "nothing-to-study"
    assert list(tmp_path.iterdir()) == []


def test_a_reply_without_end_is_not_read_to_its_end(fetch, api):
    api.always[0] = answer_body(b" " * 70_000)
    with pytest.raises(Problem, match="larger than"):
        fetch(manners={"reply_bytes": 60_000})
    api.always[0] = cut(1, promised=False)
    with pytest.raises(Problem, match="larger than"):
        fetch(manners={"reply_bytes": 100})


def test_a_reply_that_trickles_is_given_up(fetch, api):
    with pytest.raises(Problem, match="too slowly"):
        fetch(manners={"page_seconds": -1, "attempts": 2})


def test_a_silent_api_is_given_up(api, tmp_path):
    api.pause_seconds = 0.4
    patience = Manners(sleep=lambda seconds: None, attempts=2, timeout_seconds=0.1)
    with pytest.raises(Problem, match="fell silent"):
        fetch_events(Query("25.1"), Access(api.address, TOKEN), tmp_path / "a.csv", today=TODAY, manners=patience)


def test_an_api_that_is_not_there_is_named(tmp_path):
    patience = Manners(sleep=lambda seconds: None, attempts=2)
    access = Access("http://127.0.0.1:9/api", TOKEN)
    with pytest.raises(Problem, match="connection failed") as caught:
        fetch_events(Query("25.1"), access, tmp_path / "a.csv", today=TODAY, manners=patience)
    assert caught.value.where == "http://127.0.0.1:9/api/gedevents/25.1, page 0"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ssl.SSLCertVerificationError(1, TOKEN), "certificate"),
        (socket.gaierror(-2, TOKEN), "cannot be found"),
    ],
)
def test_what_does_not_pass_is_not_waited_for(fetch, slept, monkeypatch, error, said):
    def fail(self, request, timeout):
        raise urllib.error.URLError(error)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", fail)
    with pytest.raises(Problem, match=said) as caught:
        fetch()
    assert TOKEN not in str(caught.value)
    assert slept == []


def test_what_lies_under_the_name_is_not_overwritten(fetch, api, tmp_path):
    (tmp_path / "events.csv").write_text("mine")
    with pytest.raises(Problem) as caught:
        fetch()
    assert caught.value.code == "out-not-writable"
    assert api.seen == []
    (tmp_path / "events.csv").unlink()
    api.always[2] = lambda handler, asked: (
        (tmp_path / "events.csv").write_text("mine"),
        handler.send(200, json.dumps(api.reply(asked)).encode()),
    )
    with pytest.raises(Problem, match="a file here already"):
        fetch()
    assert (tmp_path / "events.csv").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(fetch, tmp_path):
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(Problem) as caught:
        fetch("folder/events.csv")
    assert caught.value.code == "out-not-writable"


def test_what_the_reader_needs_is_asked_of_every_event():
    required = {name for item in ucdp.RECOGNISERS for name in item.required}
    assert required <= NEEDED
