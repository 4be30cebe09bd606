"""Records of a talk: the recap that the consultant sends, and the whole talk where both have agreed."""
