"""Runs one question of the daemon; see backends/README.md."""

from weco_bridge.main import main

main()
