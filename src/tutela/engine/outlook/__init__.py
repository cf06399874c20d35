"""Where civilians may be harmed in the months to come: panels, forecasters, scores, and their uncertainty."""
