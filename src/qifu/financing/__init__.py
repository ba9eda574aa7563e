"""Bank products, loan applications and the scores behind them."""
