"""The law of the house: pure values and functions, standard library only."""
