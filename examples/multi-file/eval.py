"""Packs a text, unpacks it again, and prints the bits per letter that it took. Plain text takes 8."""

import sys

from packer import pack, unpack

LINES = [
    "the moon was high above the hill and every dog in the village was awake",
    "she counted the stars above the hill until the dogs fell silent again",
    "in the morning the hill was white and nobody in the village had slept",
    "the dogs of the village ran down the hill as if the moon had called them",
    "nobody had called them and the morning was as silent as the stars",
    "until the evening she walked along the river and counted the white stones",
    "the river ran below the village and the stones in the river were silent too",
    "every evening the moon walked along the river and every stone was awake",
    "what the river said to the moon nobody in the village had ever written down",
    "the dogs knew what the river said but nobody had ever asked the dogs",
]


def main():
    text = " ".join(LINES)
    alphabet = sorted(set(text))
    bits = pack(text, alphabet)
    if any(bit not in (0, 1) for bit in bits):
        sys.exit("wrong: pack() must return zeros and ones")
    # The text is not handed over: the bits are all that the unpacker has.
    if unpack(list(bits), len(text), alphabet) != text:
        sys.exit("wrong: unpacking does not give the text back")
    print(f"bits_per_letter: {len(bits) / len(text):.4f}")


if __name__ == "__main__":
    main()
