"""Siting against what others have published: OR-Library, San Francisco, and the squares of Cordeau and others."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from scipy.sparse.csgraph import shortest_path

from tutela.engine.scenario.siting.cover import Cover, Demand, build_cover
from tutela.engine.scenario.siting.rules import Rules, expected
from tutela.engine.scenario.siting.solving import Patience, Siting, Solution, solve

EXACT = Patience(gap=1e-9)


def best_sites(cover: Cover, p: int) -> Solution:
    n = cover.n_candidates
    return solve(Siting(cover, Rules.at_most(p, n), expected(1), np.zeros(n)), EXACT)


def demand_within(near: np.ndarray, weights: np.ndarray) -> Demand:
    """From a table of who reaches whom: rows are points."""
    rows, columns = np.nonzero(near)
    start = np.searchsorted(rows, np.arange(len(near) + 1))
    return Demand(weights, np.zeros(len(near), np.int32), (start, columns.astype(np.int32), np.ones(1)))


def read_graph(path) -> tuple[np.ndarray, int]:
    """All distances of a pmed file; of edges given twice the last counts, as its format says."""
    lines = [line.split() for line in path.read_text("ascii").splitlines() if line.strip()]
    n, m, p = map(int, lines[0])
    edges = np.zeros((n, n))
    for one, other, cost in lines[1 : m + 1]:
        edges[int(one) - 1, int(other) - 1] = edges[int(other) - 1, int(one) - 1] = float(cost)
    return shortest_path(edges, directed=False), p


def demand_by_distance(distances: np.ndarray) -> Demand:
    """A point once for each step of distance, weighed by its length: what is left uncovered is the way to go.

    So least distances become most coverage (Cornuejols, Nemhauser and Wolsey 1980), and p-median is of our kernel.
    """
    weights, near = [], []
    for row in distances:
        levels = np.unique(row)
        weights += np.diff(levels).tolist()
        near += [row <= level for level in levels[:-1]]
    return demand_within(np.array(near), np.array(weights))


@pytest.mark.parametrize("number", [1, 3, 4, 5, 7, 8, 9, 10, 11, 13, 15])
def test_the_published_medians_of_or_library_are_found_and_proven(shared, number: int) -> None:
    folder = shared / "coverage" / "orlib_pmed"
    said = dict(line.split()[:2] for line in (folder / "pmedopt_1_15ish.txt").read_text().splitlines()[1:] if line)
    distances, p = read_graph(folder / f"pmed{number}.txt")
    found = best_sites(build_cover([demand_by_distance(distances)], (1, len(distances)), "classical"), p)
    farthest = distances.max(axis=1).sum()
    assert farthest - found.value == pytest.approx(float(said[f"pmed{number}"]))
    assert farthest - found.bound == pytest.approx(float(said[f"pmed{number}"]), rel=1e-6)


@pytest.fixture(scope="module")
def san_francisco(shared) -> tuple[np.ndarray, np.ndarray]:
    """Distances along streets from 205 tracts to 16 stores, and who lives in each tract."""
    path = shared / "coverage" / "spopt_sf" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    table = pl.read_csv(path).pivot("name", index=["DestinationName", "demand"], values="distance")
    assert table.shape == (205, 18)
    return table.drop("DestinationName", "demand").to_numpy(), table["demand"].to_numpy().astype(float)


@pytest.mark.parametrize(("radius", "p"), [(5000.0, 4), (3000.0, 3), (2000.0, 5)])
def test_the_stores_of_san_francisco_are_the_best_of_all_choices(san_francisco, radius: float, p: int) -> None:
    near, weights = san_francisco[0] <= radius, san_francisco[1]
    found = best_sites(build_cover([demand_within(near, weights)], (1, 16), "classical"), p)
    best = max(weights[near[:, list(some)].any(axis=1)].sum() for some in itertools.combinations(range(16), p))
    assert found.value == pytest.approx(best)
    assert found.bound == pytest.approx(best)


def test_the_stores_of_san_francisco_are_as_near_as_any_choice_of_four(san_francisco) -> None:
    distances = san_francisco[0]
    found = best_sites(build_cover([demand_by_distance(distances)], (1, 16), "classical"), 4)
    best = min(distances[:, list(some)].min(axis=1).sum() for some in itertools.combinations(range(16), 4))
    assert distances.max(axis=1).sum() - found.value == pytest.approx(best)


def rand(seed: int):
    """The additive feedback of rand() in glibc, with its start of 344 words."""
    words = [seed]
    for i in range(1, 31):
        words.append(16807 * words[i - 1] % 2147483647)
    words += words[:3]
    for i in range(34, 344):
        words.append((words[i - 31] + words[i - 3]) % 2**32)
    words = words[-31:]
    for at in itertools.cycle(range(31)):
        words[at] = (words[at] + words[(at + 28) % 31]) % 2**32
        yield words[at] >> 1


@pytest.mark.parametrize(("m", "optimum"), [(10_000, 441_545), (100_000, 4_431_761)])
def test_the_squares_of_cordeau_furini_and_ljubic_reach_their_optimum(m: int, optimum: int) -> None:
    dice = rand(1)

    def draw(many: int) -> np.ndarray:
        return np.fromiter(itertools.islice(dice, many), np.int64, many)

    sites, customers = (draw(2 * many).reshape(many, 2) / 2147483647 * 30 for many in (100, m))
    draw(100)  # costs: all are 1
    weights = (draw(m) % 100 + 1).astype(float)
    stretches = np.array_split(np.arange(m), m // 10_000)
    near = (np.hypot(*(customers[i, None] - sites).transpose(2, 0, 1)) <= 5.5 for i in stretches)
    parts = (demand_within(some, weights[i]) for some, i in zip(near, stretches, strict=True))
    found = best_sites(build_cover(parts, (1, 100), "classical"), 10)
    assert round(found.value) == optimum
    assert found.bound == pytest.approx(optimum)
