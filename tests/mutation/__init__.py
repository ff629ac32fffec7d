"""How much of the pure rules the tests hold: each rule is changed in one place after the other (decision 050)."""
