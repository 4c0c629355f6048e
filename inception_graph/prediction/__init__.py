"""What a network sees in pictures: labels, scores, ranking. Only the model itself needs torch."""
