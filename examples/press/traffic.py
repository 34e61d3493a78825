"""Traffic of a press: python traffic.py well | stuck | tools SECONDS. Truths go to truths.csv."""

import json
import os
import sys
import time
from urllib.request import Request, urlopen

from luodi.testing import generate

URL = os.environ.get("PRESS_URL", "http://localhost:8700/predict")
EACH = 300
KIND, SECONDS = sys.argv[1], int(sys.argv[2])


def ask(records: list[dict]) -> list[dict]:
    """Answers of the server; it may still be starting."""
    body = json.dumps(records).encode()
    for wait in (0.1, 0.3, 1, 3, 0):
        try:
            return json.load(urlopen(Request(URL, body), timeout=10))
        except OSError:
            time.sleep(wait)
    raise SystemExit(f"nobody answers at {URL}")


seed = {"well": 11, "stuck": 12, "tools": 13}[KIND]  # the same records at every walk of the tour
if KIND == "tools":  # they come after three fifths
    table = generate.press_line(SECONDS * 5 // 2, EACH, seed, faults=True)
    table = table.tail(table.height * 2 // 5).drop("time")
else:  # the days of training, mixed: an hour of January alone would be colder
    table = generate.press_line(40, SECONDS * EACH // 40, seed).drop("time")
    table = table.sample(fraction=1.0, shuffle=True, seed=seed)
rows = table.drop("failed").to_dicts()
for row in rows if KIND == "stuck" else ():
    row["vibration [mm/s]"] = 2.31  # the sensor died
answers = []
for second in range(SECONDS):
    part = rows[second * len(rows) // SECONDS : (second + 1) * len(rows) // SECONDS]
    answers += ask(part)
    time.sleep(1)
with open("truths.csv", "w") as file:
    told = zip(answers, table["failed"].to_list(), strict=True)
    file.writelines(["id,truth\n", *(f"{one['id']},{truth}\n" for one, truth in told)])
print(f"{len(answers)} answers of {answers[0]['release'][:19]}")
