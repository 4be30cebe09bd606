"""The people of a world: traders, consultants, seekers, operators, and the banks behind them."""
