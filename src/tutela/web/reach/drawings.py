"""The map of a book: how many minutes ground is away, drawn on the server as one picture without a script."""

from __future__ import annotations

import numpy as np
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from tutela.studies.book_keeping import KeptBook, site_minutes
from tutela.studies.pages.maps import MapGround, MapMinutes, MapSites, MapSpec, draw_map
from tutela.web.reach.choices import WayChoice, name_way

PLACES_ON_MAP = 30
LINES = ("land", "rivers", "roads", "tracks")


def draw_reach(book: KeptBook, way: WayChoice) -> str:
    """The areas of minutes of one site, or of all, in one way."""
    sites = [site for site in book.said["sites"] if way.site in ("", site[0])]
    drawing = book.said["drawing"]
    lines = {
        name: [np.array(line) for line in drawing.get(name, ())] for name in ("land", "rivers", "roads", "tracks")
    }
    named = name_way(way.mode, way.season)
    words = _("Minutes from the order to go, %(way)s, getting ready included. No promise that anybody may move.")
    title = _("How far %(who)s, %(way)s") % {
        "who": way.site or _("all sites"),
        "way": name_way(way.mode, way.season),
    }
    spec = MapSpec(
        title=title,
        description=_("Areas by how many minutes they are away; ground without colour is beyond the longest time."),
        land=lines["land"] or None,
        places=[
            (place[0], place[1], place[2], rank) for rank, place in enumerate(book.said["places"][:PLACES_ON_MAP])
        ],
        sites=MapSites(
            tuple(site[0].rpartition("/")[2] for site in sites),
            np.array([site[1] for site in sites]),
            np.array([site[2] for site in sites]),
        ),
        ground=MapGround(lines["rivers"], lines["roads"], lines["tracks"]),
        minutes=MapMinutes(
            book.grid,
            site_minutes(book, way.mode, way.season, way.site),
            book.within_min,
            words % {"way": named},
        ),
        # Else the notes are cut off where the page runs from right to left.
        rtl=get_language_bidi(),
    )
    return draw_map(spec)
