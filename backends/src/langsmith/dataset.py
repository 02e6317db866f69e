"""Datasets of LangSmith: by name or id, their splits and examples."""

from __future__ import annotations

import uuid

from langsmith.utils import LangSmithNotFoundError

from weco_bridge.fault import setup

# Beyond so many examples the check does not count the splits: it would take long.
_MOST_COUNTED = 5000
# What the wizard lists; the splits of so many of them are asked for.
_MOST_DATASETS, _MOST_WITH_SPLITS = 500, 30
# An example that is in no split of its own.
_BASE = "base"


def find(client, name):
    """The dataset of that name, or of that id."""
    try:
        return client.read_dataset(dataset_id=uuid.UUID(name))
    except (ValueError, LangSmithNotFoundError):
        pass
    try:
        return client.read_dataset(dataset_name=name)
    except LangSmithNotFoundError:
        known = [dataset.name for dataset in client.list_datasets(limit=20)]
        raise setup(
            f"LangSmith has no dataset {name!r} for this key",
            f"datasets there: {', '.join(known)}" if known else "create one, or check LANGSMITH_WORKSPACE_ID",
        ) from None


def examples(client, dataset, splits, limit, attachments):
    """The examples to run; a `setup` fault if there are none."""
    if splits:
        _known_splits(client, dataset, splits)
    found = list(client.list_examples(
        dataset_id=dataset.id, splits=splits or None, limit=limit, include_attachments=attachments,
    ))
    if not found:
        raise _empty(dataset, splits)
    return found


def _known_splits(client, dataset, splits):
    """The dataset's splits; a `setup` fault if one of `splits` is not among them."""
    known = client.list_dataset_splits(dataset_id=dataset.id)
    missing = [split for split in splits if split not in known]
    if missing:
        raise setup(
            f"the dataset {dataset.name!r} has no split {missing[0]!r}",
            f"splits there: {', '.join(known) or 'none'}",
        )
    return known


def _empty(dataset, splits):
    where = f" in {', '.join(splits)}" if splits else ""
    return setup(f"the dataset {dataset.name!r} has no examples{where}", "add examples to it")


def described(client, dataset, splits):
    """Such as `qa (50 examples, splits test 10, train 40)`."""
    known = _known_splits(client, dataset, splits)
    if dataset.example_count is not None and dataset.example_count > _MOST_COUNTED:
        return f"{dataset.name} ({dataset.example_count} examples, splits {', '.join(known)})", dataset.example_count
    counts, chosen, total = {}, 0, 0
    for example in client.list_examples(dataset_id=dataset.id):
        own = splits_of(example)
        total += 1
        chosen += not splits or any(split in own for split in splits)
        for split in own:
            counts[split] = counts.get(split, 0) + 1
    if not chosen:
        raise _empty(dataset, splits)
    listed = ", ".join(f"{split} {counts[split]}" for split in sorted(counts))
    return f"{dataset.name} ({total} examples, splits {listed})", chosen


def splits_of(example):
    split = (example.metadata or {}).get("dataset_split")
    if isinstance(split, str):
        return [split]
    return [str(item) for item in split] if isinstance(split, list) and split else [_BASE]


def listed(client):
    """Every dataset, for the wizard."""
    found = []
    for dataset in client.list_datasets(limit=_MOST_DATASETS):
        splits = client.list_dataset_splits(dataset_id=dataset.id) if len(found) < _MOST_WITH_SPLITS else []
        found.append({
            "name": dataset.name,
            "examples": dataset.example_count,
            "splits": [{"name": split, "examples": None} for split in splits],
        })
    return found
