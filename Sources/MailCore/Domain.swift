// Words of the house.
