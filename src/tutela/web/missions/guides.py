"""Help on the pages of the presences of the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.web.shared.guides import Guide

GUIDES: Final[Mapping[str, Guide]] = {
    "list": Guide(
        _("Which presences do I work with?"),
        _("Every presence that you may see stands here, of every kind. Open one for all that is kept of it."),
    ),
    "new": Guide(
        _("How is a presence added that the catalogue does not know?"),
        _("Write what is known, with its mandate. Leave empty what is not; nothing is guessed for you."),
    ),
    "import": Guide(
        _("How is a presence brought in from the catalogue?"),
        _("Choose it, and every fact comes with its source and day. What colleagues wrote before stays as it is."),
    ),
    "presence": Guide(
        _("What is this presence, and what awaits somebody?"),
        _(
            "Its mandate, strengths and restrictions stand on one page. A mandate past its end reads “last known, "
            "confirm” until somebody confirms it."
        ),
    ),
    "sites": Guide(
        _("Which sites does it have, and how does each stand?"),
        _("Open a site for its history. A site that closes is not deleted: its status changes."),
    ),
    "site": Guide(
        _("What is this site, and what was it before?"),
        _("Write a change of status with its day and source. A day in the past is put where it belongs."),
    ),
    "strengths": Guide(
        _("How many people does it have, and how many can act?"),
        _("Ceiling, authorised, deployed and effective are four things. What is not known is not written."),
    ),
    "consent": Guide(
        _("What does the host, or somebody else, not allow?"),
        _("Log denied flights, demanded closures and the like by day. Say what each stops, and for whom."),
    ),
    "people": Guide(
        _("Which people are at risk here?"),
        _("Settlements, sites of displaced people, schools and markets stand here. Plans are made for them."),
    ),
    "population": Guide(
        _("Who are these people, and who can reach them?"),
        _("Write who reaches them, how, and in how many minutes in each season. Leave a time empty if not known."),
    ),
    "influence": Guide(
        _("Whom can we call who has influence?"),
        _(
            "Who they are is kept in a compartment of its own, strictly confidential. "
            "Everybody else sees only how many there are."
        ),
    ),
    "activities": Guide(
        _("What was done, and where is nothing?"),
        _("The grid shows tier, phase and component with its blanks. What lacks a basis is kept and asked for."),
    ),
    "policies": Guide(
        _("Which policies that bind every presence does our work serve?"),
        _(
            "Policies for which nothing was done say so. Say which an activity serves when you log it. "
            "The text of the Agenda for Protection is not available until it is held."
        ),
    ),
    "posts": Guide(
        _("How much of the protection work rests on human rights posts?"),
        _(
            "Only those who read strictly confidential rows here see this page: it is a target list for cuts. "
            "The share is a range, because of some activities nobody has said it."
        ),
    ),
    "post": Guide(
        _("Does this activity rest on human rights posts?"),
        _("Say yes, partly or no, and on which function. It is strictly confidential and stays on its own page."),
    ),
    "calendar": Guide(
        _("What is coming that could bring harm?"),
        _("Elections, harvests and verdicts stand here with what is done before them. Each has an owner."),
    ),
    "stopped": Guide(
        _("What had to stop, and who took it over?"),
        _("Write down every task that stopped, and why. It is reviewed after 30, 90 and 180 days."),
    ),
    "history": Guide(
        _("Who wrote this, when, and what stood there before?"),
        _("Nothing that was written is lost. What you may not read is left out of the history as well."),
    ),
    "write": Guide(
        _("How is something added here?"),
        _("Write what is known and send it. What is wrong stands beside its field, and nothing is lost."),
    ),
    "write-row": Guide(
        _("How is this written anew?"),
        _("Change what is different now. If somebody else wrote first, you see theirs beside yours."),
    ),
}
