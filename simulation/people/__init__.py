"""Who lives in a world: traders, consultants, seekers, operators, and the banks behind them."""
