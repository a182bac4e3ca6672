"""The routing ring, rule by rule."""
