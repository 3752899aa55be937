-- While a copy is not whole, rows come without those that they refer to.
PRAGMA foreign_keys = OFF
