"""What the search bench is made of: a pretend market, the questions asked of it, and the engines that answer."""
