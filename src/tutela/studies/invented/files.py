"""The invented country as files, in the layouts that users bring; every one of them says invented."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.catalogue.presences import Fact, Presence
from tutela.data.store.folders import write_out
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE
from tutela.studies.invented.activities import InventedActivity
from tutela.studies.invented.country import InventedCountry, Region, Ring
from tutela.studies.invented.ground_files import ground_features, ground_rasters, ground_tables, write_table
from tutela.studies.invented.presences import newest_facts
from tutela.studies.invented.siting_case import siting_files

_DECIMALS: Final = 5


def write_country(country: InventedCountry, folder: Path) -> tuple[Path, ...]:
    """Write all files into a folder, whole or not at all, and name them.

    A folder that something else wrote is refused (Problem "out-not-writable").
    """
    files = {
        "invented-events.csv": write_events(country),
        "invented-sites.csv": _write_sites(country),
        "invented-places.csv": write_table(_list_places(country)),
        "invented-activities.csv": _write_rows(InventedActivity, (asdict(item) for item in country.activities)),
        "invented-coast.geojson": _write_coast(country),
        "invented-regions.geojson": _write_regions(country),
        "invented-presences.json": _write_presences(country),
    }
    files |= ground_tables(country) | ground_rasters(country) | siting_files(country)
    files |= {name: _write_collection(country, found) for name, found in ground_features(country).items()}
    write_out(folder, files)
    return tuple(folder / name for name in files)


def load_presences_file(path: Path) -> tuple[Presence, ...]:
    """The presences of a file that `write_country` wrote; all are marked invented, whatever the file says.

    Raises Problem "file-unreadable" when it is not such a file.
    """
    try:
        return tuple(_read_presence(item) for item in json.loads(path.read_text("utf-8"))["presences"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Problem(
            "file-unreadable",
            "The file of invented presences cannot be read.",
            where=str(path),
            remedy="Build the demonstration again with `tutela demo`.",
        ) from None


def write_events(country: InventedCountry) -> bytes:
    """The events of a country as CSV, each row marked invented."""
    events = country.events
    return _write_frame(
        {
            "event_id": events.event_id,
            "date": events.day,
            "date_end": events.day_end,
            "lon": events.lon,
            "lat": events.lat,
            "country": events.country,
            "adm_1": events.adm_1,
            "adm_2": events.adm_2,
            "violence": np.array(VIOLENCE)[events.violence],
            "best": events.best,
            "low": events.low,
            "high": events.high,
            "civilians": events.civilians,
            "precision": events.precision,
            "side_a": events.side_a,
            "side_b": events.side_b,
            "perpetrator": np.array(PERPETRATORS)[events.perpetrator],
        }
    )


def _write_sites(country: InventedCountry) -> bytes:
    sites = country.sites
    names = ("site_id", "mission", "name", "lon", "lat", "opened", "closed", "status")
    columns: dict[str, NDArray[Any]] = {name: getattr(sites, name) for name in names}
    columns |= {name: getattr(sites, name) for name in ("military", "police", "civilian")}
    columns["air"] = np.where(sites.air < 0, np.nan, sites.air)
    return _write_frame(columns | {"kind": sites.kind, "country": sites.country})


def _list_places(country: InventedCountry) -> list[dict[str, Any]]:
    """The towns as a list of places that `tutela statement build --places` reads."""
    return [
        {"place_id": f"{country.code}-{town.rank}", **asdict(town), "country": country.code, "also": town.name_ar}
        for town in country.towns
    ]


def _write_frame(columns: Mapping[str, NDArray[Any]]) -> bytes:
    """CSV with a last column that says invented; numbers that are not there are empty, people are whole."""
    series = []
    for name, column in columns.items():
        values = pl.Series(name, column)
        if column.dtype.kind == "f" and name not in ("lon", "lat"):
            values = values.fill_nan(None).cast(pl.Int64)
        series.append(values)
    series.append(pl.Series("invented", ["yes"] * len(series[0])))
    return pl.DataFrame(series).write_csv(float_precision=_DECIMALS).encode()


def _write_rows(kind: type[Any], rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*(item.name for item in fields(kind)), "invented"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"invented": "yes"} for row in rows)
    return text.getvalue().encode()


def _write_coast(country: InventedCountry) -> bytes:
    return _write_features(country, [({"land": i + 1}, (ring,)) for i, ring in enumerate(country.land)])


def _write_regions(country: InventedCountry) -> bytes:
    def describe(region: Region, level: int) -> tuple[dict[str, Any], tuple[Ring, ...]]:
        properties = {
            "code": region.code,
            "name": region.name,
            "name_ar": region.name_ar,
            "level": level,
            "within": region.within,
        }
        return properties, region.rings

    provinces = [describe(region, 1) for region in country.provinces]
    return _write_features(country, [*provinces, *(describe(region, 2) for region in country.districts)])


def _write_features(country: InventedCountry, parts: Sequence[tuple[dict[str, Any], tuple[Ring, ...]]]) -> bytes:
    def outline(rings: tuple[Ring, ...]) -> dict[str, Any]:
        return {"type": "MultiPolygon", "coordinates": [[_close(ring)] for ring in rings]}

    features = [{"properties": properties, "geometry": outline(rings)} for properties, rings in parts]
    return _write_collection(country, features)


def _write_collection(country: InventedCountry, features: Sequence[Mapping[str, Any]]) -> bytes:
    """A GeoJSON file; it and every feature of it say invented."""
    marks = {"invented": True, "country": country.code}
    collection = {
        "type": "FeatureCollection",
        "invented": True,
        "name": country.origin.name,
        "licence": country.origin.licence,
        "attribution": country.origin.attribution,
        "features": [
            {"type": "Feature", "properties": marks | item["properties"], "geometry": item["geometry"]}
            for item in features
        ],
    }
    return _write_json(collection)


def _close(ring: Ring) -> list[list[float]]:
    points: list[list[float]] = ring.tolist()
    return [*points, points[0]]


def _write_presences(country: InventedCountry) -> bytes:
    presences = [
        {
            "presence_id": item.presence_id,
            "name": item.name,
            "kind": item.kind,
            "hosts": list(item.hosts),
            "status": item.status,
            "invented": True,
            "identity": item.identity,
            "history": {field: [asdict(fact) for fact in facts] for field, facts in item.history.items()},
            "also": list(item.also),
            "predecessors": list(item.predecessors),
        }
        for item in country.presences
    ]
    origin = country.origin
    head = {"invented": True, "name": origin.name, "licence": origin.licence, "attribution": origin.attribution}
    return _write_json(head | {"presences": presences})


def _write_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _read_presence(item: Mapping[str, Any]) -> Presence:
    history = {name: tuple(Fact(**fact) for fact in facts) for name, facts in item["history"].items()}
    return Presence(
        presence_id=item["presence_id"],
        name=item["name"],
        kind=item["kind"],
        hosts=tuple(item["hosts"]),
        status=item["status"],
        invented=True,
        identity=item["identity"],
        facts=newest_facts(history),
        history=MappingProxyType(history),
        also=tuple(item["also"]),
        predecessors=tuple(item["predecessors"]),
    )
