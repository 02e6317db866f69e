"""What every evaluation backend shares: the protocol, loading, scores and the report."""
