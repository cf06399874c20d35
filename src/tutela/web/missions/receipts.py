"""What a page says after something was written: one sentence for each thing that can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.web.shared.words import Word

RECEIPTS: Final[Mapping[str, Word]] = {
    "add-presence": _("The presence was added."),
    "import-presence": _("What the catalogue knows was brought in, each fact with its source and day."),
    "import-presence-again": _(
        "The presence was there already: it stays as it was, and facts it lacked were added."
    ),
    "describe-presence": _("The presence was written anew."),
    "confirm-mandate": _("You confirmed the mandate as it is written here, today, under your name."),
    "add-task": _("The task was added."),
    "place-site": _("The site was placed, with the first line of its history."),
    "describe-site": _("The site was written anew; its history stays."),
    "change-status": _("The status was written down; the site shows the newest by day."),
    "record-capacity": _("The number was recorded; those before it stay in the history."),
    "correct-capacity": _("The number was corrected; the wrong one stays in the history."),
    "log-restriction": _("The restriction was logged."),
    "describe-restriction": _("The restriction was written anew."),
    "lift-restriction": _("Its last day was written down."),
    "add-population": _("The population at risk was added."),
    "describe-population": _("The population at risk was written anew."),
    "add-access": _("Who reaches them was written down."),
    "describe-access": _("How they are reached was written anew."),
    "add-interlocutor": _("The interlocutor was written down; only the count leaves their compartment."),
    "describe-interlocutor": _("The interlocutor was written anew."),
    "use-channel": _("The use of the channel was written down."),
    "retire-interlocutor": _("They are not called any more; what was written of them stays."),
    "log-activity": _("The activity was logged."),
    "log-activity-warned": _("The activity was logged and carries a warning; its basis is asked for below."),
    "describe-activity": _("The activity was written anew."),
    "describe-activity-warned": _("The activity was written anew and carries a warning: see what is asked for."),
    "rest": _("What it rests on was written down, here and nowhere else."),
    "give-basis": _("The basis was written down, and it fits."),
    "give-basis-warned": _("The basis was written down. It is unusual for this activity: the warning stays."),
    "add-entry": _("The entry was added to the calendar."),
    "describe-entry": _("The entry was written anew."),
    "finish-entry": _("The preventive action is done."),
    "log-stopped": _("The stopped task was logged. It is reviewed after 30, 90 and 180 days."),
    "describe-stopped": _("The stopped task was written anew."),
    "review-stopped": _("The review was written down."),
}
