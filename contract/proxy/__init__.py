"""A proxy that judges what passes: forwarding, judging as it goes, archiving, serving."""
