"""Service providers, their products, orders, vouchers and reviews."""
