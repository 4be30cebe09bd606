"""The catalogue of tradable goods, with grades, units and certificates: data from files, as typed objects."""
