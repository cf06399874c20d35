from __future__ import annotations

import copy
import json

import pytest

from tutela.engine.statement.claims import claims_of, plain_text, verify_claims
from tutela.engine.statement.queries import Answer, evaluate_query
from tutela.kernel.digests import recipe_digest
from tutela.kernel.problems import Problem
from tutela.studies.statements import compose_statement


@pytest.fixture(scope="module")
def sources(world):
    return world.sources()


@pytest.fixture(scope="module")
def built(sources):
    return json.loads(json.dumps(claims_of(compose_statement(sources))))


@pytest.fixture
def claims(built):
    return copy.deepcopy(built)


@pytest.fixture
def evaluate(sources):
    def answer(artifact, query):
        assert artifact == "v" * 64
        return evaluate_query(query, sources.vicinity, sources.events)

    return answer


def seal(claims):
    claims["statement"]["figures"] = recipe_digest({"figures": [claim["digest"] for claim in claims["figures"]]})


def first(claims, key):
    return next(claim for claim in claims["figures"] if claim["key"] == key)


@pytest.mark.parametrize(
    "change",
    [
        lambda claims: claims["figures"].pop(),
        lambda claims: first(claims, "head_year_best").update(printed="1 killed"),
        lambda claims: first(claims, "head_year_best")["estimate"].update(mid=1.0, low=1.0),
        lambda claims: first(claims, "head_year_best").pop("label"),
        lambda claims: first(claims, "head_year_best").update(query={"countries": []}),
        lambda claims: first(claims, "head_year_best")["query"].update(year=2019),
    ],
)
def test_a_claim_that_was_altered_is_named(claims, evaluate, change):
    change(claims)
    with pytest.raises(Problem) as caught:
        verify_claims(claims, evaluate)
    assert caught.value.code in ("statement-altered", "option-invalid")


def test_a_figure_that_comes_out_otherwise_is_the_first_to_be_named(claims, sources):
    def other(_, query):
        return (
            evaluate_query(query, sources.vicinity, sources.events) if query.sum != "best" else Answer(None, [], 0)
        )

    with pytest.raises(Problem) as caught:
        verify_claims(claims, other)
    assert caught.value.code == "artifact-differs"
    assert caught.value.where == next(
        c["key"] for c in claims["figures"] if c["query"] and c["query"]["sum"] == "best"
    )


def test_a_lower_bound_that_became_a_number_differs(claims, sources):
    from dataclasses import replace

    def other(_, query):
        answer = evaluate_query(query, sources.vicinity, sources.events)
        return replace(answer, estimate=answer.estimate and replace(answer.estimate, at_least=False))

    with pytest.raises(Problem) as caught:
        verify_claims(claims, other)
    assert caught.value.code == "artifact-differs"


def test_a_number_that_moved_differs(claims, sources):
    from dataclasses import replace

    def other(_, query):
        answer = evaluate_query(query, sources.vicinity, sources.events)
        wider = answer.estimate and replace(answer.estimate, high=answer.estimate.high + 1)
        return replace(answer, estimate=wider)

    with pytest.raises(Problem, match="recomputing gives"):
        verify_claims(claims, other)


def test_every_figure_with_a_query_comes_out_again(claims, evaluate):
    with_query = [claim for claim in claims["figures"] if claim["query"]]
    assert verify_claims(claims, evaluate) == len(with_query) > 40


def test_claims_hold_what_each_figure_rests_on(claims):
    claim = first(claims, "head_year_best")
    assert claim["printed"] == "at least 5 killed (best; 5-7)"
    assert claim["artifact"] == "v" * 64
    assert "within 30 km" in claim["definition"]
    assert claim["beside"] == "unplaced_year"
    assert claims["statement"]["edition"] == "internal"
    assert claims["statement"]["marking"] == "confidential"


def test_every_term_with_digits_is_listed_for_whoever_doubts(claims):
    assert "Snapshots are carried forward at most 13 months." in claims["terms"]
    assert not any(claim["digest"] in term for claim in claims["figures"] for term in claims["terms"])


def test_an_answer_that_is_missing_on_both_sides_is_the_same(world):
    import numpy as np

    sources = world.sources(events=world.events(precision=np.zeros(len(world.rows), np.int8)))
    document = compose_statement(sources)
    assert document.figures["unplaced_year"].kind == "absent"
    assert verify_claims(
        claims_of(document), lambda _, query: evaluate_query(query, sources.vicinity, sources.events)
    )


def test_plain_text_reads_as_the_page_does(sources):
    document = compose_statement(sources)
    assert plain_text("{term:M} on {figure:as_of}", document) == "M on 31 December 2020"
