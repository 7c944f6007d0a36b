"""The report of a diff: accepted changes, formats, the changelog, the page, the command."""
