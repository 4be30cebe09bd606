"""The parts of the search bench: a simulated market, the questions asked of it, and the engines that answer."""
