"""Sources of instances by their plan: what is found, how it is published. One source runs once a host, whatever serves.

``ControlPlane`` runs them and gives out ``Snapshot``s; it knows nothing of gateways, so that it can run in a process of
its own and send them.
"""
