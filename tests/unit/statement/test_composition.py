from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from tutela.catalogue.doctrine import load_doctrine
from tutela.catalogue.presences import Fact
from tutela.data.basemap import load_land
from tutela.engine.statement.claims import plain_text
from tutela.kernel.markings import Marking
from tutela.studies.sections.sources import year_before
from tutela.studies.statements import compose_statement, draw_statement_map


def read(sources, key=None):
    """The statement as plain text, of one section or of all."""
    document = compose_statement(sources)
    texts = [text for section in document.sections if key in (None, section.key) for text in section.texts()]
    return "\n".join(plain_text(text, document) for text in texts)


def test_the_answer_stands_first_and_says_what_is_left_out(world):
    document = compose_statement(world.sources())
    assert document.sections[0].key == "answer"
    answer = read(world.sources(), "answer")
    assert "at least 5 killed (best; 5-7) in at least 2 events" in answer
    assert "no exact place and are counted near nobody: 17 %" in answer
    assert "A distance is not an arrival" in answer


def test_facts_that_speak_for_a_later_day_are_not_used(world):
    text = read(world.sources(), "presence")
    assert "1,200" not in text
    assert "not known for this day: ceiling military" in text
    assert "S/RES/1 (2020)" in text
    assert "in force" in text
    assert "yes (unverified)" in text


def test_past_its_end_a_mandate_reads_last_known_confirm(world):
    text = read(world.sources(as_of=date(2022, 1, 1)), "presence")
    assert "last known, confirm" in text
    assert "must be confirmed by name" in text


def test_before_anything_is_known_the_statement_says_so(world):
    text = read(world.sources(as_of=date(2019, 12, 31)), "presence")
    assert "not known. That the register knows of none is no sign that there was none." in text


@pytest.mark.parametrize(
    ("name", "value", "said"), [("ended", "2019-06-30", "it had ended"), ("started", "2024", "it had not begun")]
)
def test_a_presence_that_was_not_there_on_the_day_says_so(world, name, value, said):
    presence = world.presence(facts={name: Fact(value, "a source", "2026-01-01", "verified")})
    assert said in read(world.sources(presence=presence), "presence")


def test_strength_keeps_its_four_meanings_apart(world):
    facts = {
        "ceiling_military": Fact("11650", "s", "2020", "verified"),
        "deployed_police": Fact("about 300", "s", "2020", "verified"),
    }
    text = read(world.sources(presence=world.presence(facts=facts)), "presence")
    assert "11,650" in text
    assert "about 300" in text
    assert "no ceiling is set" in text
    assert "does not know: authorised and effective" in text


def test_people_without_a_number_are_not_zero(world):
    text = read(world.sources(), "presence")
    assert "military 120 people, police not in this source, civilian not in this source" in text
    assert "For 1 site the file gives no number" in text
    full = read(world.sources(sites=world.sites(people=(120.0, 30.0))), "presence")
    assert "lower bounds" not in full
    nobody = read(world.sources(sites=world.sites(people=(np.nan, np.nan))), "presence")
    assert "military not in this source" in nobody


def test_when_every_site_has_closed_the_statement_says_when(world):
    sources = world.sources(sites=world.sites(closed=("2019-01-01", "2020-06-01")))
    assert "the last closed on 1 June 2020" in read(sources, "presence")
    assert "No site stood open on this day" in read(sources, "targeted")
    assert "Squares" not in read(sources, "map")


def test_the_rings_count_and_the_civilians_column_goes_where_the_source_has_none(world):
    assert "Of them civilians" in read(world.sources(), "targeted")
    events = world.events(civilians=np.full(len(world.rows), np.nan))
    text = read(world.sources(events=events))
    assert "Of them civilians" not in text
    assert "were civilians: not in this source" in text


def test_events_across_a_border_are_named_as_such_and_never_as_the_hosts(world):
    text = read(world.sources(), "targeted")
    assert "Across a border" in text
    assert "Chad" in text
    at_home = world.events(country=np.array(["CAF"] * len(world.rows)))
    assert "Across a border" not in read(world.sources(events=at_home), "targeted")


def test_without_a_host_country_nothing_is_across_a_border(world):
    text = read(world.sources(presence=world.presence(hosts=())))
    assert "Across a border" not in text
    assert "no host country on the register" in text


def test_places_with_most_violence_come_with_need_to_know(world):
    text = read(world.sources(), "targeted")
    assert "Need to know" in text
    assert "Beta <script>" in text


def test_a_quiet_presence_has_no_empty_tables(world):
    far = world.events(lat=np.full(len(world.rows), -30.0), country=np.array(["ZAF"] * len(world.rows)))
    document = compose_statement(world.sources(events=far))
    targeted = next(section for section in document.sections if section.key == "targeted")
    assert {type(block).__name__ for block in targeted.blocks} == {"Paragraph"}
    assert "no event is recorded within any of the distances" in read(world.sources(events=far), "targeted")


def test_an_envoy_to_a_quiet_country_has_no_empty_tables(world):
    presence = world.presence("SPM_ENVOY_GOOD_OFFICES", hosts=("ISL",))
    text = read(world.sources(sites=world.no_sites(), presence=presence), "targeted")
    assert "records no organised violence in these countries" in text


def test_harms_that_the_source_does_not_record_are_not_zero(world):
    assert "Abductions" not in read(world.sources(), "targeted")
    assert "People injured, abductions" in read(world.sources(), "targeted")
    origin = replace(world.sources().origins[0], recorded_harms=load_doctrine().harms)
    everything = replace(world.sources(), origins=(origin,))
    assert "record every harm on our list" in read(everything, "targeted")


def test_where_another_state_is_the_danger_no_minutes_are_printed(world):
    rows = [(*row[:5], "other_state", *row[6:]) for row in world.rows]
    text = read(world.sources(events=world.events(rows)), "response")
    assert "this statement prints none" in text
    assert "minute" not in text
    assert "travel times" in read(world.sources(), "response")


def test_authority_to_use_force_that_is_not_known_opens_no_step(world):
    known = read(world.sources(), "response")
    assert "show or use force" in known
    unknown = read(world.sources(presence=world.presence(facts={})), "response")
    assert "show or use force" not in unknown
    assert "not known to the register" in unknown


def test_activities_on_record_are_shown_as_done(world):
    day = date(2020, 1, 1)
    done = [SimpleNamespace(code="A01", note="Met both sides.", count=3, first_day=day, last_day=day)]
    done.append(SimpleNamespace(code="X99", note="Something else.", count=1, first_day=day, last_day=day))
    text = read(replace(world.sources(), activities=done), "response")
    assert "Good offices and mediation with national parties: 3 times. Met both sides." in text
    assert "X99: 1 time." in text


@pytest.mark.parametrize(
    "kind", ["SPM_FIELD_MULTIDIM", "SPM_ENVOY_GOOD_OFFICES", "UNCT_RCO", "OHCHR_PRESENCE", "SPM_PANEL"]
)
def test_a_presence_without_force_shows_what_it_can_do_and_no_blank(world, kind):
    sources = world.sources(sites=world.no_sites(), presence=world.presence(kind=kind, facts={}))
    document = compose_statement(sources)
    text = read(sources)
    assert "What do we do, and what can we do?" in text
    assert ("What it can do, by doctrine, not recorded as done" in text) == (kind != "SPM_PANEL")
    for refused in ("0 reached", "patrol gap", "intelligence", "use force", "minutes", " km"):
        assert refused not in text.replace("not authority to use force", "")
    assert "Who was targeted in the countries we serve?" in text
    assert document.figures["head_year_events"].query.within_km is None


def test_a_presence_that_the_sites_file_lacks_is_a_gap_and_not_a_finding(world):
    sources = world.sources(sites=world.no_sites())
    assert "a gap in the file, not a finding" in read(sources, "presence")
    assert "has no entry for M" in read(sources, "unknown")
    envoy = world.sources(sites=world.no_sites(), presence=world.presence("SPM_ENVOY_GOOD_OFFICES"))
    assert "has no sites: its vicinity is the countries" in read(envoy, "presence")


def test_candour_says_what_nobody_knows(world):
    text = read(world.sources(), "unknown")
    assert "We cannot state how many people were protected." in text
    assert "17 % in the year" in text
    assert "may fall because nobody counts" in text
    assert "Snapshots are carried forward at most 13 months." not in text
    assert "Snapshots are carried forward at most 13 months." in read(world.sources(), "method")
    assert "2 of 9 rows were left out: bad." in read(
        world.sources(left_out=("2 of 9 rows were left out: bad.",)), "unknown"
    )
    assert compose_statement(world.sources()).sections[-2].is_candour


def test_a_file_that_ends_early_or_begins_late_says_so(world):
    early = world.sources(as_of=date(2023, 12, 31))
    assert "The file of events ends on 1 August 2021" in read(early, "unknown")
    assert "The presence is older than the file of events, which begins on 1 May 2018" in read(early, "unknown")


def test_a_file_without_events_can_say_nothing(world):
    text = read(world.sources(events=world.events(())), "unknown")
    assert "nothing can be said about harm" in text


def test_every_event_is_accounted_for(world):
    figures = compose_statement(world.sources()).figures
    parts = [
        f.estimate.mid
        for key, f in figures.items()
        if key.startswith(("account_", "excluded_")) and key != "account_input"
    ]
    assert sum(parts) == figures["account_input"].estimate.mid == len(world.rows)


def test_a_spread_vicinity_is_labelled(world):
    assert "spread over area and months" in read(world.sources(spread="area-months"), "method")


def test_sources_without_terms_and_no_sources_are_said(world):
    bare = replace(world.sources().origins[0], vintage="", licence="", attribution="")
    assert "none asked for" in read(replace(world.sources(), origins=(bare,)), "method")
    assert "No source is named" in read(replace(world.sources(), origins=()), "method")


def test_an_invented_presence_is_unclassified_and_its_country_has_its_name(world):
    presence = world.presence(invented=True, hosts=("XIA",))
    sources = world.sources(presence=presence, country_names={"XIA": "Ardumel"})
    document = compose_statement(sources)
    assert document.invented
    assert document.marking is Marking.UNCLASSIFIED
    assert "Its host: Ardumel." in read(sources, "presence")
    assert compose_statement(world.sources()).marking is Marking.CONFIDENTIAL


def test_a_year_ends_on_its_day():
    assert year_before(date(2020, 12, 31)) == date(2020, 1, 1)
    assert year_before(date(2020, 2, 29)) == date(2019, 3, 1)


def test_the_map_shows_the_year_or_all_days_where_the_year_is_empty(world):
    sources = world.sources()
    assert "Events in the year to 31 December 2020." in draw_statement_map(sources, compose_statement(sources))
    quiet = world.sources(as_of=date(2024, 12, 31))
    assert "Events from 1 May 2018 to 31 December 2024." in draw_statement_map(quiet, compose_statement(quiet))


def test_the_map_takes_land_as_it_ships_or_as_lines(world):
    square = np.array([[19.0, 4.0], [21.0, 4.0], [21.0, 6.0], [19.0, 6.0]])
    for land in (load_land(), (square,), None):
        sources = replace(world.sources(), land=land)
        drawn = draw_statement_map(sources, compose_statement(sources))
        assert ("plain ground" in drawn) == (land is None)


def test_where_the_file_has_no_event_of_the_host_the_answer_says_it_may_not_look_there(world):
    presence = world.presence(hosts=("HTI",))
    sentence = "no event of Haiti on any day"
    assert sentence in read(world.sources(presence=presence), "answer")
    assert sentence in read(world.sources(presence=presence), "unknown")
    assert "on any day" not in read(world.sources(), "answer")
