"""``python -m inception_graph`` is the command line."""

from inception_graph.cli import main

main()
