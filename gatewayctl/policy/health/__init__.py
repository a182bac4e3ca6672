"""Which instances are fit for traffic: what active checks and outlier detection conclude, kept in one place."""
