"""People of the invented country who are at risk together, and how they can call for help."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tutela.kernel.tables import Events, Sites
from tutela.studies.invented.alerts import Alert, LiaisonPost, give_alerts, open_posts
from tutela.studies.invented.attacks import Ground
from tutela.studies.invented.network import Mast, Network, raise_masts, weigh_danger
from tutela.studies.invented.populations import PopulationAtRisk, list_populations
from tutela.studies.invented.seeds import spawn_generator


@dataclass(frozen=True, slots=True)
class Communities:
    """Populations at risk, the telephone network, liaison posts and alerts. Only alerts depend on the size."""

    populations: tuple[PopulationAtRisk, ...]
    network: Network
    posts: tuple[LiaisonPost, ...]
    alerts: tuple[Alert, ...]

    @property
    def parts(self) -> dict[str, Any]:
        """Plain values that differ when any of it differs."""
        groups: dict[str, tuple[PopulationAtRisk | Mast | LiaisonPost | Alert, ...]] = {
            "populations": self.populations,
            "masts": self.network.masts,
            "posts": self.posts,
            "alerts": self.alerts,
        }
        return {name: [list(asdict(item).values()) for item in items] for name, items in groups.items()}


def build_communities(ground: Ground, sites: Sites, events: Events, seed: int) -> Communities:
    """Put people at risk, masts and posts on the ground, and let alerts be given."""
    settlements, danger = ground.settlements, weigh_danger(ground.territories)
    network = raise_masts(settlements, danger, spawn_generator(seed, "network"))
    posts = open_posts(sites, settlements, spawn_generator(seed, "posts"))
    return Communities(
        populations=list_populations(ground.regions, settlements, danger, spawn_generator(seed, "populations")),
        network=network,
        posts=posts,
        alerts=give_alerts(posts, events, network, settlements, spawn_generator(seed, "alerts")),
    )
