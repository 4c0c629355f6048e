"""A network as it is written (``Program``), built (``Graph``) and computed (``TypedGraph``)."""
