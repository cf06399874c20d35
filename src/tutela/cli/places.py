"""`tutela places`: finding a place by any of its names, and which provinces counted on a day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tutela.cli.options import JsonOption, StrictOption, day
from tutela.cli.speaking import count, print_json, print_lines, print_note, print_table, telling
from tutela.data.areas import AdminUnit, read_areas, units_on
from tutela.data.gazetteer import PlaceMatch, build_gazetteer, find_places
from tutela.data.pcodes import read_pcodes
from tutela.data.people.settlements import read_places
from tutela.data.province_dates import date_units

app = typer.Typer(no_args_is_help=True, help="Places and provinces, in files of your own.")


@app.command("find")
def find(
    name: Annotated[str, typer.Argument(help="The name, in Latin or Arabic letters, with or without accents.")],
    places: Annotated[
        list[Path], typer.Option("--places", help="A list of places: GeoNames, Natural Earth, plain CSV.")
    ],
    country: Annotated[str, typer.Option("--country", help="Keep the places of one country.")] = "",
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Say where places of this name lie and how each was found; near spellings only where nothing fits."""
    with telling(as_json=json) as tell:
        tell("reading places")
        lists = [read_places(path, strict=strict) for path in places]
        found = find_places(build_gazetteer(lists), name, country or None)
    if json:
        print_json(
            {
                "places": [_describe(match) for match in found],
                "accounting": [item.reading.accounting.as_json() for item in lists],
            }
        )
        return
    if not found:
        print_lines("No place of this name, or nearly so, is in these lists.")
        return
    if found[0].kind == "near":
        print_note("No place has this name. These are spelt nearly so; nobody has said that one of them is meant.")
    rows = [
        [
            match.place.name,
            match.kind,
            match.name if match.name != match.place.name else "",
            match.place.country,
            f"{match.place.lat:.4f}",
            f"{match.place.lon:.4f}",
            count(match.place.people),
            match.place.source,
        ]
        for match in found
    ]
    print_table("Places", ["name", "found", "by the name", "country", "lat", "lon", "people", "source"], rows)


@app.command("units")
def units(
    areas: Annotated[
        Path, typer.Argument(help="Administrative units: GeoJSON with polygons, or a list of P-codes.")
    ],
    on: Annotated[
        str, typer.Option("--on", help="The day, YYYY-MM-DD: provinces that did not count then are left out.")
    ],
    country: Annotated[str, typer.Option("--country", help="ISO 3166 alpha-3 code.")] = "",
    level: Annotated[int, typer.Option("--level", min=0, max=4, help="0 countries, 1 provinces, 2 districts.")] = 1,
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """List the units that counted on a day; old and new provinces are told apart where a change is known."""
    moment = day(on, "--on")
    with telling(as_json=json) as tell:
        tell("reading units")
        is_shapes = areas.suffix.lower() in {".geojson", ".json"}
        reading = read_areas(areas, strict=strict) if is_shapes else read_pcodes(areas, strict=strict)
        chosen = [unit for unit in reading.units if country.upper() in ("", unit.country)]
        dated, notes = date_units(chosen)
    of_level = [unit for unit in dated if unit.level == level]
    counted = units_on(of_level, moment)
    all_notes = (*reading.notes, *notes)
    report = {
        "on": moment.isoformat(),
        "units": [_unit(unit) for unit in counted],
        "not_on_this_day": len(of_level) - len(counted),
        "of_other_levels": len(dated) - len(of_level),
        "of_other_countries": len(reading.units) - len(chosen),
        "accounting": reading.accounting.as_json(),
        "notes": list(all_notes),
    }
    if json:
        print_json(report)
        return
    rows = [[unit.country, unit.code, unit.name, _day(unit.valid_from), _day(unit.valid_to)] for unit in counted]
    print_table(f"Units on {moment.isoformat()}", ["country", "code", "name", "from", "until"], rows)
    print_lines(f"{len(counted):,} of {len(of_level):,}; {report['not_on_this_day']:,} did not count on this day.")
    for note in all_notes:
        print_note(note)


def _describe(match: PlaceMatch) -> dict[str, Any]:
    place = match.place
    return {
        "place_id": place.place_id,
        "name": place.name,
        "found": match.kind,
        "by": match.name,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "people": place.people,
        "source": place.source,
    }


def _unit(unit: AdminUnit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "parent": unit.parent,
        "country": unit.country,
        "from": _day(unit.valid_from) or None,
        "until": _day(unit.valid_to) or None,
        "source": unit.source,
    }


def _day(value: Any) -> str:
    return "" if value is None else str(value.isoformat())
