"""Datasets of Langfuse and those of their items that are run."""

from __future__ import annotations

from weco_bridge.backends.langfuse.faults import status_of
from weco_bridge.fault import setup

# What the wizard lists; the items of so many of them are counted, with a request for each.
_MOST_DATASETS, _MOST_COUNTED = 500, 30
_PAGE = 100


def find(client, name):
    """The dataset with all its items; a `setup` fault if there is none of that name."""
    try:
        return client.get_dataset(name)
    except Exception as error:
        if status_of(error) != 404:
            raise
        known = [dataset.name for dataset in _pages(client, 20)]
        raise setup(
            f"Langfuse has no dataset {name!r} in this project",
            f"datasets there: {', '.join(known)}" if known else "create one, or check which project the keys are of",
        ) from error


def active(dataset):
    """(items to run, notes on those left out)."""
    archived = [item for item in dataset.items if _status(item) == "ARCHIVED"]
    items = [item for item in dataset.items if _status(item) != "ARCHIVED"]
    empty = [item for item in items if item.input is None]
    items = [item for item in items if item.input is not None]
    if not items:
        raise setup(f"the dataset {dataset.name!r} has no active items with an input", "add items to it")
    notes = []
    if archived:
        notes.append(f"archived items that are left out: {len(archived)}")
    if empty:
        notes.append(f"items without an input that are left out: {len(empty)}")
    return items, notes


def _status(item):
    status = getattr(item, "status", "ACTIVE")
    return str(getattr(status, "value", status))


def listed(client):
    """Every dataset, for the wizard."""
    found = []
    for dataset in _pages(client, _MOST_DATASETS):
        count = None
        if len(found) < _MOST_COUNTED:
            page = client.api.dataset_items.list(dataset_name=dataset.name, page=1, limit=1)
            count = page.meta.total_items
        found.append({"name": dataset.name, "examples": count, "splits": []})
    return found


def _pages(client, most):
    found, page = [], 1
    while len(found) < most:
        answer = client.api.datasets.list(page=page, limit=_PAGE)
        found += answer.data
        if page >= answer.meta.total_pages:
            break
        page += 1
    return found[:most]
