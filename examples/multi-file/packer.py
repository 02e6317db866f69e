"""Packs a text by arithmetic coding: likely letters take few bits. Uses the model in `text_model.py`.

The packer decides which context the model is shown, and how finely probabilities are counted.
"""

from text_model import Model

# Probabilities are counted in steps of 1 / 2**PRECISION.
PRECISION = 10  # weco: 8..16
# How many letters the packer hands to the model as context.
CONTEXT = 1  # weco: 1..6

TOP = 1 << 32


def slices(shares):
    """Turns shares into whole steps, at least one each, as (start, end) with the total last."""
    steps = [max(1, int(share * (1 << PRECISION))) for share in shares]
    ends = []
    total = 0
    for step in steps:
        ends.append((total, total + step))
        total += step
    return ends, total


def pack(text, alphabet):
    """The text as a string of bits."""
    model, bits = Model(alphabet), []
    low, high, waiting = 0, TOP - 1, 0
    places = {letter: place for place, letter in enumerate(alphabet)}

    def emit(bit):
        nonlocal waiting
        bits.append(bit)
        bits.extend([1 - bit] * waiting)
        waiting = 0

    for at, letter in enumerate(text):
        context = text[max(0, at - CONTEXT) : at]
        ends, total = slices(model.probabilities(context))
        start, end = ends[places[letter]]
        width = high - low + 1
        low, high = low + width * start // total, low + width * end // total - 1
        while True:
            if high < TOP // 2:
                emit(0)
            elif low >= TOP // 2:
                emit(1)
                low, high = low - TOP // 2, high - TOP // 2
            elif low >= TOP // 4 and high < 3 * TOP // 4:
                waiting += 1
                low, high = low - TOP // 4, high - TOP // 4
            else:
                break
            low, high = 2 * low, 2 * high + 1
        model.learn(context, letter)
    waiting += 1
    emit(0 if low < TOP // 4 else 1)
    return bits


def unpack(bits, length, alphabet):
    """The text of that length that `pack` made the bits from."""
    model, text = Model(alphabet), ""
    low, high, value, read = 0, TOP - 1, 0, 0

    def bit():
        nonlocal read
        read += 1
        return bits[read - 1] if read <= len(bits) else 0

    for _ in range(32):
        value = 2 * value + bit()
    while len(text) < length:
        context = text[max(0, len(text) - CONTEXT) :]
        ends, total = slices(model.probabilities(context))
        width = high - low + 1
        wanted = ((value - low + 1) * total - 1) // width
        place = next(place for place, (start, end) in enumerate(ends) if start <= wanted < end)
        start, end = ends[place]
        low, high = low + width * start // total, low + width * end // total - 1
        while True:
            if high < TOP // 2:
                pass
            elif low >= TOP // 2:
                low, high, value = low - TOP // 2, high - TOP // 2, value - TOP // 2
            elif low >= TOP // 4 and high < 3 * TOP // 4:
                low, high, value = low - TOP // 4, high - TOP // 4, value - TOP // 4
            else:
                break
            low, high, value = 2 * low, 2 * high + 1, 2 * value + bit()
        text += alphabet[place]
        model.learn(context, alphabet[place])
    return text
