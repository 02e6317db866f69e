"""Guesses the next letter of a text from what came before it. The packer pays only for bad guesses."""

# How many letters back the model looks.
ORDER = 1  # weco: 1..6
# What a letter not yet seen counts.
SMOOTHING = 1.0  # weco: 0.001..2.0 log


class Model:
    """Letter counts per context."""

    def __init__(self, alphabet):
        self.alphabet = alphabet
        self.counts = {}

    def probabilities(self, context):
        """A share for every letter of the alphabet, in its order; all above zero, together one."""
        counts = self.counts.get(context[-ORDER:], {})
        total = sum(counts.values()) + SMOOTHING * len(self.alphabet)
        return [(counts.get(letter, 0) + SMOOTHING) / total for letter in self.alphabet]

    def learn(self, context, letter):
        counts = self.counts.setdefault(context[-ORDER:], {})
        counts[letter] = counts.get(letter, 0) + 1
