"""An access log asked again: what another configuration would do with its requests, and what limits would have done."""
