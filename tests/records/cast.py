"""The roles that the tests play, with fixed rights; names are functions, for nobody here exists."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.actions import FOUNDER, Grant, admit, create_compartment, create_user, found_house
from tutela.records.accounts.models import Compartment, User
from tutela.records.accounts.principals import Member, member_of
from tutela.records.accounts.roles import Role

SECRET = Marking.STRICTLY_CONFIDENTIAL


@dataclass
class Cast:
    """People by function; `here` and `there` are the numbers of two compartments."""

    users: dict[str, User]
    here: int
    there: int

    def __getitem__(self, name: str) -> Member:
        """The principal of this person, as of now."""
        return member_of(User.objects.get(pk=self.users[name].pk))


IN_THE_FIRST = {
    "officer": (Role.HUMAN_RIGHTS_OFFICER, SECRET),
    "adviser": (Role.PROTECTION_ADVISER, Marking.CONFIDENTIAL),
    "commander": (Role.SITE_COMMANDER, Marking.CONFIDENTIAL),
    "analyst": (Role.ANALYST, Marking.CONFIDENTIAL),
    "assistant": (Role.LIAISON_ASSISTANT, Marking.UNCLASSIFIED),
}


def assemble() -> Cast:
    """Found the house, make two compartments, let everybody in where they belong."""
    administrator = found_house(by=Principal(FOUNDER), email="administrator@invented.example", name="Administrator")
    chief = member_of(administrator)
    users = {"administrator": administrator}
    for name in (*IN_THE_FIRST, "custodian", "outsider"):
        users[name] = create_user(by=chief, email=f"{name}@invented.example", name=name.capitalize())
    made = [
        create_compartment(
            by=chief,
            name=name,
            kind=Compartment.Kind.MISSION,
            custodian=users["custodian"],
            purpose="keeps members",
        ).pk
        for name in ("First mission", "Second mission")
    ]
    people = Cast(users, *made)
    for name, (role, level) in IN_THE_FIRST.items():
        admit(
            by=people["custodian"],
            compartment=people.here,
            user=users[name],
            grant=Grant(role, level, "works there"),
        )
    grant = Grant(Role.HUMAN_RIGHTS_OFFICER, SECRET, "works there")
    admit(by=people["custodian"], compartment=people.there, user=users["outsider"], grant=grant)
    return people
