def sweep(rooms):
    """The newest ones."""
    return list(range(len(rooms)))[-9:]
