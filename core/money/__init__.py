"""Money that moves for something people do here: it is paid out, given back, or taken back by a bank."""
