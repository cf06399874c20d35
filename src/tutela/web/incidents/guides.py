"""Help on the pages of the watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.web.shared.guides import Guide

GUIDES: Final[Mapping[str, Guide]] = {
    "first": Guide(
        _("What waits at this presence, now?"),
        _(
            "Begin a shift here: people at risk without a valid plan stand first, then clocks that run and what is "
            "overdue. A list that is empty says so, so that silence is not taken for calm."
        ),
    ),
    "new-alert": Guide(
        _("How is an alert handed in within a minute?"),
        _(
            "Say what is happening and where, and file it; everything else can wait. "
            "Never write a name: a source is a contact code. Harm by our own people goes to restricted intake."
        ),
    ),
    "imports": Guide(
        _("Which events of others belong in this inbox?"),
        _(
            "Send a file of events: those near a working site or a population at risk become alleged reports, and "
            "what is left out is named by reason and line. An import is taken back as a whole."
        ),
    ),
    "inbox": Guide(
        _("Which reports has nobody sorted yet?"),
        _(
            "Open a report, and make it an incident or add it to one that stands. "
            "Reports stand at their status; the counts are never added up."
        ),
    ),
    "report": Guide(
        _("What does this report say, and what is done with it?"),
        _(
            "Make it an incident, or sort it into one that stands; cross-checks are written there. "
            "What concerns UN personnel, or sexual exploitation and abuse, is moved to restricted intake from here."
        ),
    ),
    "incidents": Guide(
        _("Which incidents stand, and how far is each verified?"),
        _("The newest stand first. Choose a status at the top; duplicates that were merged are counted once."),
    ),
    "incident": Guide(
        _("What happened, who is near, and what is done?"),
        _(
            "Start the clock with one press and stamp each step as it happens. "
            "Who is near, in how many minutes and by what plan stands below; look first at who must not be told. "
            "What the community was told, and promised, is written down here."
        ),
    ),
    "loop": Guide(
        _("Which communities heard nothing back, and what were the others told?"),
        _(
            "An alert without an answer is one that may not come again. "
            "Write down on the incident what a community was told; a do-no-harm check comes first."
        ),
    ),
    "commitments": Guide(
        _("What did we promise, to whom, and by what day?"),
        _("Write down every promise with a day and a function that sees to it. Say later whether it was kept."),
    ),
    "complaint": Guide(
        _("How is a complaint handed in that the one complained of does not see?"),
        _(
            "It goes to restricted intake at once, and nobody at this presence reads it. "
            "You get a receipt, shown once: say it to the focal point. Where intake itself is complained of, use "
            "the channel that stands on the page."
        ),
    ),
    "intake": Guide(
        _("What came in to restricted intake, and who sees to it?"),
        _(
            "Open each report, take it on, and hand it to the mandated channel outside this software; then write "
            "down to whom. What the survivor wants goes before everything else. Each look is written down."
        ),
    ),
    "dropped": Guide(
        _("What does this report say, and what is to be done with it?"),
        _(
            "Read first what is wanted. Where assistance and no complaint is wanted, it cannot be handed off. "
            "Taking it on tells the others who work this intake that somebody sees to it."
        ),
    ),
    "plans": Guide(
        _("Which people and sites have a plan that holds?"),
        _("Plans for people stand before plans for sites. A plan that was never tried out is marked."),
    ),
    "new-plan": Guide(
        _("What would be done for these people?"),
        _(
            "Only steps that this presence can take are asked for. Say who must not be told. Leave a time empty "
            "that is not known. Somebody else signs the plan."
        ),
    ),
    "plan": Guide(
        _("What does this plan say, and does it hold?"),
        _(
            "Read who must not be told before anything else. Sign, rehearse and ask components from here; "
            "a plan neither tried out nor signed in six months is marked."
        ),
    ),
    "revise": Guide(
        _("How is a plan changed?"),
        _("A draft is changed in place. A signed plan holds until the draft that replaces it is signed."),
    ),
}
