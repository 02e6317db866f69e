"""Sorts support tickets into high, normal and low priority by their words.

Each setting's comment gives the range in which a tuner may look.
"""

# What one word, or one mark, of a kind adds to a ticket's weight.
BROKEN = 0.5  # weco: -3.0..3.0
MONEY = 0.5  # weco: -3.0..3.0
ASKING = 0.5  # weco: -3.0..3.0
EVERYONE = 0.5  # weco: -3.0..3.0
POLITE = 0.0  # weco: -3.0..3.0
EXCLAMATION = 0.5  # weco: -3.0..3.0

# From this weight on a ticket is of high priority, below that one of low.
HIGH = 1.0  # weco: -3.0..3.0
LOW = 0.0  # weco: -3.0..3.0

KINDS = {
    "broken": {"down", "outage", "crashes", "crash", "error", "fails", "lost", "broken", "cannot", "500", "timeout"},
    "money": {"invoice", "charged", "refund", "payment", "billing", "twice"},
    "asking": {"how", "wondering", "idea", "suggestion", "feature", "could", "someday", "docs"},
    "everyone": {"everyone", "all", "customers", "production", "whole", "nobody"},
    "polite": {"please", "thanks", "thank", "love", "nice", "when"},
}


def weight(text):
    words = [word.strip(".,!?").lower() for word in text.split()]
    count = {kind: sum(word in members for word in words) for kind, members in KINDS.items()}
    return (
        BROKEN * count["broken"] + MONEY * count["money"] + ASKING * count["asking"]
        + EVERYONE * count["everyone"] + POLITE * count["polite"] + EXCLAMATION * text.count("!")
    )


def answer(inputs):
    value = weight(inputs["text"])
    return {"priority": "high" if value >= HIGH else "low" if value < LOW else "normal"}
