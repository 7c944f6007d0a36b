"""Call a running mock (its ready file is the argument) so that the pictures of the inspector have something to show."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx2

ready = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
endpoint = f"{ready['url']}/v2/installs/{ready['install']}/provision"
course = {"ids": {"lms": "astro-210"}, "title": "Observational Astronomy", "code": "ASTRO-210"}
user = {"ids": {"lms": "student-7"}, "firstName": "Vega", "lastName": "Lyrae", "email": "vega@example.com"}
bodies = [
    {"course": course, "user": user, "enrollment": {"role": "learner"}},
    {"course": {**course, "title": "Astronomy"}, "user": user, "enrollment": {"role": "learner"}},
    {
        "course": {"ids": {"lms": "astro-210"}, "code": "ASTRO-210"},
        "user": {"ids": {"lms": "student-7"}, "firstname": "Vega", "lastName": "Lyrae", "email": "vega at example.com"},
        "enrollment": {"role": "student"},
    },
]
with httpx2.Client(headers={"token": ready["token"]}, trust_env=False) as http:
    for body in bodies:
        http.post(endpoint, json=body)
print(f"{ready['url']}/_invigilate/calls/{len(bodies)}")
