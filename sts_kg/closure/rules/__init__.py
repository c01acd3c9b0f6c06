"""The rules of OWL 2 RL: their table, and the code of each."""
