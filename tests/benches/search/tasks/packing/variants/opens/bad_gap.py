def opens(item, room, open_bins):
    """If it would leave a gap that is lost, while few bins are open."""
    left = room - item
    return 3 < left < 9 and open_bins < 60
