"""The register for programs: operations over JSON, by token, through the same actions and queries as the pages."""
