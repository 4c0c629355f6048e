"""What a typed graph costs and sees."""
