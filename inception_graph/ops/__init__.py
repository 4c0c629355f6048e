"""Operations: every fact of each one, stated once, in one class."""
