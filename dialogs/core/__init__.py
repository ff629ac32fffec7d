"""What every conversation uses: the turn, the router, the ports, drafts."""
