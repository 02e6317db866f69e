"""Puts tickets.json into a service as the dataset `tickets`: `python upload.py langsmith` (or `langfuse`).

Keys and endpoint are read from the environment as the service's own SDK does.
"""

import json
import pathlib
import sys

NAME = "tickets"
EXAMPLES = json.loads(pathlib.Path(__file__).with_name("tickets.json").read_text())


def langsmith():
    from langsmith import Client

    client = Client()
    dataset = client.create_dataset(NAME)
    client.create_examples(
        dataset_id=dataset.id,
        examples=[{"inputs": e["inputs"], "outputs": e["outputs"], "split": e["splits"]} for e in EXAMPLES],
    )


def langfuse():
    from langfuse import get_client

    client = get_client()
    client.create_dataset(name=NAME)
    for number, e in enumerate(EXAMPLES):
        client.create_dataset_item(
            dataset_name=NAME, id=f"{NAME}-{number}", input=e["inputs"], expected_output=e["outputs"]
        )


services = {"langsmith": langsmith, "langfuse": langfuse}
if len(sys.argv) != 2 or sys.argv[1] not in services:
    sys.exit(f"usage: python upload.py {'|'.join(services)}")
services[sys.argv[1]]()
print(f"{len(EXAMPLES)} examples are in the dataset {NAME!r}")
