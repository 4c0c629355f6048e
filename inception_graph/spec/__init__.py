"""The language: from the text of a YAML file to a ``Program``, and back."""
