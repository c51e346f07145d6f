{{ 1 is nosuch }}
