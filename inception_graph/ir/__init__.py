"""The compiler's own languages: ``Program`` as it is written, ``Graph`` as it is built, ``TypedGraph`` as it computes."""
